"""What an operator asks of every workload: probes, room to drain, standing apart, rollouts and ends that lose no request."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import FIRST, inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
DEPLOYMENT, STATEFUL_SET = "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
LISTENER = "aws:lb/listener:Listener"
APART = {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
LONGEST_LIFE_HOURS = 21 * 24
"""Of an Auto Mode node. [EKS user guide, "Create a Node Pool for EKS Auto Mode"]"""


def workloads(graph: ResourceGraph, *types: str) -> list[Resource]:
    return [resource for type_ in types for resource in graph.of_type(type_)]


def pod(workload: Resource) -> dict[str, Any]:
    return inputs(workload)["spec"]["template"]


def services(graph: ResourceGraph) -> Iterator[Resource]:
    """Deployments of the application's own services."""
    for each in graph.of_type(DEPLOYMENT):
        if pod(each)["metadata"]["labels"].get("app.kubernetes.io/component") == "service":
            yield each


def budgets_of(graph: ResourceGraph, workload: Resource) -> list[dict[str, Any]]:
    """The specs of the budgets that hold for a workload's pods."""
    namespace, labels = inputs(workload)["metadata"]["namespace"], pod(workload)["metadata"]["labels"]
    return [
        inputs(each)["spec"]
        for each in graph.of_type(BUDGET)
        if each.provider == workload.provider
        and inputs(each)["metadata"]["namespace"] == namespace
        and inputs(each)["spec"]["selector"]["matchLabels"].items() <= labels.items()
    ]


