"""EKS Auto Mode: control planes, and the nodes behind each node pool with Auto Mode's fee and their disks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from infra.catalogue import specs
from infra.catalogue.quantities import quantity
from infra.cost.items import Charge, Group, Unpriced
from infra.cost.span import Span
from infra.cost.subject import Outcome, Subject
from infra.cost.workloads import PodTooLarge, Workload, mebibytes, nodes, on_pool

_NODE_CLASS = "kubernetes:eks.amazonaws.com/v1:NodeClass"
_ADDON = "aws:eks/addon:Addon"
_NAMED = 2  # workloads of a pool that a line names; of more it gives the number
_GROUPS = {
    "apptier": Group.APPLICATION,
    "cache": Group.CACHE,
    "monitoring": Group.MONITORING,
    "pooler": Group.DATABASE,
    "pgbouncer": Group.DATABASE,
    "postgres": Group.DATABASE,
    "prometheus": Group.MONITORING,
    "queue": Group.QUEUE,
    "rabbitmq": Group.QUEUE,
}


def cluster(eks: Subject) -> Outcome:
    """The control plane. Of nodes in a pool of EKS's own nothing is known: it starts what its pods ask for."""
    yield eks.hourly(Group.OTHER, "eks", "control plane", 1, "1 cluster all month", unit="cluster-hour")
    if (eks.inputs.get("upgradePolicy") or {}).get("supportType") == "EXTENDED":
        yield eks.unpriced("extended support costs more once the version's standard support has ended")
    built_in = (eks.inputs.get("computeConfig") or {}).get("nodePools") or ()
    if built_in:
        yield eks.unpriced(f"nodes of the built-in pool {', '.join(built_in)} are EKS's to choose")


def node_pool(pool: Subject) -> Outcome:
    """The nodes that the pool's pods fill, of the cheapest type that it allows; their disks count as "other".

    A pool that no pod chooses has no node.
    """
    workloads = on_pool(pool.plan, pool.resource)
    if not workloads:
        return
    type_ = _cheapest(pool, _instance_types(pool))
    try:
        needed = nodes(workloads, specs.find("ec2", type_), pool.plan)
    except PodTooLarge as error:
        yield pool.unpriced(f"{error}, so it never starts")
        return
    pods = " and ".join(f"{w.pods.expected} {w.resource.name}" for w in workloads)
    pods = pods if len(workloads) <= _NAMED else f"the pods of {len(workloads)} workloads"
    basis = f"{needed.expected} nodes for {pods}" + (f", {needed.low} to {needed.high}" if needed.ranges else "")
    yield from _servers(pool, _group(pool, workloads), type_, needed, basis)
    yield from _disks(pool, _node_gib(pool), needed)


def _servers(subject: Subject, group: Group, type_: str, count: Span, basis: str) -> Outcome:
    yield subject.hourly(group, "ec2", type_, count, basis, unit="instance-hour")
    yield subject.hourly(group, "eks-auto-mode", type_, count, basis, unit="instance-hour")
    if _is_watched(subject):
        yield _observations(subject, count)


def _observations(subject: Subject, count: Span) -> Charge | Unpriced:
    """What Container Insights observes on nodes. AWS's price lists don't tell it apart: a refreshed region has no price."""
    item, unit = "container insights observations", "1M observations"
    if not subject.plan.book.has("cloudwatch", item, subject.region, unit):
        return subject.unpriced(f"the price book has no price of Container Insights in {subject.region}")
    millions = count * (subject.usage.observations_a_node / 1_000_000)
    basis = f"{count.expected} nodes (usage.observations_per_node_minute)"
    return subject.charge(Group.MONITORING, "cloudwatch", item, unit, millions, basis, fixed=False)


def _is_watched(subject: Subject) -> bool:
    """Whether Container Insights watches the nodes of the subject's region."""
    return any(
        addon.inputs["addonName"] == "amazon-cloudwatch-observability"
        and subject.plan.region_of(addon) == subject.region
        for addon in subject.plan.graph.of_type(_ADDON)
    )


def _disks(subject: Subject, gib: Decimal, count: Span) -> Iterator[Charge]:
    size = gib + quantity("node root volume")
    basis = f"{size} GiB a node"
    yield subject.charge(Group.OTHER, "ebs", "gp3 storage", "GB-month", count * size, basis)


def _instance_types(pool: Subject) -> Sequence[str]:
    spec: Any = pool.inputs["spec"]
    for requirement in spec["template"]["spec"]["requirements"]:
        if requirement["key"] == "node.kubernetes.io/instance-type":
            return requirement["values"]
    raise ValueError(f"{pool.resource.name}: a node pool without instance types can't be priced")


def _cheapest(pool: Subject, types: Sequence[str]) -> str:
    """Karpenter starts the cheapest type that fits; the fee is a part of the price and changes no order."""
    return min(types, key=lambda name: pool.plan.book.price("ec2", name, pool.region, "instance-hour").usd)


def _node_gib(pool: Subject) -> Decimal:
    spec: Any = pool.inputs["spec"]
    name = spec["template"]["spec"]["nodeClassRef"]["name"]
    for node_class in pool.plan.graph.of_type(_NODE_CLASS):
        inputs: Any = node_class.inputs
        if node_class.provider == pool.resource.provider and inputs["metadata"]["name"] == name:
            return mebibytes(inputs["spec"]["ephemeralStorage"]["size"]) / 1024
    return quantity("node data volume")


def _group(pool: Subject, workloads: Sequence[Workload]) -> Group:
    """The roadmap's component that the pool's workloads belong to; "other" where they belong to several."""
    groups = {component_group(Subject(workload.resource, pool.plan)) for workload in workloads}
    return groups.pop() if len(groups) == 1 else Group.OTHER


def component_group(subject: Subject) -> Group:
    """The roadmap's component that something on a cluster belongs to, by the component of this project above it."""
    return next((_GROUPS[module] for module in subject.components if module in _GROUPS), Group.OTHER)


PRICED = {
    "aws:eks/cluster:Cluster": cluster,
    "kubernetes:karpenter.sh/v1:NodePool": node_pool,
}
FREE = {
    "aws:eks/accessEntry:AccessEntry": "a permission",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "a permission",
    _ADDON: "AWS's own add-ons are free; what Container Insights observes is charged with the nodes",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "a permission",
    _NODE_CLASS: "its disks are its node pools'",
}
