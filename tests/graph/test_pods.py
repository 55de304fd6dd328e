"""What holds for every pod in the plans, whatever runs in it, and for whatever leads to one."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reachability import WORKLOADS
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
SERVICE, POOL = "kubernetes:core/v1:Service", "kubernetes:karpenter.sh/v1:NodePool"
HPA, ROLE = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
BINDINGS = tuple(f"kubernetes:rbac.authorization.k8s.io/v1:{kind}" for kind in ("ClusterRoleBinding", "RoleBinding"))
NAME = "app.kubernetes.io/name"
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
ASKS_THE_API = {"prometheus", "prometheus-adapter"}
"""Whose pods need a token of the cluster."""
NO_LIVENESS = {"rabbitmq", "sql-job", "postgres-exporter"}
"""What may be silent and isn't dead: a broker that waits for others; what ends with its connection, and is started again."""


def pods(graph: ResourceGraph) -> Iterator[tuple[Resource, dict[str, Any], str]]:
    """Every workload with its pod's spec, and what it is called."""
    for workload in (each for type_ in WORKLOADS for each in graph.of_type(type_)):
        template = inputs(workload)["spec"]["template"]
        yield workload, template["spec"], template["metadata"]["labels"][NAME]


def containers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [*spec.get("initContainers", ()), *spec["containers"]]


@pytest.mark.parametrize("phase", PHASES)
def test_every_container_is_restricted_and_bounded(phase_graph, phase: str) -> None:
    """Guards the namespace's standard, which would refuse the pod, and a node from what a container takes beyond its request."""
    for workload, spec, app in pods(phase_graph(phase)):
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True and context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert context["runAsUser"] == context["runAsGroup"] == context["fsGroup"] > 0, workload.name
        assert spec.get("automountServiceAccountToken") is (None if app in ASKS_THE_API else False), workload.name
        for container in containers(spec):
            assert container["securityContext"] == RESTRICTED, workload.name
            asked, most = (container["resources"][which] for which in ("requests", "limits"))
            assert most == {"memory": asked["memory"]} and asked["cpu"].endswith("m"), workload.name
            assert ":" in container["image"].rsplit("/", 1)[1] and not container["image"].endswith(":latest")


@pytest.mark.parametrize("phase", PHASES)
def test_every_probe_asks_a_port_that_is_there_and_gives_up_on_a_pod_before_it_kills_it(
    phase_graph, phase: str
) -> None:
    """Guards rollouts that never end, and a pod that is killed while it might still have recovered."""
    for workload, spec, app in pods(phase_graph(phase)):
        assert app in NO_LIVENESS or "livenessProbe" in spec["containers"][0], workload.name
        for container in containers(spec):
            ports = {port["name"] for port in container.get("ports", ())}
            probes = {key: probe for key, probe in container.items() if key.endswith("Probe")}
            lasts = {}
            for key, probe in probes.items():
                (how,) = {"httpGet", "tcpSocket"} & probe.keys()
                assert probe[how]["port"] in ports, workload.name
                assert ("path" in probe[how]) is (how == "httpGet") and probe[how].get("path", "/")[0] == "/"
                lasts[key] = probe["periodSeconds"] * probe.get("failureThreshold", 3)
            # A sidecar has no readiness of its own: the pod's main container has.
            assert lasts.get("livenessProbe", 60) > lasts.get("readinessProbe", 0), workload.name
            assert lasts.get("livenessProbe", 60) >= 60, workload.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_pod_is_chosen_by_its_own_labels_and_runs_in_a_pool_that_takes_it(phase_graph, phase: str) -> None:
    """Guards pods that wait for ever: for nodes whose taint they don't bear, or for a pool that isn't there."""
    graph: ResourceGraph = phase_graph(phase)
    for workload, spec, app in pods(graph):
        if "selector" in inputs(workload)["spec"]:
            assert inputs(workload)["spec"]["selector"]["matchLabels"] == {NAME: app}
        serving = [inputs(p)["spec"]["template"] for p in graph.of_type(POOL) if p.provider == workload.provider]
        chosen = [pool["spec"] for pool in serving if pool["metadata"]["labels"] == spec["nodeSelector"]]
        assert chosen, workload.name
        for pool in chosen:
            (taint,), (toleration,) = pool["taints"], spec["tolerations"]
            assert taint == {**{k: toleration[k] for k in ("key", "value", "effect")}}, workload.name
            assert {taint["key"]: taint["value"]} == spec["nodeSelector"] and toleration["operator"] == "Equal"


