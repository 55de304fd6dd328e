"""The message queue in the plans."""

import json
from typing import Any

import kubernetes_validate
import pytest

from infra.graph import ResourceGraph
from infra.graph.values import Secret, to_json
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
NAME = "mgx-ai-us-east-1-queue"
SERVICE = "kubernetes:core/v1:Service"


def stateful_set(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, Any]:
    return inputs(graph.one("kubernetes:apps/v1:StatefulSet", f"mgx-ai-{region}-queue-nodes"))["spec"]


def files(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, str]:
    return inputs(graph.one("kubernetes:core/v1:ConfigMap", f"mgx-ai-{region}-queue-configuration"))["data"]


def topology(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, Any]:
    return json.loads(files(graph, region)["topology.json"])


@pytest.mark.parametrize(
    ("phase", "nodes", "members"), [("baseline", 1, 1), ("phase1", 2, 2), ("phase2", 3, 3), ("phase3", 6, 5)]
)
def test_nodes_are_the_documents_1_2_3_and_6(phase_graph, phase: str, nodes: int, members: int) -> None:
    """Guards the queue row of each table, and quorum queues that are no larger than they are useful."""
    assert stateful_set(phase_graph(phase))["replicas"] == nodes
    settings = files(phase_graph(phase))["rabbitmq.conf"].splitlines()
    assert f"cluster_formation.target_cluster_size_hint = {nodes}" in settings
    assert f"quorum_queue.continuous_membership_reconciliation.target_group_size = {members}" in settings


@pytest.mark.parametrize(
    ("phase", "types", "cpu"),
    [
        ("baseline", ["c7g.xlarge", "c8g.xlarge"], 4),
        ("phase1", ["c7g.xlarge", "c8g.xlarge"], 4),
        ("phase2", ["c7g.2xlarge", "c8g.2xlarge"], 8),
        ("phase3", ["c7g.2xlarge", "c8g.2xlarge"], 8),
    ],
)
def test_servers_have_exactly_the_documents_size_and_are_as_many_as_the_nodes_and_one(
    phase_graph, phase: str, types: list[str], cpu: int
) -> None:
    """Guards the size of the row, and the bill: one server more than nodes, for a server's replacement."""
    graph: ResourceGraph = phase_graph(phase)
    pool = inputs(graph.one("kubernetes:karpenter.sh/v1:NodePool", f"{NAME}-servers-pool"))["spec"]
    wanted = {r["key"]: r["values"] for r in pool["template"]["spec"]["requirements"]}
    assert list(wanted["node.kubernetes.io/instance-type"]) == types
    assert pool["limits"]["cpu"] == str((stateful_set(graph)["replicas"] + 1) * cpu)
    assert pool["disruption"]["consolidationPolicy"] == "WhenEmpty"


@pytest.mark.parametrize("phase", PHASES)
def test_a_pod_fills_a_server_and_never_two_share_one(phase_graph, phase: str) -> None:
    """Guards one node a server: it fits, a second one doesn't, and nothing puts two nodes in one failure."""
    graph: ResourceGraph = phase_graph(phase)
    pod = stateful_set(graph)["template"]["spec"]
    asked = pod["containers"][0]["resources"]["requests"]
    vcpu = 4 if phase in ("baseline", "phase1") else 8
    assert vcpu * 500 < int(asked["cpu"].removesuffix("m")) < vcpu * 1000
    assert vcpu * 1024 < int(asked["memory"].removesuffix("Mi")) < vcpu * 2048
    apart = pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert [term["topologyKey"] for term in apart] == ["kubernetes.io/hostname"]
    spread = {c["topologyKey"]: c["whenUnsatisfiable"] for c in pod["topologySpreadConstraints"]}
    assert spread["topology.kubernetes.io/zone"] == "DoNotSchedule"
    assert pod["nodeSelector"] == {"ramp/pool": "queue"}


def test_what_can_never_change_is_the_same_in_every_phase(phase_graph) -> None:
    """Guards growth in place: Kubernetes refuses a change of these, so that Pulumi would replace the queue."""
    fixed = ("serviceName", "podManagementPolicy", "selector", "volumeClaimTemplates")
    found = [{key: to_json(stateful_set(phase_graph(phase))[key]) for key in fixed} for phase in PHASES]
    assert all(one == found[0] for one in found)
    assert found[0]["podManagementPolicy"] == "Parallel"
    claim = stateful_set(phase_graph("baseline"))["volumeClaimTemplates"][0]["spec"]
    assert claim["storageClassName"] == "gp3-encrypted"
    assert claim["resources"]["requests"] == {"storage": "100Gi"}


