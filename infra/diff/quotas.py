"""AWS quotas that a phase needs beyond the default ones, from a sourced table (data/quotas.yaml)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from infra.diff.table import DATA
from infra.graph import Resource, ResourceGraph


class Quota(BaseModel):
    """One row: a quota's name, `code` as `service/quota`, default, what it is counted per, and where that was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    unit: str
    code: str
    default: int
    count: str
    per: str
    source: str


@dataclass(frozen=True)
class Needed:
    """A quota that must be raised before the step: where, from which default, to at least how much."""

    name: str
    where: str
    default: int
    needed: int
    unit: str
    code: str
    source: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@cache
def table() -> tuple[Quota, ...]:
    """The table's rows."""
    return tuple(Quota.model_validate(row) for row in YAML(typ="safe").load(DATA / "quotas.yaml"))


def needed(graph: ResourceGraph) -> tuple[Needed, ...]:
    """Returns what a phase at its largest needs beyond the defaults, by quota and place. What else the account runs adds."""
    return tuple(
        Needed(row.name, where, row.default, amount, row.unit, row.code, row.source)
        for row in table()
        for where, amount in sorted(_COUNTS[row.count](graph).items())
        if amount > row.default
    )


def rising(before: ResourceGraph, after: ResourceGraph) -> tuple[Needed, ...]:
    """Returns what a step has to have raised: what its end needs beyond the defaults and beyond what its start has."""
    has = {(row.code, row.where): row.needed for row in needed(before)}
    return tuple(row for row in needed(after) if row.needed > has.get((row.code, row.where), row.default))


def _on_demand_vcpus(graph: ResourceGraph) -> Mapping[str, int]:
    """The node pools' limits: what the cluster may grow to."""
    total: Counter[str] = Counter()
    for pool in graph.of_type("kubernetes:karpenter.sh/v1:NodePool"):
        spec = pool.inputs.get("spec")
        limits = spec.get("limits") if isinstance(spec, Mapping) else None
        cpu = limits.get("cpu") if isinstance(limits, Mapping) else None
        if isinstance(cpu, str | int):
            total[_region(graph, pool)] += int(cpu)
    return total


def _per_region(type_: str) -> Callable[[ResourceGraph], Mapping[str, int]]:
    return lambda graph: Counter(_region(graph, resource) for resource in graph.of_type(type_))


def _nat_gateways(graph: ResourceGraph) -> Mapping[str, int]:
    zones = (_zone(graph, gateway) for gateway in graph.of_type("aws:ec2/natGateway:NatGateway"))
    return Counter(zone for zone in zones if zone)


def _zone(graph: ResourceGraph, gateway: Resource) -> str:
    for urn in gateway.property_dependencies.get("subnetId", ()):
        if urn in graph and isinstance(zone := graph[urn].inputs.get("availabilityZone"), str):
            return zone
    return ""


def _per_network(type_: str, **only: str) -> Callable[[ResourceGraph], Mapping[str, int]]:
    def counted(graph: ResourceGraph) -> Mapping[str, int]:
        counted = [r for r in graph.of_type(type_) if all(r.inputs.get(key) == value for key, value in only.items())]
        return Counter(name for resource in counted for name in _hung_on(graph, resource, "vpcId"))

    return counted


def _security_group_rules(graph: ResourceGraph) -> Mapping[str, int]:
    """A prefix list of our own weighs what it can hold; one of AWS's is not counted."""
    total: Counter[str] = Counter()
    for direction in ("Ingress", "Egress"):
        rules: Counter[str] = Counter()
        for rule in graph.of_type(f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule"):
            for group in _hung_on(graph, rule, "securityGroupId"):
                rules[group] += max([1, *_entries(graph, rule)])
        total |= rules
    return total


def _entries(graph: ResourceGraph, rule: Resource) -> Iterator[int]:
    for urn in rule.property_dependencies.get("prefixListId", ()):
        if urn in graph and isinstance(most := graph[urn].inputs.get("maxEntries"), int):
            yield most


def _db_storage_gib(graph: ResourceGraph) -> Mapping[str, int]:
    """What storage autoscaling may grow to; a replica has as much as what it follows."""
    total: Counter[str] = Counter()
    for instance in graph.of_type("aws:rds/instance:Instance"):
        most = instance.inputs.get("maxAllocatedStorage") or instance.inputs.get("allocatedStorage")
        total[_region(graph, instance)] += most if isinstance(most, int) else 0
    return total


def _targets(graph: ResourceGraph) -> Mapping[str, int]:
    """At most every pod of a region's autoscalers is a target of its balancer."""
    pods: Counter[str] = Counter()
    for scaler in graph.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler"):
        spec = scaler.inputs.get("spec")
        most = spec.get("maxReplicas") if isinstance(spec, Mapping) else None
        pods[_region(graph, scaler)] += most if isinstance(most, int) else 0
    return pods


def _region(graph: ResourceGraph, resource: Resource) -> str:
    """The region a resource is in; a Kubernetes object is where its cluster is."""
    if region := graph.region_of(resource):
        return region
    for above in graph.ancestors(resource):
        for child in graph.children(above):
            if child.type == "aws:ec2/vpc:Vpc" or child.type == "aws:eks/cluster:Cluster":
                return graph.region_of(child) or ""
            if found := [r for r in graph.children(child) if r.type == "aws:eks/cluster:Cluster"]:
                return graph.region_of(found[0]) or ""
    return ""


def _hung_on(graph: ResourceGraph, resource: Resource, name: str) -> list[str]:
    return [
        graph[urn].name for urn in resource.property_dependencies.get(name, ()) if urn in graph and graph[urn].custom
    ]


_COUNTS: Mapping[str, Callable[[ResourceGraph], Mapping[str, int]]] = {
    "on_demand_vcpus": _on_demand_vcpus,
    "elastic_ips": _per_region("aws:ec2/eip:Eip"),
    "nat_gateways": _nat_gateways,
    "vpcs": _per_region("aws:ec2/vpc:Vpc"),
    "subnets": _per_network("aws:ec2/subnet:Subnet"),
    "interface_endpoints": _per_network("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface"),
    "security_group_rules": _security_group_rules,
    "db_instances": _per_region("aws:rds/instance:Instance"),
    "db_storage_gib": _db_storage_gib,
    "targets": _targets,
}
