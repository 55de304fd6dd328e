"""The egress proxy in the plans."""

import json

import pytest

PHASES = ("baseline", "phase1", "phase2", "phase3")
REGIONS = {"phase2": ["us-east-1"], "phase3": ["us-east-1", "us-west-2"]}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def egress(graph, type_: str, role: str, region: str = "us-east-1"):
    return graph.one(type_, f"mgx-ai-{region}-egress-{role}")


def bootstrap(graph):
    files = egress(graph, "kubernetes:core/v1:ConfigMap", "envoy-configuration").inputs["data"]
    return json.loads(files["envoy.json"])


@pytest.mark.parametrize("phase", PHASES)
def test_the_proxy_is_there_from_the_phase_on_that_names_circuit_breakers(phase_graph, phase: str) -> None:
    """Guards both ways, in every region of the phase."""
    graph = phase_graph(phase)
    found = [resource.name for resource in graph.of_type("ramp:egress:Egress")]
    assert found == [f"mgx-ai-{region}-egress" for region in REGIONS.get(phase, [])]


@pytest.mark.parametrize("phase", ["phase2", "phase3"])
def test_every_external_service_has_a_breaker_and_outlier_detection(phase_graph, phase: str) -> None:
    """Guards each service of the settings: one that is left out has no breaker."""
    clusters = {c["name"]: c for c in bootstrap(phase_graph(phase))["static_resources"]["clusters"]}
    assert sorted(clusters) == ["admin", "anthropic", "github", "openai"]
    for name, calls in (("openai", 400), ("anthropic", 400), ("github", 100)):
        assert clusters[name]["circuit_breakers"]["thresholds"] == [
            {
                "max_connections": calls,
                "max_pending_requests": 100,
                "max_requests": calls,
                "max_retries": 20,
                "track_remaining": True,
            }
        ]
        outlier = clusters[name]["outlier_detection"]
        assert (outlier["consecutive_5xx"], outlier["base_ejection_time"]) == (5, "30s")
        assert outlier["max_ejection_percent"] == 100
        assert clusters[name]["common_lb_config"]["healthy_panic_threshold"] == {"value": 0}


def test_a_service_is_called_by_tls_and_must_prove_its_name(phase_graph) -> None:
    """Guards API keys: a server that isn't the service must not get them."""
    clusters = bootstrap(phase_graph("phase2"))["static_resources"]["clusters"]
    openai = next(cluster for cluster in clusters if cluster["name"] == "openai")
    context = openai["transport_socket"]["typed_config"]
    assert context["sni"] == "api.openai.com"
    validation = context["common_tls_context"]["validation_context"]
    assert validation["match_typed_subject_alt_names"] == [{"san_type": "DNS", "matcher": {"exact": "api.openai.com"}}]
    assert validation["trusted_ca"]["filename"]


@pytest.mark.parametrize("phase", ["baseline", "phase2", "phase3"])
def test_the_application_learns_where_it_calls_each_service(phase_graph, phase: str) -> None:
    """Guards the way there: without the address the application calls the service itself, past the breaker."""
    deployment = phase_graph(phase).one(DEPLOYMENT, "mgx-ai-us-east-1-mgx-api-deployment")
    variables = deployment.inputs["spec"]["template"]["spec"]["containers"][0]["env"]
    urls = {v["name"]: v["value"] for v in variables if v["name"].startswith("EGRESS_") and v["name"].endswith("_URL")}
    host = "https://egress.mgx-ai.svc.cluster.local"
    expected = {"EGRESS_OPENAI_URL": 9101, "EGRESS_ANTHROPIC_URL": 9102, "EGRESS_GITHUB_URL": 9103}
    assert urls == ({} if phase == "baseline" else {name: f"{host}:{port}" for name, port in expected.items()})


def test_a_pod_that_goes_ends_its_calls_first(phase_graph) -> None:
    """Guards calls to slow services: the longest may take 120 s after a connection's last minute."""
    deployment = egress(phase_graph("phase2"), DEPLOYMENT, "envoy-deployment").inputs["spec"]
    pod = deployment["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"] == 180
    assert pod["terminationGracePeriodSeconds"] > 180
    assert deployment["replicas"] == 3


def test_the_service_opens_every_listeners_port(phase_graph) -> None:
    """Guards a listener that nobody reaches."""
    graph = phase_graph("phase2")
    opened = [
        port["port"] for port in egress(graph, "kubernetes:core/v1:Service", "envoy-service").inputs["spec"]["ports"]
    ]
    listeners = bootstrap(graph)["static_resources"]["listeners"]
    assert opened == [listener["address"]["socket_address"]["port_value"] for listener in listeners][:-1]
