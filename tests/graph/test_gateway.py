"""The API gateway in the plans."""

import json

import pytest

PHASES = ("baseline", "phase1", "phase2", "phase3")
REGIONS = ("us-east-1", "us-west-2")


def gateway(graph, region: str, type_: str, role: str):
    return graph.one(type_, f"mgx-ai-{region}-gateway-{role}")


def bootstrap(graph, region: str = "us-east-1"):
    files = gateway(graph, region, "kubernetes:core/v1:ConfigMap", "envoy-configuration").inputs["data"]
    return json.loads(files["envoy.json"])


def routes(graph) -> list[dict]:
    listener = bootstrap(graph)["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    return manager["route_config"]["virtual_hosts"][0]["routes"]


@pytest.mark.parametrize("phase", PHASES)
def test_the_gateway_is_there_from_the_phase_on_that_names_it(phase_graph, phase: str) -> None:
    """Guards both ways, in every region of the phase."""
    graph = phase_graph(phase)
    found = [resource.name for resource in graph.of_type("ramp:gateway:Gateway")]
    assert found == ([f"mgx-ai-{region}-gateway" for region in REGIONS] if phase == "phase3" else [])


def test_every_path_is_routed_to_its_service_in_each_version_and_the_rest_to_the_application(phase_graph) -> None:
    """Guards the routes and their order: the application's own takes everything, so it must be the last."""
    found = [
        (next(iter(route["match"].values())), route["route"]["cluster"]) for route in routes(phase_graph("phase3"))
    ]
    assert found == [
        ("/healthz", "mgx-api"),
        ("/v1/notifications", "notification"),
        ("/v1/workspaces", "workspace"),
        ("/v1/analytics", "analytics"),
        ("/v1/agents", "agent"),
        ("/v1/tasks", "task"),
        ("/v1/llm", "llm-gateway"),
        ("/", "mgx-api"),
    ]


def test_every_route_is_limited_and_retries_on_another_pod_within_a_budget(phase_graph) -> None:
    """Guards "routing and rate limiting", and that retries can't multiply an overload."""
    for route in routes(phase_graph("phase3"))[1:]:
        limit = route["typed_per_filter_config"]["envoy.filters.http.local_ratelimit"]
        assert limit["token_bucket"] == {"max_tokens": 2000, "tokens_per_fill": 1000, "fill_interval": "1s"}
        retry = route["route"]["retry_policy"]
        assert (retry["num_retries"], route["route"]["timeout"]) == (2, "120s")
        assert retry["retry_host_predicate"][0]["name"] == "envoy.retry_host_predicates.previous_hosts"
    for cluster in bootstrap(phase_graph("phase3"))["static_resources"]["clusters"][:-1]:
        budget = cluster["circuit_breakers"]["thresholds"][0]["retry_budget"]
        assert budget["budget_percent"] == {"value": 20}
        assert cluster["outlier_detection"]["consecutive_5xx"] == 5


def test_the_gateway_sees_every_pod_of_a_service(phase_graph) -> None:
    """Guards outlier detection: behind a cluster address it would leave out all pods of a service at once."""
    graph = phase_graph("phase3")
    headless = {
        service.inputs["metadata"]["name"]: service.inputs["spec"]
        for service in graph.of_type("kubernetes:core/v1:Service")
        if service.inputs["spec"].get("clusterIP") == "None" and "-us-east-1-gateway-" in service.name
    }
    clusters = bootstrap(graph)["static_resources"]["clusters"][:-1]
    hosts = [
        cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"][
            "address"
        ]
        for cluster in clusters
    ]
    namespace = gateway(graph, "us-east-1", "kubernetes:core/v1:Service", "envoy-service").inputs["metadata"][
        "namespace"
    ]
    assert sorted(hosts) == sorted(f"{name}.{namespace}.svc.cluster.local" for name in headless)
    assert len(headless) == 7
    for name, spec in headless.items():
        assert spec["selector"] == {"app.kubernetes.io/name": name.removesuffix("-pods")}


def test_the_client_is_whom_the_nearest_trusted_proxy_names(phase_graph) -> None:
    """Guards against a client that names itself: CloudFront and the balancer are the two proxies that are believed."""
    listener = bootstrap(phase_graph("phase3"))["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    assert (manager["use_remote_address"], manager["xff_num_trusted_hops"]) == (True, 2)
    assert manager["common_http_protocol_options"]["idle_timeout"] == "135s"


@pytest.mark.parametrize("region", REGIONS)
def test_its_pods_are_restricted_spread_and_outlast_the_balancer(phase_graph, region: str) -> None:
    """Guards pod security, loss of a zone, and requests that are underway when a pod goes."""
    graph = phase_graph("phase3")
    deployment = gateway(graph, region, "kubernetes:apps/v1:Deployment", "envoy-deployment").inputs["spec"]
    pod, container = deployment["template"]["spec"], deployment["template"]["spec"]["containers"][0]
    assert deployment["replicas"] == 3
    assert pod["nodeSelector"] == {"ramp/pool": "platform"}
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "metrics"}
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] == 120
    assert pod["terminationGracePeriodSeconds"] > 120
    spread = {constraint["topologyKey"] for constraint in pod["topologySpreadConstraints"]}
    assert spread == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    budget = gateway(graph, region, "kubernetes:policy/v1:PodDisruptionBudget", "envoy-pdb").inputs["spec"]
    assert budget["maxUnavailable"] == 1


def test_requests_arrive_only_once_the_gateway_stands(phase_graph) -> None:
    """Guards the step to this phase: the balancer would drop its targets before there are new ones."""
    graph = phase_graph("phase3")
    deployment = gateway(graph, "us-east-1", "kubernetes:apps/v1:Deployment", "envoy-deployment")
    binding = graph.one("kubernetes:eks.amazonaws.com/v1:TargetGroupBinding", "mgx-ai-us-east-1-alb-pods")
    assert deployment.urn in binding.dependencies
