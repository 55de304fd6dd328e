"""How many nodes a pool needs: the pods that choose it, what each asks for, and what a node leaves to them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from operator import attrgetter
from typing import Any

from components.allocatable import Capacity, allocatable
from infra.catalogue.specs import InstanceClass
from infra.cost.span import Span
from infra.cost.subject import Plan
from infra.graph import Resource

_HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_WORKLOADS = {
    "Deployment": "kubernetes:apps/v1:Deployment",
    "StatefulSet": "kubernetes:apps/v1:StatefulSet",
}
_MIB = {"Ki": Decimal(1) / 1024, "Mi": Decimal(1), "Gi": Decimal(1024), "Ti": Decimal(1024 * 1024)}
_QUANTITY = re.compile(r"^([0-9.]+)(m|Ki|Mi|Gi|Ti|)$")


class PodTooLarge(ValueError):
    """A pod that no node of its pool can hold; the message names it."""


@dataclass(frozen=True)
class Workload:
    """A Deployment or StatefulSet with its pod count, and what one pod asks for: millicores, MiB.

    `spread` is true where no two of its pods may share a node.
    """

    resource: Resource
    pods: Span
    cpu: Decimal
    memory: Decimal
    spread: bool


def on_pool(plan: Plan, pool: Resource) -> tuple[Workload, ...]:
    """The workloads whose pods choose the pool by its labels, on the pool's own cluster.

    Of several pools with the same labels the heaviest is filled first. It counts for all of them: what a lighter one holds
    beyond the document's count is spot, whose price moves and stays below the one that is charged here.
    """
    labels = _pool_spec(pool)["template"]["metadata"]["labels"]
    if any(_outweighs(other, pool) for other in plan.graph.of_type(pool.type)):
        return ()
    found = (resource for type_ in _WORKLOADS.values() for resource in plan.graph.of_type(type_))
    return tuple(
        workload(plan, resource)
        for resource in found
        if resource.provider == pool.provider and _chooses(resource, labels)
    )


def _outweighs(other: Resource, pool: Resource) -> bool:
    """Whether the same pods go to another pool first."""
    theirs, ours = _pool_spec(other), _pool_spec(pool)
    same = other.provider == pool.provider and theirs["template"]["metadata"] == ours["template"]["metadata"]
    return same and theirs.get("weight", 0) > ours.get("weight", 0)


def _pool_spec(pool: Resource) -> Any:
    return pool.inputs["spec"]


def workload(plan: Plan, resource: Resource) -> Workload:
    """A workload of the graph with its pods at the fewest, as the document counts, and at the most."""
    pod = _pod(resource)
    requests = [container.get("resources", {}).get("requests", {}) for container in pod["containers"]]
    affinity = ((pod.get("affinity") or {}).get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    hosts = [term for term in affinity or () if term.get("topologyKey") == "kubernetes.io/hostname"]
    return Workload(
        resource=resource,
        pods=_pods(plan, resource),
        cpu=sum((millicores(r["cpu"]) for r in requests if "cpu" in r), Decimal(0)),
        memory=sum((mebibytes(r["memory"]) for r in requests if "memory" in r), Decimal(0)),
        spread=bool(hosts),
    )


def nodes(workloads: Iterable[Workload], node: InstanceClass, plan: Plan) -> Span:
    """How many nodes of a class the workloads fill, at their fewest, expected and most pods. Raises PodTooLarge."""
    chosen = tuple(workloads)
    room = _room(node, plan)
    low, expected, high = (
        [(w, int(count(w.pods))) for w in chosen]
        for count in (attrgetter("low"), attrgetter("expected"), attrgetter("high"))
    )
    return Span.of(packed(expected, room), packed(low, room), packed(high, room))


def packed(pods: Sequence[tuple[Workload, int]], room: Capacity) -> int:
    """The fewest nodes with `room` on which so many pods of each workload find a place, spread evenly as pods ask to be.

    Raises PodTooLarge where one pod alone has no room.
    """
    for workload, count in pods:
        if count and (workload.cpu > room.cpu_millicores or workload.memory > room.memory_mib):
            raise PodTooLarge(f"a pod of {workload.resource.name} asks for more than a node leaves to pods")
    cpu = sum((w.cpu * n for w, n in pods), Decimal(0)) / room.cpu_millicores
    memory = sum((w.memory * n for w, n in pods), Decimal(0)) / room.memory_mib
    apart = max((n for w, n in pods if w.spread), default=0)
    fewest = max(ceil(cpu), ceil(memory), apart)
    return next(count for count in itertools.count(fewest) if _find_room(pods, room, count))


def _find_room(pods: Sequence[tuple[Workload, int]], room: Capacity, count: int) -> bool:
    """Whether the pods fit on `count` nodes: the largest first, each where fewest of its kind are and most is free."""
    free = [(Decimal(room.cpu_millicores), Decimal(room.memory_mib))] * count
    for workload, number in sorted(pods, key=lambda one: (-one[0].cpu, -one[0].memory, one[0].resource.name)):
        placed = [0] * count
        for _ in range(number):
            fitting = [
                (placed[n], -cpu, n)
                for n, (cpu, memory) in enumerate(free)
                if cpu >= workload.cpu and memory >= workload.memory and not (workload.spread and placed[n])
            ]
            if not fitting:
                return False
            node = min(fitting)[2]
            placed[node] += 1
            free[node] = (free[node][0] - workload.cpu, free[node][1] - workload.memory)
    return True


def millicores(quantity: str) -> Decimal:
    """A Kubernetes CPU quantity ("250m", "2") in millicores."""
    number, unit = _parts(quantity)
    return number if unit == "m" else number * 1000


def mebibytes(quantity: str) -> Decimal:
    """A Kubernetes memory or storage quantity ("512Mi", "80Gi") in MiB."""
    number, unit = _parts(quantity)
    if unit not in _MIB:
        raise ValueError(f"not a quantity of memory: {quantity}; allowed: a number and one of {', '.join(_MIB)}")
    return number * _MIB[unit]


def _parts(quantity: str) -> tuple[Decimal, str]:
    match = _QUANTITY.match(str(quantity))
    if match is None:
        raise ValueError(f"not a Kubernetes quantity: {quantity}")
    return Decimal(match[1]), match[2]


def _pods(plan: Plan, resource: Resource) -> Span:
    """The HPA's range around the document's count of servers; without an HPA, the fixed replicas."""
    here = plan.config.regions.get(plan.region_of(resource))
    for hpa in plan.graph.of_type(_HPA):
        spec: Any = hpa.inputs["spec"]
        target = spec["scaleTargetRef"]
        same = hpa.provider == resource.provider and _namespace(hpa) == _namespace(resource)
        if same and target["name"] == _metadata(resource)["name"] and _WORKLOADS.get(target["kind"]) == resource.type:
            low, high = int(spec["minReplicas"]), int(spec["maxReplicas"])
            counted = here.servers if here else low
            return Span.of(min(max(counted, low), high), low, high)
    fixed: Any = resource.inputs["spec"]
    return Span.of(int(fixed.get("replicas") or 1))


def _room(node: InstanceClass, plan: Plan) -> Capacity:
    server = plan.config.app.server
    daemons = Capacity(server.daemon_cpu_millicores, server.daemon_memory_mib)
    return allocatable(node.vcpu, int(node.memory_gib), node.architecture, server.max_pods).less(daemons)


def _chooses(resource: Resource, labels: Mapping[str, str]) -> bool:
    selector = _pod(resource).get("nodeSelector") or {}
    return (
        bool(selector)
        and all(labels.get(key) == value for key, value in selector.items() if key in labels)
        and any(key in labels for key in selector)
    )


def _pod(resource: Resource) -> Mapping[str, Any]:
    spec: Any = resource.inputs["spec"]
    return spec["template"]["spec"]


def _metadata(resource: Resource) -> Mapping[str, Any]:
    return resource.inputs.get("metadata") or {}  # pyright: ignore[reportReturnType]


def _namespace(resource: Resource) -> object:
    return _metadata(resource).get("namespace")


def volume_gib(claim: Mapping[str, Any]) -> Decimal:
    """The size of a PersistentVolumeClaim's spec in GiB."""
    return mebibytes(claim["resources"]["requests"]["storage"]) / 1024
