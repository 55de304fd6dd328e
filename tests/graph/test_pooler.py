"""The connection pooler, and who may log in, in the plans."""

from typing import Any

import kubernetes_validate
import pytest

from infra.graph import Resource, ResourceGraph
from infra.graph.values import Secret, to_json
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
POOLED = PHASES[1:]
REGIONS = {"phase1": ["us-east-1"], "phase2": ["us-east-1"], "phase3": ["us-east-1", "us-west-2"]}
POOLER = "ramp:pooler:Pooler"
KINDS = {
    "deployment": "kubernetes:apps/v1:Deployment",
    "service": "kubernetes:core/v1:Service",
    "pdb": "kubernetes:policy/v1:PodDisruptionBudget",
    "configuration": "kubernetes:core/v1:ConfigMap",
    "secret": "kubernetes:core/v1:Secret",
}
JOB, SECRET = "kubernetes:batch/v1:Job", "kubernetes:core/v1:Secret"


def part(graph: ResourceGraph, role: str, region: str = "us-east-1") -> Resource:
    return graph.one(KINDS[role], f"mgx-ai-{region}-pooler-{role}")


def pod(graph: ResourceGraph) -> dict[str, Any]:
    return inputs(part(graph, "deployment"))["spec"]["template"]["spec"]


def variables(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, Any]:
    """What a pod of the application is told."""
    deployment = graph.one("kubernetes:apps/v1:Deployment", f"mgx-ai-{region}-mgx-api-deployment")
    container = inputs(deployment)["spec"]["template"]["spec"]["containers"][0]
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


def test_the_baseline_has_no_pooler(phase_graph) -> None:
    """Guards the phase before the one whose list asks for pooling."""
    assert not phase_graph("baseline").of_type(POOLER)


@pytest.mark.parametrize("phase", POOLED)
def test_each_region_has_a_pooler_from_phase_1_on(phase_graph, phase: str) -> None:
    """Guards the list entry of phase 1, and the phases that don't repeat it."""
    found = [pooler.name for pooler in phase_graph(phase).of_type(POOLER)]
    assert found == [f"mgx-ai-{region}-pooler" for region in REGIONS[phase]]


@pytest.mark.parametrize("phase", POOLED)
def test_it_listens_where_the_application_looks_for_it(phase_graph, phase: str) -> None:
    """Guards the one address that every pod is given, and names that never change."""
    graph: ResourceGraph = phase_graph(phase)
    service = inputs(part(graph, "service"))
    assert (service["metadata"]["name"], service["metadata"]["namespace"]) == ("pgbouncer", "database")
    assert [port["port"] for port in service["spec"]["ports"]] == [6432]
    told = variables(graph)
    assert (told["DATABASE_HOST"], told["DATABASE_PORT"]) == ("pgbouncer.database.svc.cluster.local", "6432")
    assert (told["DATABASE_NAME"], told["DATABASE_READ_NAME"]) == ("mgx_ai", "mgx_ai_ro")
    assert told["DATABASE_SSLMODE"] == "verify-full"


def test_its_pods_survive_a_zone_a_node_and_a_drain(phase_graph) -> None:
    """Guards the one way to the database against the loss of what it stands on."""
    graph: ResourceGraph = phase_graph("phase1")
    assert inputs(part(graph, "deployment"))["spec"]["replicas"] == 3
    spread = {c["topologyKey"]: c["whenUnsatisfiable"] for c in pod(graph)["topologySpreadConstraints"]}
    assert spread == {"topology.kubernetes.io/zone": "ScheduleAnyway", "kubernetes.io/hostname": "DoNotSchedule"}
    assert pod(graph)["nodeSelector"] == {"ramp/pool": "platform"}
    assert inputs(part(graph, "pdb"))["spec"]["maxUnavailable"] == 1


def test_its_pods_may_do_nothing_but_their_work(phase_graph) -> None:
    """Guards the restricted pod security standard, which the namespace enforces."""
    spec = pod(phase_graph("phase1"))
    container, exporter = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    assert exporter["securityContext"] == container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert container["readinessProbe"]["tcpSocket"] == container["livenessProbe"]["tcpSocket"] == {"port": "postgresql"}


def test_a_pod_that_stops_ends_its_transactions_within_the_grace_period(phase_graph) -> None:
    """Guards transactions against a rollout: by SIGTERM alone PgBouncer waits for clients that never go, and is killed."""
    spec = pod(phase_graph("phase1"))
    waits, signals, until = spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1].split("; ", 2)
    assert (waits, signals) == ("sleep 15", "kill -INT 1")
    assert until.startswith("while kill -0 1;")
    assert spec["terminationGracePeriodSeconds"] >= 15 + 45


