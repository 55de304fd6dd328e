"""The bounds of the application's namespace in the plans."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from infra.cost.workloads import mebibytes, millicores
from infra.graph import ResourceGraph
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
CLUSTERS = [*((phase, "us-east-1") for phase in PHASES), ("phase3", "us-west-2")]
COMPRESSOR = {"containers": [{"resources": {"requests": {"cpu": "500m", "memory": "256Mi"}}}]}


Pods = tuple[int, dict[str, Any]]
Asked = tuple[int, int, int]
"""Pods, and what they ask for together: millicores and MiB."""


def most_pods(graph: ResourceGraph, region: str) -> Iterator[Pods]:
    """Each workload of the namespace with its pods at the most, those of a rollout included, and its pod's spec."""
    return (pods for _, pods in workloads(graph, region, "maxReplicas"))


def workloads(graph: ResourceGraph, region: str, bound: str) -> Iterator[tuple[str, Pods]]:
    """Each workload by name, with a rollout's pods on top of the autoscaler's `bound`, and its pod's spec."""
    here = [r for r in graph if f"-{region}-" in r.name and inputs(r).get("metadata", {}).get("namespace") == "mgx-ai"]
    scaled = {
        inputs(r)["spec"]["scaleTargetRef"]["name"]: inputs(r)["spec"][bound]
        for r in here
        if r.type == "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
    }
    for resource in here:
        spec, name = inputs(resource).get("spec", {}), inputs(resource)["metadata"]["name"]
        if resource.type == "kubernetes:apps/v1:Deployment":
            surge = spec["strategy"]["rollingUpdate"]["maxSurge"]
            yield name, (scaled.get(name, spec.get("replicas")) + surge, spec["template"]["spec"])
        if resource.type == "kubernetes:apps/v1:StatefulSet":
            yield name, (spec["replicas"], spec["template"]["spec"])


def asked(count: int, pod: dict[str, Any]) -> Asked:
    requests = [container["resources"]["requests"] for container in pod["containers"]]
    cpu = count * sum(int(millicores(request["cpu"])) for request in requests)
    return count, cpu, count * sum(int(mebibytes(request["memory"])) for request in requests)


def total(every: Iterable[Asked]) -> Asked:
    pods, cpu, memory = zip(*every, strict=True)
    return sum(pods), sum(cpu), sum(memory)


def allowed(graph: ResourceGraph, region: str) -> Asked:
    hard = inputs(graph.one("kubernetes:core/v1:ResourceQuota", f"mgx-ai-{region}-quota-quota"))["spec"]["hard"]
    return int(hard["pods"]), int(millicores(hard["requests.cpu"])), int(mebibytes(hard["requests.memory"]))


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_the_quota_is_the_phases_maximum_and_a_rollouts_surge_and_no_more(phase_graph, phase: str, region: str) -> None:
    """Guards both ways: below it the autoscaler stops short of the document, above it a mistake has room."""
    graph: ResourceGraph = phase_graph(phase)
    leaving = [asked(4, COMPRESSOR)] if phase in ("phase2", "phase3") else []
    assert allowed(graph, region) == total([*(asked(*pods) for pods in most_pods(graph, region)), *leaving])


@pytest.mark.parametrize(("old", "new"), list(pairwise(PHASES)))
def test_a_step_fits_while_what_leaves_still_runs(phase_graph, old: str, new: str) -> None:
    """Guards a rollout that waits for pods which go when it is done: what leaves does so last, and what stays may be at
    the most of either phase, while what enters has its first pods and no load."""
    before = dict(workloads(phase_graph(old), "us-east-1", "maxReplicas"))
    after = dict(workloads(phase_graph(new), "us-east-1", "maxReplicas"))
    first = dict(workloads(phase_graph(new), "us-east-1", "minReplicas"))
    stays = before.keys() & after.keys()
    assert (before.keys() > stays) == (new == "phase2"), "the compressor leaves for the CDN"
    running = [
        *(asked(*before[name]) for name in before.keys() - stays),
        *(max(asked(*before[name]), asked(*after[name])) for name in stays),
        *(asked(*first[name]) for name in after.keys() - stays),
    ]
    most = allowed(phase_graph(new), "us-east-1")
    assert all(some <= room for some, room in zip(total(running), most, strict=True)), (total(running), most)


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_no_service_opens_a_load_balancer_but_the_one_of_federation(phase_graph, phase: str, region: str) -> None:
    """Guards the edge: a Service of that type would be a way in that nobody drew."""
    graph: ResourceGraph = phase_graph(phase)
    hard = inputs(graph.one("kubernetes:core/v1:ResourceQuota", f"mgx-ai-{region}-quota-quota"))["spec"]["hard"]
    balancers = [
        r
        for r in graph.of_type("kubernetes:core/v1:Service")
        if f"-{region}-" in r.name and inputs(r)["spec"].get("type") == "LoadBalancer"
    ]
    assert hard["services.loadbalancers"] == str(len(balancers)) == ("1" if phase == "phase3" else "0")


def test_a_container_that_asks_for_nothing_gets_a_little(phase_graph) -> None:
    """Guards a pod started by hand, which the quota would refuse without defaults."""
    limits = inputs(phase_graph("baseline").one("kubernetes:core/v1:LimitRange"))["spec"]["limits"]
    assert limits == [
        {"type": "Container", "default": {"memory": "128Mi"}, "defaultRequest": {"cpu": "100m", "memory": "128Mi"}}
    ]
