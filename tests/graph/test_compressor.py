"""What compresses responses before there is a CDN, in the plans."""

import json
from typing import Any

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
NAME = "mgx-ai-us-east-1-compressor"


@pytest.mark.parametrize("phase", PHASES)
def test_responses_are_compressed_in_every_phase_by_one(phase_graph: Any, phase: str) -> None:
    """Guards users before the CDN, whose load balancer passes on what it gets, and against a proxy that nobody needs."""
    graph: ResourceGraph = phase_graph(phase)
    proxies = [r.name for r in graph.of_type("ramp:compressor:Compressor")]
    cdns = [inputs(r) for r in graph.of_type("aws:cloudfront/distribution:Distribution")]
    assert (proxies, len(cdns)) == (([], 1) if phase in ("phase2", "phase3") else ([NAME], 0))
    assert all(cdn["defaultCacheBehavior"]["compress"] for cdn in cdns)


@pytest.mark.parametrize("phase", PHASES[:2])
def test_the_balancer_sends_everything_through_it(phase_graph: Any, phase: str) -> None:
    """Guards the way in: pods are bound by the compressor's Service, on the application's own port, once they stand."""
    graph: ResourceGraph = phase_graph(phase)
    binding = graph.one("kubernetes:eks.amazonaws.com/v1:TargetGroupBinding", "mgx-ai-us-east-1-alb-pods")
    assert inputs(binding)["spec"]["serviceRef"] == {"name": "compressor", "port": 8080}
    assert NAME in {urn.rsplit("::", 1)[1].removesuffix("-envoy-deployment") for urn in binding.dependencies}
    service = graph.one("kubernetes:core/v1:Service", f"{NAME}-envoy-service")
    assert [port["port"] for port in inputs(service)["spec"]["ports"]] == [8080]
    balancer = graph.one("aws:lb/listener:Listener", "mgx-ai-us-east-1-alb-https")
    assert waits_for(balancer, "defaultActions") == {"mgx-ai-us-east-1-alb-tg"}


@pytest.mark.parametrize("phase", PHASES[:2])
def test_it_compresses_the_settings_types_and_changes_nothing_else(phase_graph: Any, phase: str) -> None:
    """Guards ETags, long answers and WebSockets, all of which worked without it."""
    files = inputs(phase_graph(phase).one("kubernetes:core/v1:ConfigMap", f"{NAME}-envoy-configuration"))["data"]
    listener = json.loads(files["envoy.json"])["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    responses = manager["http_filters"][0]["typed_config"]["response_direction_config"]
    types = {matcher["exact"] for matcher in responses["common_config"]["content_type_matcher"]}
    assert {"application/json", "text/html"} <= types
    assert "text/event-stream" not in types
    assert responses["weaken_etag_on_compress"] is True
    (route,) = manager["route_config"]["virtual_hosts"][0]["routes"]
    assert (route["match"], route["route"]["timeout"]) == ({"prefix": "/"}, "0s")
    assert manager["upgrade_configs"] == [{"upgrade_type": "websocket"}]
    assert "normalize_path" not in manager
    assert manager["common_http_protocol_options"]["idle_timeout"] == "135s"


@pytest.mark.parametrize("phase", PHASES[:2])
def test_its_pods_stand_apart_and_a_node_can_drain(phase_graph: Any, phase: str) -> None:
    """Guards the way in from one node's loss, and a node's replacement from the way in."""
    graph: ResourceGraph = phase_graph(phase)
    spec = inputs(graph.one("kubernetes:apps/v1:Deployment", f"{NAME}-envoy-deployment"))["spec"]
    assert spec["replicas"] == 3
    pod = spec["template"]["spec"]
    assert {c["topologyKey"] for c in pod["topologySpreadConstraints"]} == {
        "topology.kubernetes.io/zone", "kubernetes.io/hostname",
    }  # fmt: skip
    assert pod["terminationGracePeriodSeconds"] > 60
    budget = graph.one("kubernetes:policy/v1:PodDisruptionBudget", f"{NAME}-envoy-pdb")
    assert inputs(budget)["spec"]["maxUnavailable"] == 1
