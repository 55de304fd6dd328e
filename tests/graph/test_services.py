"""The services of the application tier in the plans: when they are there, and what each is given."""

import json

import pytest

from components.allocatable import Capacity, allocatable
from tests.graph.reading import FIRST

PHASES = ("baseline", "phase1", "phase2", "phase3")
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
SERVICES = ["agent", "analytics", "llm-gateway", "mgx-api", "notification", "task", "workspace"]
REGIONS = ("us-east-1", "us-west-2")


def in_region(graph, type_: str, region: str):
    return [resource for resource in graph.of_type(type_) if resource.name.startswith(f"mgx-ai-{region}-")]


@pytest.mark.parametrize("phase", PHASES)
def test_services_are_there_from_the_phase_on_that_names_microservices(phase_graph, phase: str) -> None:
    """Guards both ways: a service before its time costs money, one that is missing has no pods."""
    scaled = sorted(
        hpa.inputs["spec"]["scaleTargetRef"]["name"] for hpa in in_region(phase_graph(phase), HPA, "us-east-1")
    )
    assert scaled == (SERVICES if phase == "phase3" else ["mgx-api"])


@pytest.mark.parametrize("region", REGIONS)
def test_every_service_has_its_own_deployment_identity_budget_and_address(phase_graph, region: str) -> None:
    """Guards a service that borrows another one's role, or that drains with it."""
    graph = phase_graph("phase3")
    for type_ in (
        "kubernetes:apps/v1:Deployment",
        "kubernetes:policy/v1:PodDisruptionBudget",
        "kubernetes:core/v1:ServiceAccount",
        "kubernetes:core/v1:Service",
    ):
        names = {resource.inputs["metadata"]["name"] for resource in in_region(graph, type_, region)}
        assert names >= set(SERVICES), type_
    identities = in_region(graph, "aws:eks/podIdentityAssociation:PodIdentityAssociation", region)
    accounts = [identity for identity in identities if identity.inputs["serviceAccount"] in SERVICES]
    roles = {identity.property_dependencies["roleArn"] for identity in accounts}
    assert len(accounts) == len(roles) == len(SERVICES)


@pytest.mark.parametrize(("region", "least"), [("us-east-1", 25), ("us-west-2", 10)])
def test_every_service_runs_the_documents_counts(phase_graph, region: str, least: int) -> None:
    """Guards 50 + 10 servers in total: one pod of each service stands on every server."""
    for hpa in in_region(phase_graph("phase3"), HPA, region):
        assert (hpa.inputs["spec"]["minReplicas"], hpa.inputs["spec"]["maxReplicas"]) == (least, 63)


def test_one_pod_of_each_service_fits_on_a_server_together(phase_graph) -> None:
    """Guards the share: a pod too many on a server would need a server more than the document counts."""
    graph = phase_graph("phase3")
    room = allocatable(8, 16, "arm64", 110).less(Capacity(200, 512))
    asked = [pod_request(graph, service) for service in SERVICES]
    assert sum(request[0] for request in asked) <= room.cpu_millicores
    assert sum(request[1] for request in asked) <= room.memory_mib
    assert pod_request(graph, "mgx-api")[0] == room.cpu_millicores * 35 // 100


def pod_request(graph, service: str) -> tuple[int, int]:
    deployments = in_region(graph, "kubernetes:apps/v1:Deployment", "us-east-1")
    found = next(d for d in deployments if d.inputs["metadata"]["name"] == service)
    requests = found.inputs["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]
    return int(requests["cpu"].removesuffix("m")), int(requests["memory"].removesuffix("Mi"))


@pytest.mark.parametrize("phase", PHASES)
def test_no_phase_replaces_what_the_balancer_sends_to(phase_graph, phase: str) -> None:
    """Guards the target group: its port can't change in place, and it is the same whoever listens. Its patience may."""
    group, first = (
        phase_graph(which).one("aws:lb/targetGroup:TargetGroup", "mgx-ai-us-east-1-alb-tg").to_json()["inputs"]
        for which in (phase, "baseline")
    )
    assert json.dumps({**group, "deregistrationDelay": first["deregistrationDelay"]}) == json.dumps(first)
    binding = in_region(phase_graph(phase), "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding", "us-east-1")[0]
    service = FIRST[phase]
    assert binding.inputs["spec"]["serviceRef"] == {"name": service, "port": 8080}