@pytest.mark.parametrize("phase", PHASES)
def test_a_service_is_asked_whether_it_has_started_is_ready_and_lives(phase_graph: Any, phase: str) -> None:
    """Guards users from a pod that isn't ready, and a slow start from being taken for a death."""
    found = list(services(phase_graph(phase)))
    assert found
    for service in found:
        (container,) = pod(service)["spec"]["containers"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"] == {"path": "/healthz", "port": "http"}
        ready, live, start = (container[f"{which}Probe"] for which in ("readiness", "liveness", "startup"))
        assert start["periodSeconds"] * start["failureThreshold"] >= 120
        # A pod that answers within the objective of 5 s is well, however slow that is.
        assert {container[f"{which}Probe"]["timeoutSeconds"] for which in ("startup", "readiness", "liveness")} == {5}
        # A pod is left out before it is killed: one that is only slow must have the time to recover.
        unready = ready["periodSeconds"] * ready["failureThreshold"]
        assert live["periodSeconds"] * live["failureThreshold"] > unready


@pytest.mark.parametrize("phase", PHASES)
def test_every_workload_that_answers_is_asked_whether_it_is_ready(phase_graph: Any, phase: str) -> None:
    """Guards a Service from sending to a pod that has only just begun."""
    for workload in workloads(phase_graph(phase), DEPLOYMENT, STATEFUL_SET):
        main = pod(workload)["spec"]["containers"][0]
        assert "readinessProbe" in main, workload.name


@pytest.mark.parametrize("phase", PHASES)
def test_copies_of_a_workload_stand_apart_and_a_node_can_drain(phase_graph: Any, phase: str) -> None:
    """Guards a service from the loss of one node or zone, and a node's replacement from a budget that lets no pod go."""
    graph = phase_graph(phase)
    for workload in workloads(graph, DEPLOYMENT, STATEFUL_SET):
        if inputs(workload)["spec"].get("replicas") == 1 and workload.type == DEPLOYMENT:
            assert not budgets_of(graph, workload), workload.name
            continue
        spread = pod(workload)["spec"]["topologySpreadConstraints"]
        assert {constraint["topologyKey"] for constraint in spread} == APART, workload.name
        labels = pod(workload)["metadata"]["labels"]
        assert all(each["labelSelector"]["matchLabels"].items() <= labels.items() for each in spread)
        (budget,) = budgets_of(graph, workload)
        assert budget["maxUnavailable"] >= 1 and "minAvailable" not in budget, workload.name
        # A pod that never becomes ready must not hold its node; a broker may be the one that the others wait for.
        queue = labels["app.kubernetes.io/name"] == "rabbitmq"
        assert budget.get("unhealthyPodEvictionPolicy") == (None if queue else "AlwaysAllow"), workload.name


@pytest.mark.parametrize(("phase", "at_once"), [("baseline", 1), ("phase1", 1), ("phase2", 1), ("phase3", 2)])
def test_a_tenth_of_the_fewest_pods_may_be_down_at_once(phase_graph: Any, phase: str, at_once: int) -> None:
    """Guards both ways: one at a time of 25 would drain for hours, three of four would be an outage."""
    graph = phase_graph(phase)
    here = [service for service in services(graph) if "us-east-1" in service.name]
    assert {budget["maxUnavailable"] for each in here for budget in budgets_of(graph, each)} == {at_once}


@pytest.mark.parametrize("phase", PHASES)
def test_no_rollout_takes_a_pod_away_before_another_is_there(phase_graph: Any, phase: str) -> None:
    """Guards capacity during a rollout: the settings' two servers of surge take the new pods, and none goes before."""
    graph = phase_graph(phase)
    for deployment in graph.of_type(DEPLOYMENT):
        spec = inputs(deployment)["spec"]
        if spec.get("replicas") == 1 or "strategy" not in spec:
            continue
        rolling = spec["strategy"]["rollingUpdate"]
        assert (rolling["maxUnavailable"], rolling["maxSurge"] >= 1) == (0, True), deployment.name
        assert spec["minReadySeconds"] >= 5
    assert {inputs(each)["spec"]["strategy"]["rollingUpdate"]["maxSurge"] for each in services(graph)} == {2}


@pytest.mark.parametrize("phase", PHASES)
def test_what_stands_behind_the_balancer_serves_until_it_is_deregistered(phase_graph: Any, phase: str) -> None:
    """Guards requests in flight: a pod waits as long as the balancer may still send to it, and only then ends.

    Behind the gateway, whose answers take up to two minutes, a pod has as long from when it is told to go.
    """
    graph: ResourceGraph = phase_graph(phase)
    (delay,) = {inputs(group)["deregistrationDelay"] for group in graph.of_type("aws:lb/targetGroup:TargetGroup")}
    assert delay == (120 if phase == "phase3" else 60)
    first = [each for each in graph.of_type(DEPLOYMENT) if inputs(each)["metadata"]["name"] == FIRST[phase]]
    assert first
    for workload in (*first, *services(graph)):
        spec = pod(workload)["spec"]
        wait = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert (delay if workload in first else 60) <= wait < spec["terminationGracePeriodSeconds"], workload.name
        assert delay <= spec["terminationGracePeriodSeconds"], workload.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_pod_runs_under_the_runtimes_own_seccomp_profile(phase_graph: Any, phase: str) -> None:
    """Guards the restricted standard's part that a container can't say for itself."""
    for workload in workloads(phase_graph(phase), DEPLOYMENT, STATEFUL_SET):
        assert pod(workload)["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize("phase", PHASES)
def test_nodes_are_consolidated_a_tenth_at_a_time_and_none_outlives_what_auto_mode_allows(
    phase_graph: Any, phase: str
) -> None:
    """Guards the bill from half-empty nodes, users from losing many at once, and pods from the end that isn't drained."""
    pools = [inputs(each)["spec"] for each in phase_graph(phase).of_type("kubernetes:karpenter.sh/v1:NodePool")]
    assert pools
    for spec in pools:
        serves = spec["template"]["metadata"]["labels"]["ramp/pool"]
        policy = "WhenEmpty" if serves == "queue" else "WhenEmptyOrUnderutilized"
        assert spec["disruption"]["consolidationPolicy"] == policy
        assert spec["disruption"]["budgets"] == [{"nodes": "10%"}]
        life, drain = (
            int(spec["template"]["spec"][key].removesuffix("h")) for key in ("expireAfter", "terminationGracePeriod")
        )
        assert life + drain <= LONGEST_LIFE_HOURS


@pytest.mark.parametrize("phase", PHASES)
def test_a_balancer_speaks_tls_1_2_or_newer_and_sends_http_there(phase_graph: Any, phase: str) -> None:
    """Guards passwords on their way: nothing is answered in the clear, and no old protocol is spoken."""
    listeners = [inputs(each) for each in phase_graph(phase).of_type(LISTENER)]
    https = [each for each in listeners if each.get("protocol") == "HTTPS"]
    http = [each for each in listeners if each.get("protocol") == "HTTP"]
    assert len(https) == len(http) == (2 if phase == "phase3" else 1)
    assert {each["sslPolicy"] for each in https} == {"ELBSecurityPolicy-TLS13-1-2-2021-06"}
    for listener in http:
        (action,) = listener["defaultActions"]
        assert action["redirect"] == {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}


@pytest.mark.parametrize("phase", PHASES)
def test_every_proxy_writes_a_line_a_request_without_its_query(phase_graph: Any, phase: str) -> None:
    """Guards the trace of who asked whom, and what a query may hold from everybody who reads logs."""
    files = [
        inputs(each)["data"]["envoy.json"]
        for each in phase_graph(phase).of_type("kubernetes:core/v1:ConfigMap")
        if "envoy.json" in inputs(each)["data"]
    ]
    assert files
    for text in files:
        assert "envoy.access_loggers.stdout" in text
        assert "%PATH(NQ:ORIG)%" in text and "%REQ(:PATH)%" not in text