@pytest.mark.parametrize("phase", PHASES)
def test_every_volume_is_mounted_and_what_is_secret_or_shared_is_bounded(phase_graph, phase: str) -> None:
    """Guards files that nobody finds, keys that every user of a container reads, and a node's disk."""
    for workload, spec, _ in pods(phase_graph(phase)):
        volumes = {volume["name"]: volume for volume in spec.get("volumes", ())}
        claimed = {claim["metadata"]["name"] for claim in inputs(workload)["spec"].get("volumeClaimTemplates", ())}
        mounts = [mount for container in containers(spec) for mount in container.get("volumeMounts", ())]
        assert {mount["name"] for mount in mounts} == volumes.keys() | claimed, workload.name
        for mount in mounts:
            given = {"configMap", "secret"} & volumes.get(mount["name"], {}).keys()
            assert not given or mount.get("readOnly") is True, workload.name
        for volume in volumes.values():
            assert volume.get("secret", {}).get("defaultMode", 0o440) == 0o440, workload.name
            assert "secret" not in volume or "defaultMode" in volume["secret"], workload.name
            assert "emptyDir" not in volume or "sizeLimit" in volume["emptyDir"], workload.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_service_leads_to_one_workloads_pods_on_a_port_that_they_have(phase_graph, phase: str) -> None:
    """Guards an address behind which there is nothing, or something else."""
    graph: ResourceGraph = phase_graph(phase)
    for service in graph.of_type(SERVICE):
        told = inputs(service)
        behind = [
            spec
            for workload, spec, app in pods(graph)
            if workload.provider == service.provider and told["spec"]["selector"] == {NAME: app}
            if inputs(workload)["metadata"]["namespace"] == told["metadata"]["namespace"]
        ]
        assert len(behind) == 1, service.name
        ports = [port for container in containers(behind[0]) for port in container.get("ports", ())]
        known = {port["name"] for port in ports} | {port["containerPort"] for port in ports}
        assert {port.get("targetPort", port["port"]) for port in told["spec"]["ports"]} <= known, service.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_service_of_the_application_scales_as_the_document_says_of_the_one(phase_graph, phase: str) -> None:
    """Guards the services beside the main one: the same triggers and windows, the own latency, and no more than that."""
    graph: ResourceGraph = phase_graph(phase)
    for region in ("us-east-1", "us-west-2"):
        scalers = [inputs(each)["spec"] for each in graph.of_type(HPA) if f"-{region}-" in each.name]
        main = next((each for each in scalers if each["scaleTargetRef"]["name"] == "mgx-api"), None)
        for spec in scalers:
            assert main is not None
            service = spec["scaleTargetRef"]["name"]
            assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": service}
            for same in ("minReplicas", "maxReplicas", "behavior"):
                assert spec[same] == main[same]
            shared = [str(m).replace(service, "mgx-api") for m in main["metrics"] if "queue_depth" not in str(m)]
            assert [
                str(m).replace(service, "mgx-api") for m in spec["metrics"] if "queue_depth" not in str(m)
            ] == shared
            assert all(
                m["external"]["target"] == {"type": "Value", "value": "1"} for m in spec["metrics"] if "external" in m
            )


@pytest.mark.parametrize("phase", PHASES)
def test_a_token_of_the_cluster_opens_nothing_but_what_its_pod_reads(phase_graph, phase: str) -> None:
    """Guards the cluster from what runs on it: no verb that changes anything, and no right but for an account that is there."""
    graph: ResourceGraph = phase_graph(phase)
    for role in graph.of_type(ROLE):
        for rule in inputs(role)["rules"]:
            assert set(rule["verbs"]) <= {"get", "list", "watch"}, role.name
            assert "*" not in rule.get("resources", ()) or rule["apiGroups"] == ["external.metrics.k8s.io"], role.name
            assert "secrets" not in rule.get("resources", ())
    theirs = {"extension-apiserver-authentication-reader", "system:auth-delegator"}
    made = {inputs(role)["metadata"]["name"] for role in graph.of_type(ROLE)}
    for binding in (each for type_ in BINDINGS for each in graph.of_type(type_)):
        (subject,) = inputs(binding)["subjects"]
        assert subject["name"] in {*ASKS_THE_API, "horizontal-pod-autoscaler"} and subject["kind"] == "ServiceAccount"
        assert inputs(binding)["roleRef"]["name"] in made | theirs, binding.name
