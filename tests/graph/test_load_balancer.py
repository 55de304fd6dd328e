"""The load balancer in the plans: what it lets in, how it hands on, and what an operator can do with it."""

import pytest

from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
NODE_CLASS = "kubernetes:eks.amazonaws.com/v1:NodeClass"


@pytest.mark.parametrize("phase", PHASES)
def test_it_refuses_bad_headers_and_deletion_and_can_leave_a_zone(phase_graph, phase: str) -> None:
    """Guards against request smuggling, a slip in the console, and a zone that answers slowly and can't be left."""
    for balancer in phase_graph(phase).of_type(BALANCER):
        assert balancer.protect
        on = ("dropInvalidHeaderFields", "enableDeletionProtection", "enableZonalShift")
        assert [key for key in on if balancer.inputs.get(key) is not True] == []


@pytest.mark.parametrize("phase", PHASES)
def test_it_stands_in_every_zone_in_which_its_targets_may_run(phase_graph, phase: str) -> None:
    """Guards a third of the pods: a target in a zone that isn't enabled is unused, and never passes the readiness gate."""
    graph = phase_graph(phase)
    zone = {subnet.name: subnet.inputs["availabilityZone"] for subnet in graph.of_type("aws:ec2/subnet:Subnet")}
    for balancer in graph.of_type(BALANCER):
        region = graph.region_of(balancer)
        (nodes,) = (c for c in graph.of_type(NODE_CLASS) if f"-{region}-" in c.name)
        placed = {zone[name] for name in waits_for(balancer, "subnets")}
        assert placed == {zone[name] for name in waits_for(nodes, "spec") & zone.keys()}
        assert len(placed) >= 2


@pytest.mark.parametrize("phase", PHASES)
def test_an_idle_connection_is_kept_for_the_settings_time(phase_graph, phase: str) -> None:
    """Guards long requests from AWS's default, whatever that is, and proxies, which keep theirs longer than this."""
    assert {each.inputs["idleTimeout"] for each in phase_graph(phase).of_type(BALANCER)} == {120}


@pytest.mark.parametrize("phase", PHASES)
def test_it_speaks_tls_1_2_or_newer_and_sends_plain_http_there(phase_graph, phase: str) -> None:
    """Guards sessions: what comes without encryption is answered with a redirect and nothing else."""
    listeners = {listener.inputs["port"]: inputs(listener) for listener in phase_graph(phase).of_type(LISTENER)}
    assert listeners.keys() == {80, 443}
    assert listeners[443]["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    (action,) = listeners[80]["defaultActions"]
    assert action["type"] == "redirect"
    assert (action["redirect"]["protocol"], action["redirect"]["statusCode"]) == ("HTTPS", "HTTP_301")


@pytest.mark.parametrize("phase", PHASES)
def test_it_hands_a_request_to_the_pod_with_the_fewest_and_only_to_one_that_answers(phase_graph, phase: str) -> None:
    """Guards the tail of the latency: round robin piles up requests on the pod that is slow."""
    for group in phase_graph(phase).of_type("aws:lb/targetGroup:TargetGroup"):
        assert (group.inputs["targetType"], group.inputs["protocol"]) == ("ip", "HTTP")
        assert group.inputs["loadBalancingAlgorithmType"] == "least_outstanding_requests"
        assert inputs(group)["healthCheck"]["path"] == "/healthz"