@pytest.mark.parametrize("phase", PHASES)
def test_nodes_find_each_other_before_they_are_ready(phase_graph, phase: str) -> None:
    """Guards the first start: every node asks for node 0, whose name must resolve while it isn't ready."""
    graph: ResourceGraph = phase_graph(phase)
    headless = inputs(graph.one(SERVICE, f"{NAME}-headless"))
    assert headless["metadata"]["name"] == stateful_set(graph)["serviceName"]
    assert headless["spec"]["clusterIP"] == "None"
    assert headless["spec"]["publishNotReadyAddresses"] is True
    assert "cluster_formation.peer_discovery_backend = k8s" in files(graph)["rabbitmq.conf"].splitlines()
    node = stateful_set(graph)["template"]["spec"]["containers"][0]
    names = {e["name"]: e.get("value") for e in node["env"]}
    assert names["RABBITMQ_NODENAME"] == "rabbit@$(POD_NAME).rabbitmq-nodes.mgx-ai.svc.cluster.local"


@pytest.mark.parametrize("phase", PHASES)
def test_a_node_hands_over_before_it_goes_and_a_server_can_drain(phase_graph, phase: str) -> None:
    """Guards messages in a rollout; and a drain of one or two nodes, where waiting for a majority would never end."""
    graph: ResourceGraph = phase_graph(phase)
    spec = stateful_set(graph)
    pod = spec["template"]["spec"]
    command = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1]
    assert command.endswith("rabbitmq-upgrade drain")
    assert ("await_online_quorum_plus_one" in command) is (spec["replicas"] > 2)
    assert pod["terminationGracePeriodSeconds"] == 604800
    pool = inputs(graph.one("kubernetes:karpenter.sh/v1:NodePool", f"{NAME}-servers-pool"))["spec"]["template"]["spec"]
    hours = [int(pool[key].removesuffix("h")) for key in ("expireAfter", "terminationGracePeriod")]
    assert sum(hours) <= 21 * 24, "Auto Mode ends every server after 21 days"
    budget = inputs(graph.one("kubernetes:policy/v1:PodDisruptionBudget", f"{NAME}-pdb"))["spec"]
    assert budget["maxUnavailable"] == 1


@pytest.mark.parametrize("phase", PHASES)
def test_every_queue_is_a_quorum_queue_and_bounded(phase_graph, phase: str) -> None:
    """Guards against a queue that one node's failure loses, and one that fills the disk."""
    held = topology(phase_graph(phase))
    assert {queue["arguments"]["x-queue-type"] for queue in held["queues"]} == {"quorum"}
    assert held["vhosts"] == [{"name": "mgx-ai", "default_queue_type": "quorum"}]
    assert "default_queue_type = quorum" in files(phase_graph(phase))["rabbitmq.conf"].splitlines()
    limits = {policy["name"]: policy["definition"] for policy in held["policies"]}
    assert limits["limits"] == {
        "max-length": 1_000_000, "message-ttl": 604_800_000, "overflow": "reject-publish", "delivery-limit": 20,
        "dead-letter-exchange": "dead-letters", "dead-letter-strategy": "at-least-once",
    }  # fmt: skip
    assert limits["dead-letters"]["max-length"] == 1_000_000


@pytest.mark.parametrize("phase", PHASES[:3])
def test_before_the_architecture_is_event_driven_the_queue_carries_work_alone(phase_graph, phase: str) -> None:
    """Guards against queues that nobody reads."""
    held = topology(phase_graph(phase))
    assert {exchange["name"] for exchange in held["exchanges"]} == {"work", "dead-letters"}
    assert {queue["name"] for queue in held["queues"]} == {"tasks", "dead-letters"}


