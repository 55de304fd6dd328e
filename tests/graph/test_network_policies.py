"""Who may talk to whom on the clusters of the plans: every arrow that the system needs, and no other."""

import re
from functools import cache
from itertools import pairwise

import pytest

from infra.config.compute import TAKEN_NAMES
from tests.graph.reachability import POLICY, Outside, Reachability
from tests.graph.reading import FIRST, inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
CLUSTERS = [*((phase, "us-east-1") for phase in PHASES), ("phase3", "us-west-2")]
SERVICES = ("mgx-api", "task", "agent", "llm-gateway", "workspace", "analytics", "notification")
MOST_PORTS_OF_AN_ADDRESS = 24
"""Pairs of port and protocol that the VPC CNI enforces for one CIDR (EKS user guide, "Limit Pod traffic", considerations)."""

DATABASE, CACHE = Outside("10.0.192.4"), Outside("10.0.192.5")
ALB, ENDPOINT_OR_NODE, DNS, API_SERVER = (
    Outside("10.0.128.7"), Outside("10.0.1.1"), Outside("172.20.0.10"), Outside("172.20.0.1"),
)  # fmt: skip
POD_IDENTITY, METADATA, WORLD = Outside("169.254.170.23"), Outside("169.254.169.254"), Outside("93.184.215.14")
OTHER_REGION = Outside("10.1.1.1")


@pytest.fixture(scope="module")
def reach(phase_graph):
    """The evaluator of a phase's cluster in a region."""
    return cache(lambda phase, region="us-east-1": Reachability(phase_graph(phase), region))


def services(phase: str) -> tuple[str, ...]:
    return SERVICES if phase == "phase3" else SERVICES[:1]


def expected(phase: str) -> set[tuple[str, str, int]]:
    """Every arrow from pod to pod that a phase needs."""
    pooled, proxied, gated = phase != "baseline", phase in ("phase2", "phase3"), phase == "phase3"
    arrows = {
        ("rabbitmq", "rabbitmq", 4369), ("rabbitmq", "rabbitmq", 25672),
        ("prometheus", "prometheus", 9090), ("prometheus", "alertmanager", 9093), ("prometheus", "rabbitmq", 15692),
        ("prometheus", "postgres-exporter", 9399), ("prometheus-adapter", "prometheus", 9090),
        ("alertmanager", "alertmanager", 9094),
    }  # fmt: skip
    for service in services(phase):
        arrows |= {("prometheus", service, 9464), (service, "rabbitmq", 5671)}
        arrows |= {(service, "pgbouncer", 6432), ("prometheus", "pgbouncer", 9127)} if pooled else set()
        arrows |= {(service, "egress", port) for port in (9101, 9102, 9103)} if proxied else set()
        arrows |= {("gateway", service, 8080)} if gated else set()
        arrows |= {(service, other, 8080) for other in services(phase)} if gated else set()
    arrows |= {("prometheus", "egress", 9902)} if proxied else set()
    arrows |= {("prometheus", "gateway", 9902)} if gated else set()
    if FIRST[phase] == "compressor":
        arrows |= {("compressor", "mgx-api", 8080), ("prometheus", "compressor", 9902)}
    return arrows


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_pods_reach_each_other_where_the_system_needs_it_and_nowhere_else(phase_graph, phase: str, region: str) -> None:
    """Guards both ways: a missing arrow stops the system once policies are enforced, one too many is a way for an intruder."""
    found = set(Reachability(phase_graph(phase), region).arrows())
    assert found - expected(phase) == set(), "allowed, and not needed"
    assert expected(phase) - found == set(), "needed, and denied"


@pytest.mark.parametrize(("phase", "region"), CLUSTERS)
def test_every_namespace_denies_what_no_policy_names(reach, phase: str, region: str) -> None:
    """Guards a pod that someone adds: it talks to nobody until an arrow is drawn for it."""
    cluster = reach(phase, region)
    assert cluster.namespaces == {"mgx-ai", "database", "monitoring"}
    assert [name for name in cluster.namespaces if not cluster.denied_by_default(name)] == []


