"""How long each waits for the next on a request's way, and what outlasts what, by the figures that the plans hand out."""

import json
from typing import Any

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import FIRST, inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
MAP = "kubernetes:core/v1:ConfigMap"


def seconds(value: str) -> float:
    return float(value.removesuffix("s"))


def manager(graph: ResourceGraph, proxy: str) -> dict[str, Any]:
    """The connection manager of a proxy's first listener, in the active region."""
    data = inputs(graph.one(MAP, f"mgx-ai-us-east-1-{proxy}-envoy-configuration"))["data"]
    listener = json.loads(data["envoy.json"])["static_resources"]["listeners"][0]
    return listener["filter_chains"][0]["filters"][0]["typed_config"]


def routes(graph: ResourceGraph, proxy: str) -> list[dict[str, Any]]:
    return [route["route"] for route in manager(graph, proxy)["route_config"]["virtual_hosts"][0]["routes"]]


def origin(graph: ResourceGraph) -> dict[str, Any]:
    (application,) = [
        origin
        for origin in inputs(graph.one("aws:cloudfront/distribution:Distribution"))["origins"]
        if "customOriginConfig" in origin
    ]
    return application["customOriginConfig"]


@pytest.mark.parametrize("phase", PHASES)
def test_who_stands_nearer_to_the_user_closes_an_idle_connection_first(phase_graph, phase: str) -> None:
    """Guards requests that are sent on a connection as the other side closes it: to the user that is a 502."""
    graph: ResourceGraph = phase_graph(phase)
    for balancer in graph.of_type("aws:lb/loadBalancer:LoadBalancer"):
        waits = [float(str(balancer.inputs["idleTimeout"]))]
        if phase in ("phase2", "phase3"):
            waits.insert(0, origin(graph)["originKeepaliveTimeout"])
        if FIRST[phase] != "mgx-api":
            waits.append(seconds(manager(graph, FIRST[phase])["common_http_protocol_options"]["idle_timeout"]))
        assert waits == sorted(set(waits)), balancer.name


def test_who_stands_nearer_to_the_user_waits_longer_for_an_answer(phase_graph) -> None:
    """Guards users from an error while the answer is still being made, which somebody pays for all the same."""
    graph: ResourceGraph = phase_graph("phase3")
    longest = max(seconds(route["timeout"]) for route in routes(graph, "gateway"))
    assert 60 <= longest <= origin(graph)["originReadTimeout"]
    assert all(longest <= inputs(b)["idleTimeout"] for b in graph.of_type("aws:lb/loadBalancer:LoadBalancer"))
    stream = seconds(manager(graph, "gateway")["stream_idle_timeout"])
    assert longest <= stream


@pytest.mark.parametrize("phase", PHASES)
def test_health_is_told_sooner_than_anybody_acts_upon_it(phase_graph, phase: str) -> None:
    """Guards a check that never passes: each asks within its interval, and DNS waits for no balancer that waits for a pod."""
    for group in phase_graph(phase).of_type("aws:lb/targetGroup:TargetGroup"):
        check = inputs(group)["healthCheck"]
        assert check["timeout"] < check["interval"]
        assert check["interval"] * check["unhealthyThreshold"] <= 30


def test_a_connection_to_the_database_ends_before_its_pooler_does_and_waits_for_no_lost_server(phase_graph) -> None:
    """Guards pods against a stalled server: clients hear of it before the balancer's own patience ends."""
    graph: ResourceGraph = phase_graph("phase2")
    text = inputs(graph.one(MAP, "mgx-ai-us-east-1-pooler-configuration"))["data"]["pgbouncer.ini"]
    settings = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line and line[0] != ";")
    (balancer,) = graph.of_type("aws:lb/loadBalancer:LoadBalancer")
    assert int(settings["query_wait_timeout"]) < int(str(balancer.inputs["idleTimeout"]))
    assert int(settings["server_connect_timeout"]) < int(settings["query_wait_timeout"])
    assert int(settings["dns_max_ttl"]) <= 5
