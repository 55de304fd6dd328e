"""The way of a metric from Prometheus to the autoscalers: the plan's objects, with the real server at each station.

A Kubernetes API server and its autoscaler ask prometheus-adapter, which asks Prometheus, which records the plan's rules.
No pod runs: the adapter runs beside the server, in the name of its service account, and pods are only said to be ready.
"""

import base64
import json
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from components.metrics_adapter import API, CERTIFICATE, CONFIGURATION, NAME
from infra.graph import ResourceGraph
from tests.graph.deployed import deployed
from tests.servers.debian import outside
from tests.servers.envoy import free_port, self_signed
from tests.servers.kubernetes import Api, Object, Refused, program, running, until
from tests.servers.missing import require
from tests.servers.monitoring import built, prometheus
from tests.servers.objects import in_order, sent
from tests.servers.postgres import serving

REGION, MONITORING, APPLICATION = "us-east-1", "monitoring", "mgx-ai"
SCALER = "HorizontalPodAutoscaler"
SERVICES = ("mgx-api", "task", "agent", "llm-gateway", "workspace", "analytics", "notification")
METRICS = 'rabbitmq_queue_messages_ready{queue="tasks"} 2000\n' + "".join(
    f'http_request_duration_seconds_bucket{{service="{service}",le="{le}"}} 7\n'
    for service in SERVICES
    for le in ("0.5", "+Inf")
)
"""Twice the depth above which the document wants more servers, and no request at all."""