@pytest.mark.parametrize(("phase", "replicas"), [("phase1", False), ("phase2", True), ("phase3", True)])
def test_a_proxy_stands_before_the_read_replicas_where_there_are_any(phase_graph, phase: str, replicas: bool) -> None:
    """Guards reads against a replica that is gone; a sidecar is there before the pooler starts and after it ends."""
    spec = pod(phase_graph(phase))
    proxies = spec.get("initContainers", [])
    assert [proxy["name"] for proxy in proxies] == (["read-proxy"] if replicas else [])
    assert all(proxy["restartPolicy"] == "Always" for proxy in proxies)
    assert ("sockets" in {volume["name"] for volume in spec["volumes"]}) is replicas


@pytest.mark.parametrize("phase", POOLED)
def test_its_pools_are_scraped(phase_graph, phase: str) -> None:
    """Guards the alert on clients that wait: a port that Prometheus finds, in a namespace that it looks into."""
    graph: ResourceGraph = phase_graph(phase)
    (_, exporter) = pod(graph)["containers"]
    assert [(port["name"], port["containerPort"]) for port in exporter["ports"]] == [("metrics", 9127)]
    scraped = graph.one(KINDS["configuration"], "mgx-ai-us-east-1-prometheus-configuration")
    assert "- database" in inputs(scraped)["data"]["prometheus.yml"]


def test_the_settings_verify_the_server_and_pool_by_transaction(phase_graph) -> None:
    """Guards TLS to RDS, SCRAM, and the mode that lets few connections serve many clients."""
    data = inputs(part(phase_graph("phase1"), "configuration"))["data"]
    lines = data["pgbouncer.ini"].splitlines()
    for line in ("auth_type = scram-sha-256", "server_tls_sslmode = verify-full", "client_tls_sslmode = require",
                 "pool_mode = transaction", "server_tls_ca_file = /etc/pgbouncer/rds-ca.pem"):  # fmt: skip
        assert line in lines
    assert data["rds-ca.pem"].startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("phase", PHASES)
def test_every_password_and_key_on_the_cluster_is_a_secret(phase_graph, phase: str) -> None:
    """Guards state, output and logs against a plaintext password."""
    graph: ResourceGraph = phase_graph(phase)
    found = [r for r in graph.of_type(SECRET) if "-pooler-" in r.name or "-database-roles-" in r.name]
    assert found
    assert all(isinstance(inputs(secret)["stringData"], Secret) for secret in found)


@pytest.mark.parametrize("phase", PHASES)
def test_a_pod_takes_its_password_from_a_secret_of_its_own_namespace(phase_graph, phase: str) -> None:
    """Guards the way in which a pod receives its own: by login, so that a rotation makes pods anew."""
    graph: ResourceGraph = phase_graph(phase)
    told = variables(graph)
    assert told["DATABASE_USER"] == "mgx_ai_a"
    assert told["DATABASE_PASSWORD"] == {"secretKeyRef": {"name": "database", "key": "mgx_ai_a"}}
    secret = graph.one(SECRET, "mgx-ai-us-east-1-database-roles-application")
    assert inputs(secret)["metadata"] == {"name": "database", "namespace": "mgx-ai"}


@pytest.mark.parametrize("phase", PHASES)
def test_the_roles_are_made_in_the_region_that_takes_writes_alone(phase_graph, phase: str) -> None:
    """Guards a Job on a read-only standby, which would fail for ever; and the role that must own the data from the start."""
    jobs = [job.name for job in phase_graph(phase).of_type(JOB) if "-database-roles-" in job.name]
    assert jobs == ["mgx-ai-us-east-1-database-roles-1-job"]


@pytest.mark.parametrize("phase", PHASES)
def test_every_object_is_one_that_kubernetes_takes(phase_graph, phase: str) -> None:
    """Guards against a field that the API server would refuse, which a preview can't tell."""
    for resource in phase_graph(phase):
        if resource.package == "kubernetes" and any(
            part in resource.name for part in ("-pooler-", "-database-roles-", "-shards-")
        ):
            data = to_json({key: value for key, value in resource.inputs.items() if key != "stringData"})
            kubernetes_validate.validate(data, "1.36", strict=True)