def test_from_phase_3_on_each_service_has_a_queue_of_events(phase_graph) -> None:
    """Guards the event-driven architecture: one topic exchange, and every service of the phase hears it."""
    graph: ResourceGraph = phase_graph("phase3")
    held = topology(graph)
    deployments = graph.of_type("kubernetes:apps/v1:Deployment")
    autoscalers = graph.of_type("kubernetes:autoscaling/v2:HorizontalPodAutoscaler")
    services = {inputs(hpa)["spec"]["scaleTargetRef"]["name"] for hpa in autoscalers}
    assert services <= {inputs(deployment)["metadata"]["name"] for deployment in deployments}
    heard = {b["destination"] for b in held["bindings"] if b["source"] == "events"}
    assert heard == {f"events.{service}" for service in services}
    assert {"name": "events", "type": "topic"}.items() <= next(
        e for e in held["exchanges"] if e["name"] == "events"
    ).items()


@pytest.mark.parametrize("phase", PHASES)
def test_secrets_stay_secret_and_nothing_listens_in_plain(phase_graph, phase: str) -> None:
    """Guards passwords, cookie and keys, and the wire: to clients, for people, between nodes."""
    graph: ResourceGraph = phase_graph(phase)
    for name in (f"{NAME}-secret", f"{NAME}-application"):
        assert isinstance(graph.one("kubernetes:core/v1:Secret", name).inputs["stringData"], Secret)
    settings = files(graph)["rabbitmq.conf"].splitlines()
    assert "listeners.tcp = none" in settings
    assert "listeners.ssl.default = 5671" in settings
    assert not [line for line in settings if line.startswith("management.tcp")]
    node = stateful_set(graph)["template"]["spec"]["containers"][0]
    names = {e["name"]: e.get("value") for e in node["env"]}
    assert "-proto_dist inet_tls" in str(names["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"])
    assert "password" not in json.dumps(topology(graph))


@pytest.mark.parametrize("phase", PHASES[:3])
def test_one_region_federates_nothing(phase_graph, phase: str) -> None:
    """Guards against a load balancer that nobody comes through."""
    services = [s.name for s in phase_graph(phase).of_type(SERVICE) if s.name.startswith(NAME)]
    assert services == [f"{NAME}-headless", f"{NAME}-service"]


def test_the_standby_follows_the_active_region_through_its_internal_load_balancer(phase_graph) -> None:
    """Guards the copies of messages: at the active region's size, over a balancer for the other region's network alone."""
    graph: ResourceGraph = phase_graph("phase3")
    balancer = inputs(graph.one(SERVICE, f"{NAME}-federation"))
    assert balancer["spec"]["type"] == "LoadBalancer"
    assert balancer["spec"]["loadBalancerClass"] == "eks.amazonaws.com/nlb"
    assert list(balancer["spec"]["loadBalancerSourceRanges"]) == ["10.1.0.0/16"]
    assert balancer["metadata"]["annotations"]["service.beta.kubernetes.io/aws-load-balancer-scheme"] == "internal"
    assert stateful_set(graph, "us-west-2")["replicas"] == stateful_set(graph)["replicas"] == 6
    follower = graph.one("kubernetes:core/v1:Secret", "mgx-ai-us-west-2-queue-secret")
    followed = graph.one("kubernetes:core/v1:Secret", f"{NAME}-secret")
    assert f"{NAME}-federation" in waits_for(follower, "stringData")
    assert "mgx-ai-us-west-2-queue-federation" not in waits_for(followed, "stringData")


def test_copies_in_the_standby_make_room_instead_of_blocking_the_active_region(phase_graph) -> None:
    """Guards the active region: a standby's queues that nobody reads must not hold its links up."""
    graph: ResourceGraph = phase_graph("phase3")
    standby = {p["name"]: p for p in topology(graph, "us-west-2")["policies"]}
    assert standby["limits"]["definition"]["overflow"] == "drop-head"
    assert standby["federation"]["pattern"] == "^(work|events)$"
    assert standby["federation"]["apply-to"] == "exchanges"
    leads = {p["name"]: p["pattern"] for p in topology(graph)["policies"]}
    assert leads["federation"] == "(?!)"


@pytest.mark.parametrize("phase", PHASES)
def test_every_object_is_one_that_kubernetes_takes(phase_graph, phase: str) -> None:
    """Guards against a field that the API server would refuse, which a preview can't tell."""
    for resource in phase_graph(phase):
        if resource.package == "kubernetes" and "-queue-" in resource.name and "karpenter" not in resource.type:
            data = to_json({key: value for key, value in resource.inputs.items() if key != "stringData"})
            kubernetes_validate.validate(data, "1.36", strict=True)
