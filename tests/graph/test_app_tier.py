"""The application tier of each region in the plans."""

import pytest

from infra.graph import Resource, ResourceGraph

PHASES = ("baseline", "phase1", "phase2", "phase3")
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def api(graph: ResourceGraph, type_: str, region: str = "us-east-1") -> Resource:
    """The object of the document's own service in a region."""
    return next(r for r in graph.of_type(type_) if r.name.startswith(f"mgx-ai-{region}-mgx-api-"))


@pytest.mark.parametrize(
    ("phase", "region", "least", "most"),
    [
        ("baseline", "us-east-1", 4, 4),
        ("phase1", "us-east-1", 4, 10),
        ("phase2", "us-east-1", 10, 25),
        ("phase3", "us-east-1", 25, 63),
        ("phase3", "us-west-2", 10, 63),
    ],
)
def test_the_autoscaler_is_the_documents_field_by_field(
    phase_graph, phase: str, region: str, least: int, most: int
) -> None:
    """Guards the HPA block: names, target, range and both utilizations."""
    hpa = api(phase_graph(phase), HPA, region)
    spec = hpa.inputs["spec"]
    assert hpa.inputs["metadata"]["name"] == "mgx-api-hpa"
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "mgx-api"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (least, most)
    utilization = {m["resource"]["name"]: m["resource"]["target"] for m in spec["metrics"] if m["type"] == "Resource"}
    assert utilization == {
        "cpu": {"type": "Utilization", "averageUtilization": 70},
        "memory": {"type": "Utilization", "averageUtilization": 80},
    }


def test_the_triggers_durations_are_the_stabilization_windows(phase_graph) -> None:
    """Guards three minutes up and ten down, and the band down to 40 percent."""
    behavior = api(phase_graph("phase1"), HPA).inputs["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 180
    assert behavior["scaleUp"]["tolerance"] == "0"
    assert behavior["scaleDown"] == {"stabilizationWindowSeconds": 600, "tolerance": "0.4286"}


@pytest.mark.parametrize("phase", PHASES)
def test_no_deployment_under_an_autoscaler_sets_replicas(phase_graph, phase: str) -> None:
    """Guards against server-side apply, which would set the count back to 1 when a later phase drops the field."""
    graph: ResourceGraph = phase_graph(phase)
    scaled = {hpa.inputs["spec"]["scaleTargetRef"]["name"] for hpa in graph.of_type(HPA)}
    assert scaled
    for deployment in graph.of_type(DEPLOYMENT):
        if deployment.inputs["metadata"]["name"] in scaled:
            assert "replicas" not in deployment.inputs["spec"]


def test_a_baseline_pod_fills_a_server_less_what_the_node_and_its_daemons_keep(phase_graph) -> None:
    """Guards one pod a server: 8 vCPU and 16 GiB never fit on a node of that size."""
    pod = api(phase_graph("baseline"), DEPLOYMENT).inputs["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"]["requests"] == {"cpu": "7710m", "memory": "13019Mi"}


@pytest.mark.parametrize("phase", PHASES)
def test_a_pod_runs_as_nobody_in_particular_and_writes_nowhere(phase_graph, phase: str) -> None:
    """Guards the namespace's restricted standard, which would refuse such a pod only at run time."""
    for deployment in phase_graph(phase).of_type(DEPLOYMENT):
        pod = deployment.inputs["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]


def test_a_pod_outlives_its_deregistration(phase_graph) -> None:
    """Guards requests in flight: the balancer sends until the target is out."""
    graph: ResourceGraph = phase_graph("phase2")
    pod = api(graph, DEPLOYMENT).inputs["spec"]["template"]["spec"]
    target = graph.of_type("aws:lb/targetGroup:TargetGroup")[0]
    assert pod["terminationGracePeriodSeconds"] > target.inputs["deregistrationDelay"]


def test_the_balancer_registers_pods_through_a_binding(phase_graph) -> None:
    """Guards the way from ALB to pods: by ARN, by address, and with the tag that Auto Mode's controller wants."""
    graph: ResourceGraph = phase_graph("baseline")
    (binding,) = graph.of_type("kubernetes:eks.amazonaws.com/v1:TargetGroupBinding")
    (group,) = graph.of_type("aws:lb/targetGroup:TargetGroup")
    assert binding.inputs["spec"]["targetType"] == "ip"
    assert "networking" not in binding.inputs["spec"]
    assert group.inputs["tags"] == {"eks:eks-cluster-name": "mgx-ai-us-east-1"}
    assert group.urn in binding.property_dependencies["spec"]