@pytest.mark.parametrize("phase", PHASES)
def test_no_service_can_take_the_name_of_a_policy_that_is_not_its_own(phase_graph, phase: str) -> None:
    """Guards a service that is called as a group of pods: both policies would be one object."""
    policies = map(inputs, phase_graph(phase).of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy"))
    names = {policy["metadata"]["name"] for policy in policies if policy["metadata"]["namespace"] == "mgx-ai"}
    groups = {re.sub("-[0-9a-f]{8}$", "", name) for name in names}
    assert groups - {*services(phase), *TAKEN_NAMES} == set()


@pytest.mark.parametrize(("old", "new"), list(pairwise(PHASES)))
def test_a_step_opens_before_it_closes(phase_graph, old: str, new: str) -> None:
    """Guards requests during a step: pods move for an hour, and a policy changed in place would close their way first."""
    before, after = ({r.name: inputs(r) for r in phase_graph(phase).of_type(POLICY)} for phase in (old, new))
    assert before.keys() - after.keys(), "a step that changes no policy holds nothing here"
    changed = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    assert changed == []


@pytest.mark.parametrize("phase", PHASES)
def test_every_pod_resolves_names_at_the_clusters_own_resolver(reach, phase: str) -> None:
    """Guards the resolver of Auto Mode, which no pod selector finds, and leaks by way of another resolver."""
    cluster = reach(phase)
    for pod in cluster.pods.values():
        assert cluster.reaches(pod, DNS, 53, "UDP"), pod
        assert cluster.reaches(pod, DNS, 53, "TCP"), pod
        assert not cluster.reaches(pod, WORLD, 53, "UDP"), pod


@pytest.mark.parametrize("phase", PHASES)
def test_the_database_is_reached_by_the_pooler_by_jobs_and_by_monitoring_alone(reach, phase: str) -> None:
    """Guards pool sizes and passwords: a service that goes around the pooler takes connections that aren't its own."""
    cluster = reach(phase)
    clients = {app for app, pod in cluster.pods.items() if cluster.reaches(pod, DATABASE, 5432)}
    assert clients == {"sql-job", "postgres-exporter", "mgx-api" if phase == "baseline" else "pgbouncer"}


@pytest.mark.parametrize("phase", PHASES)
def test_the_cache_is_reached_by_the_services_alone(reach, phase: str) -> None:
    """Guards the hot data of all users."""
    cluster = reach(phase)
    assert {app for app, pod in cluster.pods.items() if cluster.reaches(pod, CACHE, 6379)} == set(services(phase))


@pytest.mark.parametrize("phase", PHASES)
def test_the_load_balancer_reaches_the_first_pod_of_a_requests_way_and_nothing_behind_it(reach, phase: str) -> None:
    """Guards the gateway's limits, which a request that comes in behind it would pass by."""
    cluster = reach(phase)
    reached = {(a, port) for a, pod in cluster.pods.items() for port in pod.ports if cluster.reaches(ALB, pod, port)}
    assert reached == {(FIRST[phase], 8080)}


@pytest.mark.parametrize("phase", PHASES)
def test_the_world_is_reached_through_the_egress_proxy_from_the_phase_on_that_has_one(reach, phase: str) -> None:
    """Guards breakers, which a direct call would pass by, and data that leaves; alerts go to SNS by themselves."""
    cluster = reach(phase)
    callers = {app for app, pod in cluster.pods.items() if cluster.reaches(pod, WORLD, 443)}
    assert callers == {"alertmanager", "mgx-api" if phase in ("baseline", "phase1") else "egress"}


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_from_outside_reaches_a_pod_but_by_the_balancers_and_the_api_server(reach, phase: str) -> None:
    """Guards against the internet, and against whoever else has an address in the VPC."""
    cluster = reach(phase)
    for pod in cluster.pods.values():
        assert not any(cluster.reaches(WORLD, pod, port) for port in pod.ports), pod
    inside = {(a, p) for a, pod in cluster.pods.items() for p in pod.ports if cluster.reaches(ENDPOINT_OR_NODE, pod, p)}
    assert inside == {("prometheus-adapter", 6443), *([("rabbitmq", 5671)] if phase == "phase3" else [])}


@pytest.mark.parametrize("phase", PHASES)
def test_identities_come_from_the_agent_and_no_pod_sees_the_nodes_own(reach, phase: str) -> None:
    """Guards Pod Identity, and the node's role, which the instance metadata would hand to anyone."""
    cluster = reach(phase)
    asking = {app for app, pod in cluster.pods.items() if cluster.reaches(pod, POD_IDENTITY, 80)}
    assert asking == {"alertmanager", *services(phase)}
    assert not any(cluster.reaches(pod, METADATA, 80) for pod in cluster.pods.values())


@pytest.mark.parametrize("phase", PHASES)
def test_only_monitoring_asks_the_api_server_and_the_nodes(reach, phase: str) -> None:
    """Guards the cluster's own API: an application pod has no business there."""
    cluster = reach(phase)
    asking = {app for app, pod in cluster.pods.items() if cluster.reaches(pod, API_SERVER, 443)}
    assert asking == {"prometheus", "prometheus-adapter"}
    assert {a for a, pod in cluster.pods.items() if cluster.reaches(pod, ENDPOINT_OR_NODE, 10250)} == {"prometheus"}


def test_a_standbys_queue_follows_the_active_regions_and_never_the_other_way(reach) -> None:
    """Guards federation, which goes through the internal load balancer of the other region."""
    standby = reach("phase3", "us-west-2")
    assert standby.reaches(standby.pods["rabbitmq"], Outside("10.0.1.1"), 5671)
    active = reach("phase3")
    assert not active.reaches(active.pods["rabbitmq"], OTHER_REGION, 5671)


@pytest.mark.parametrize("phase", PHASES)
def test_no_address_has_more_ports_than_are_enforced(phase_graph, phase: str) -> None:
    """Guards the limit of the VPC CNI, beyond which a rule is dropped without a word."""
    for policy in phase_graph(phase).of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy"):
        ports: dict[str, set[tuple[int, str]]] = {}
        for rule in (*inputs(policy)["spec"].get("ingress", ()), *inputs(policy)["spec"].get("egress", ())):
            for peer in (*rule.get("from", ()), *rule.get("to", ())):
                ports.setdefault(str(peer), set()).update((p["port"], p["protocol"]) for p in rule["ports"])
        assert all(len(pairs) <= MOST_PORTS_OF_AN_ADDRESS for pairs in ports.values()), policy.name