@dataclass(frozen=True)
class Cluster:
    """A cluster with the plan's adapter, which listens on `port`, and the plan."""

    api: Api
    graph: ResourceGraph
    port: int

    def objects(self, *kinds: str) -> list[Object]:
        return [made for made in map(sent, in_order(self.graph, REGION)) if made["kind"] in kinds]

    def mgx_api(self, kind: str) -> Object:
        """An object of the application's first service."""
        (found,) = (m for m in self.objects(kind) if m["metadata"]["name"] in ("mgx-api", "mgx-api-hpa"))
        return found

    def autoscaler_reads(self, metric: str, selector: str) -> list[dict[str, Any]]:
        """What the autoscaler's own account gets from the API server for a metric. Raises Refused."""
        who = self.api.named("kube-system", "horizontal-pod-autoscaler")
        path = f"/apis/{API}/v1beta1/namespaces/{APPLICATION}/{metric}"
        return who.ask("GET", f"{path}?{urlencode({'labelSelector': selector})}" if selector else path)["items"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The adapter of phase 3 between the API server and Prometheus, each object of it as the plan has it."""
    require(program, "etcd", "kube-apiserver", "kube-controller-manager")
    require(built, "prometheus-adapter")
    require(outside, "prometheus")
    folder, graph = tmp_path_factory.mktemp("adapter"), deployed("phase3").graph
    with ExitStack() as stack:
        api = stack.enter_context(running(folder, autoscales=True))
        cluster = Cluster(api, graph, free_port())
        certificate, _ = self_signed(folder, f"{NAME}.{MONITORING}.svc")
        for made in filter(_is_the_adapters, map(sent, in_order(graph, REGION))):
            api.apply(_led_here(made, cluster.port, certificate))
        url = stack.enter_context(prometheus(folder, _file(cluster, "prometheus", "rules.yml"), METRICS))
        stack.enter_context(serving(_adapter(cluster, folder, url), "127.0.0.1", cluster.port))
        until(lambda: _answers(cluster), 60, lambda: f"{API} isn't served: {_said(cluster)}")
        yield cluster


def _is_the_adapters(made: Object) -> bool:
    """Whether it is of the adapter, or a namespace; not what would only make pods."""
    name = made["metadata"]["name"]
    return made["kind"] == "Namespace" or (name.startswith(NAME) and made["kind"] != "Deployment") or API in name


def _led_here(made: Object, port: int, certificate: Path) -> Object:
    """The Service leads to this machine instead of to pods, and the API server trusts the certificate that is used here."""
    if made["kind"] == "Service":
        return {**made, "spec": {"type": "ExternalName", "externalName": "localhost"}}
    if made["kind"] == "APIService":
        made["spec"]["service"]["port"] = port
        made["spec"]["caBundle"] = base64.b64encode(certificate.read_bytes()).decode()
    return made


def _file(cluster: Cluster, component: str, name: str) -> str:
    (found,) = (m["data"][name] for m in cluster.objects("ConfigMap") if m["metadata"]["name"] == component)
    return found


def _pod(cluster: Cluster) -> Object:
    (pod,) = (m["spec"]["template"]["spec"] for m in cluster.objects("Deployment") if m["metadata"]["name"] == NAME)
    return pod


def _adapter(cluster: Cluster, folder: Path, prometheus_url: str) -> list[str]:
    """The container's command line with its files, ports and addresses here, in the name of the pod's account."""
    pod = _pod(cluster)
    (container,) = pod["containers"]
    (folder / "config.yaml").write_text(_file(cluster, NAME, "config.yaml"))
    account = folder / "adapter.json"
    account.write_text(json.dumps(cluster.api.named(MONITORING, pod["serviceAccountName"]).kubeconfig()))
    here = {"--prometheus-url": prometheus_url, "--secure-port": str(cluster.port), "--metrics-relist-interval": "2s"}
    own = dict(argument.split("=", 1) for argument in container["args"])
    assert here.keys() <= own.keys()
    options = {
        name: here.get(name, value.replace(CERTIFICATE, str(folder)).replace(CONFIGURATION, str(folder)))
        for name, value in own.items()
    }
    options |= dict.fromkeys(
        ("--lister-kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"), str(account)
    )
    return [str(built("prometheus-adapter")), *(f"{name}={value}" for name, value in options.items())]


def _answers(cluster: Cluster) -> bool:
    try:
        return all(cluster.autoscaler_reads(name, "") for name in ("queue_depth_pressure", "p95_latency_pressure"))
    except Refused:
        return False


def _said(cluster: Cluster) -> Any:
    return cluster.api.ask("GET", f"/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.{API}")["status"]


def test_every_external_metric_of_every_autoscaler_is_answered(cluster: Cluster) -> None:
    """Guards the chain of names: a rule's, the adapter's, the autoscaler's, with the selector between services.

    Guards also the rights: the adapter's to ask who is asking, and the autoscaler's to read.
    """
    wanted = {
        (metric["external"]["metric"]["name"], service)
        for scaler in cluster.objects(SCALER)
        for metric in scaler["spec"]["metrics"]
        if metric["type"] == "External"
        for service in [metric["external"]["metric"].get("selector", {}).get("matchLabels", {}).get("service", "")]
    }
    assert wanted == {("queue_depth_pressure", ""), *(("p95_latency_pressure", service) for service in SERVICES)}
    for name, service in sorted(wanted):
        (item,) = cluster.autoscaler_reads(name, f"service={service}" if service else "")
        assert (item["metricName"], item["value"]) == (name, "0" if service else "2")


def test_the_kubelets_probes_are_answered(cluster: Cluster) -> None:
    """Guards pods that would never get ready, as they do where the adapter waits for what its account may not read."""
    (container,) = _pod(cluster)["containers"]
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    for probe in ("readinessProbe", "livenessProbe"):
        url = f"https://127.0.0.1:{cluster.port}{container[probe]['httpGet']['path']}"
        assert urllib.request.urlopen(url, context=anyone, timeout=10).status == 200


def test_a_metric_of_a_service_that_tells_none_is_no_zero(cluster: Cluster) -> None:
    """Guards the selector: without it a service would scale on another one's latency."""
    assert cluster.autoscaler_reads("p95_latency_pressure", "service=nobody") == []


def test_nobody_else_reads_the_metrics(cluster: Cluster) -> None:
    """Guards against an adapter that would answer whoever asks."""
    other = cluster.api.named(MONITORING, "default")
    with pytest.raises(Refused) as refused:
        other.ask("GET", f"/apis/{API}/v1beta1/namespaces/{APPLICATION}/queue_depth_pressure")
    assert refused.value.status == 403


def test_a_queue_of_twice_the_documents_depth_doubles_the_pods_after_the_window(cluster: Cluster) -> None:
    """Guards the whole way from a message to a pod, while the autoscaler's other metrics can't be read or ask for less."""
    api, least = cluster.api, 25
    account, workload, scaler = (cluster.mgx_api(kind) for kind in ("ServiceAccount", "Deployment", SCALER))
    assert scaler["spec"]["minReplicas"] == least
    api.apply(account)
    api.apply(workload)
    api.patch(f"{api.path(workload)}/scale", {"spec": {"replicas": least}})
    until(lambda: api.get(workload)["status"].get("replicas") == least, 30, lambda: "no pods")
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    for pod in api.list("v1", "pods"):
        api.patch(f"{api.path({'apiVersion': 'v1', 'kind': 'Pod', **pod})}/status", {"status": ready})

    def status() -> dict[str, Any]:
        return api.get(scaler).get("status", {})

    def waits() -> bool:
        return any(c["reason"] == "ScaleUpStabilized" for c in status().get("conditions", ()))

    api.apply(scaler)
    until(waits, 30, lambda: str(status()))
    read = {m["external"]["metric"]["name"] for m in status()["currentMetrics"] if m.get("type") == "External"}
    assert read == {"queue_depth_pressure", "p95_latency_pressure"}
    assert status()["desiredReplicas"] == least
    api.patch(api.path(scaler), {"spec": {"behavior": {"scaleUp": {"stabilizationWindowSeconds": 0}}}})
    until(lambda: status()["desiredReplicas"] == 2 * least, 30, lambda: str(status()))
