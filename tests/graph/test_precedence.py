"""What waits for what on a cluster, in the plans."""

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
K8S = "kubernetes"
DEPLOYMENT, STATEFUL_SET = "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"
SERVICE, JOB = "kubernetes:core/v1:Service", "kubernetes:batch/v1:Job"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
NAME = "mgx-ai-us-east-1-mgx-api-deployment"
NODE_POOL, IDENTITY = "kubernetes:karpenter.sh/v1:NodePool", "aws:eks/podIdentityAssociation:PodIdentityAssociation"


def on_cluster(graph: ResourceGraph) -> list[Resource]:
    return [r for r in graph if r.package == K8S and "metadata" in r.inputs]


def workloads(graph: ResourceGraph) -> list[Resource]:
    return [r for type_ in (DEPLOYMENT, STATEFUL_SET, JOB) for r in graph.of_type(type_)]


def waited(graph: ResourceGraph, resource: Resource) -> list[Resource]:
    return [graph[urn] for urn in resource.dependencies]


def kinds(graph: ResourceGraph, resource: Resource) -> set[tuple[str, str]]:
    """Kind and name of the objects that a resource waits for."""
    first = [inputs(r) for r in waited(graph, resource) if r.package == K8S and "metadata" in r.inputs]
    return {(each["kind"], each["metadata"]["name"]) for each in first}


@pytest.mark.parametrize("phase", PHASES)
def test_every_object_waits_for_its_namespace(phase_graph, phase: str) -> None:
    """Guards the first `up`: the API server refuses an object whose namespace isn't there."""
    graph: ResourceGraph = phase_graph(phase)
    within = {r.name: (r, inputs(r)["metadata"].get("namespace")) for r in on_cluster(graph)}
    made = {inputs(r)["metadata"]["name"] for r in graph.of_type("kubernetes:core/v1:Namespace")}
    assert made == {"mgx-ai", "database", "monitoring"}
    late = [n for n, (r, space) in within.items() if space in made and ("Namespace", space) not in kinds(graph, r)]
    assert late == []


@pytest.mark.parametrize("phase", PHASES)
def test_pods_wait_for_their_nodes_their_files_and_their_identity(phase_graph, phase: str) -> None:
    """Guards against an update that waits for pods without nodes, pods that start with the files of before an update, and
    pods that start before their role is bound, and so never get its credentials."""
    graph: ResourceGraph = phase_graph(phase)
    assert workloads(graph)
    for workload in workloads(graph):
        pod, first = inputs(workload)["spec"]["template"]["spec"], waited(graph, workload)
        pools = [r for r in first if r.type == NODE_POOL]
        labels = {inputs(r)["spec"]["template"]["metadata"]["labels"]["ramp/pool"] for r in pools}
        assert labels == {pod["nodeSelector"]["ramp/pool"]}, workload.name
        read = {("ConfigMap", v["configMap"]["name"]) for v in pod["volumes"] if "configMap" in v}
        read |= {("Secret", v["secret"]["secretName"]) for v in pod["volumes"] if "secret" in v}
        account = pod.get("serviceAccountName")
        assert read | ({("ServiceAccount", account)} if account else set()) <= kinds(graph, workload), workload.name
        bound = {inputs(r)["serviceAccount"] for r in graph.of_type(IDENTITY)}
        assert (account in bound) == any(r.type == IDENTITY for r in first), workload.name


@pytest.mark.parametrize("phase", PHASES)
def test_a_service_comes_after_its_pods_unless_they_find_each_other_by_it(phase_graph, phase: str) -> None:
    """Guards the ten minutes that Pulumi waits for a service's pods, and nodes of a cluster that look for each other."""
    graph: ResourceGraph = phase_graph(phase)
    for service in graph.of_type(SERVICE):
        spec = inputs(service)["spec"]
        after = [r for r in waited(graph, service) if r.type in (DEPLOYMENT, STATEFUL_SET)]
        labels = [inputs(r)["spec"]["template"]["metadata"]["labels"] for r in after]
        assert len(labels) == (0 if spec.get("clusterIP") == "None" else 1), service.name
        assert all(spec["selector"].items() <= each.items() for each in labels), service.name
    for servers in graph.of_type(STATEFUL_SET):
        assert ("Service", inputs(servers)["spec"]["serviceName"]) in kinds(graph, servers), servers.name


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_is_made_on_a_cluster_that_lets_nobody_in(phase_graph, phase: str) -> None:
    """Guards the first `up`: whoever made the cluster has no rights of his own on it."""
    graph: ResourceGraph = phase_graph(phase)
    for provider in graph.of_type("pulumi:providers:kubernetes"):
        assert any("AccessPolicyAssociation" in urn for urn in provider.dependencies)


@pytest.mark.parametrize("phase", ["phase2", "phase3"])
def test_the_application_starts_when_the_systems_around_it_stand(phase_graph, phase: str) -> None:
    """Guards against pods that crash for the half hour that a database takes, and a rotation in which pods log in with a
    password that the server doesn't know yet."""
    graph: ResourceGraph = phase_graph(phase)
    first = {r.name.removeprefix("mgx-ai-us-east-1-") for r in waited(graph, graph.one(DEPLOYMENT, NAME))}
    assert {"database-roles-1-job", "pooler-service", "queue-service", "egress-envoy-service", "cache-group"} <= first
    pooler = graph.one(DEPLOYMENT, "mgx-ai-us-east-1-pooler-deployment")
    assert "mgx-ai-us-east-1-database-roles-1-job" in {r.name for r in waited(graph, pooler)}


@pytest.mark.parametrize("phase", PHASES)
def test_an_update_waits_as_long_as_a_rollout_may_take(phase_graph, phase: str) -> None:
    """Guards a rollout over many servers, which takes longer than the ten minutes that Pulumi waits by itself."""
    graph: ResourceGraph = phase_graph(phase)
    deployment, scaler = graph.one(DEPLOYMENT, NAME), graph.one(SCALER, NAME.replace("deployment", "hpa"))
    surge = inputs(deployment)["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    turns = inputs(scaler)["spec"]["maxReplicas"] / surge
    assert deployment.custom_timeouts["update"] / 60 >= 5 * turns
