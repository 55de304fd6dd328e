"""The bounds of the application's namespace in the plans."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.cost.workloads import mebibytes, millicores
from infra.graph import ResourceGraph
from tests.graph.reading import inputs

CLUSTERS = [*((phase, "us-east-1") for phase in ("baseline", "phase1", "phase2", "phase3")), ("phase3", "us-west-2")]
SERVICE_SURGE = 2


def most_pods(graph: ResourceGraph, region: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each workload of the namespace with its pods at the most, those of a rollout included, and its pod's spec."""
    here = [r for r in graph if f"-{region}-" in r.name and inputs(r).get("metadata", {}).get("namespace") == "mgx-ai"]
    scaled = {
        inputs(r)["spec"]["scaleTargetRef"]["name"]: inputs(r)["spec"]["maxReplicas"]
        for r in here
        if r.type == "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
    }
    for resource in here:
        spec, name = inputs(resource).get("spec", {}), inputs(resource)["metadata"]["name"]
        if resource.type == "kubernetes:apps/v1:Deployment":
            surge = spec["strategy"]["rollingUpdate"]["maxSurge"]
            yield scaled.get(name, spec.get("replicas")) + surge, spec["template"]["spec"]
        if resource.type == "kubernetes:apps/v1:StatefulSet":
            yield spec["replicas"], spec["template"]["spec"]


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_the_quota_is_the_phases_maximum_and_a_rollouts_surge_and_no_more(phase_graph, phase: str, region: str) -> None:
    """Guards both ways: below it the autoscaler stops short of the document, above it a mistake has room."""
    graph: ResourceGraph = phase_graph(phase)
    hard = inputs(graph.one("kubernetes:core/v1:ResourceQuota", f"mgx-ai-{region}-quota-quota"))["spec"]["hard"]
    pods, cpu, memory = 0, 0, 0
    for count, pod in most_pods(graph, region):
        requests = [container["resources"]["requests"] for container in pod["containers"]]
        pods += count
        cpu += count * sum(int(millicores(request["cpu"])) for request in requests)
        memory += count * sum(int(mebibytes(request["memory"])) for request in requests)
    assert (hard["pods"], hard["requests.cpu"], hard["requests.memory"]) == (str(pods), f"{cpu}m", f"{memory}Mi")


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
