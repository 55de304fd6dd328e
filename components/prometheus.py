"""Prometheus: scrapes what runs on the cluster, evaluates the rules, feeds the autoscalers and Alertmanager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

from components.certificate_rules import certificate_groups
from components.node_pool import tolerations
from components.pods import NAME_LABEL, container_security, data_volume, digest, disruption_budget, pod_security, spread
from components.templates import dump_yaml

NAME = "prometheus"
PORT = 9090
REPLICAS = 2
CONFIGURATION = "/etc/prometheus"
DATA = "/prometheus"


@dataclass(frozen=True, kw_only=True)
class PrometheusArgs:
    """Where it runs, what it keeps, and its rules as plain data (`prometheus_rules.rule_groups`).

    `certificates` are those of the stack's authority: when each expires (RFC 3339). `alertmanagers` are host:port, and
    each is told of every alert. `scraped_namespaces` are those whose pods it scrapes.
    """

    namespace: str
    image: str
    retention_days: int
    storage_gib: int
    storage_class: str
    node_selector: Mapping[str, str]
    pool: str
    cpu_millicores: int
    memory_mib: int
    rules: Mapping[str, Any]
    alertmanagers: Sequence[str]
    scraped_namespaces: Sequence[str]
    certificates: Mapping[str, pulumi.Input[str]]


class Prometheus(pulumi.ComponentResource):
    """Two Prometheus servers that each scrape everything, so that one may be down.

    Creates: a service account that may read pods and node metrics, a ConfigMap (configuration and rules), a StatefulSet
    with a volume a pod, a headless Service, a Service and a PodDisruptionBudget.

    Outputs: `url` (in the cluster, a plain string).
    """

    url: str

    def __init__(self, name: str, args: PrometheusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:prometheus:Prometheus", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._labels = {NAME_LABEL: NAME}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=self._labels)
        self.url = service_url(args.namespace)

        files = {
            "prometheus.yml": dump_yaml(configuration(args.alertmanagers, args.scraped_namespaces)),
            "rules.yml": dump_yaml(dict(args.rules)),
        }
        certificates = pulumi.Output.from_input(dict(args.certificates)).apply(
            lambda ends: dump_yaml(certificate_groups(cast("Mapping[str, str]", ends)))
        )
        self._account()
        k8s.core.v1.ConfigMap(
            f"{name}-configuration",
            metadata=self._metadata,
            data={**files, "certificates.yml": certificates},
            opts=self._child,
        )
        self._service("peers", f"{NAME}-peers", headless=True)
        self._servers(certificates.apply(lambda text: digest(*files.values(), text)))
        self._service("service", NAME)
        self.register_outputs({"url": self.url})

    def _account(self) -> None:
        k8s.core.v1.ServiceAccount(f"{self._name}-account", metadata=self._metadata, opts=self._child)
        role = f"{self._args.namespace}-{NAME}"
        rule = k8s.rbac.v1.PolicyRuleArgs
        k8s.rbac.v1.ClusterRole(
            f"{self._name}-role",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=role),
            rules=[
                rule(
                    api_groups=[""],
                    resources=["pods", "nodes", "services", "endpoints"],
                    verbs=["get", "list", "watch"],
                ),
                rule(api_groups=[""], resources=["nodes/metrics"], verbs=["get"]),
                rule(non_resource_urls=["/metrics", "/metrics/cadvisor"], verbs=["get"]),
            ],
            opts=self._child,
        )
        k8s.rbac.v1.ClusterRoleBinding(
            f"{self._name}-role",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=role),
            role_ref=k8s.rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=role),
            subjects=[k8s.rbac.v1.SubjectArgs(kind="ServiceAccount", name=NAME, namespace=self._args.namespace)],
            opts=self._child,
        )

    def _servers(self, configuration_digest: pulumi.Output[str]) -> None:
        args = self._args
        match = k8s.meta.v1.LabelSelectorArgs(match_labels=self._labels)
        k8s.apps.v1.StatefulSet(
            f"{self._name}-servers",
            metadata=self._metadata,
            spec=k8s.apps.v1.StatefulSetSpecArgs(
                service_name=f"{NAME}-peers",
                replicas=REPLICAS,
                pod_management_policy="Parallel",
                selector=match,
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata=k8s.meta.v1.ObjectMetaArgs(
                        labels=self._labels, annotations={"ramp/configuration": configuration_digest}
                    ),
                    spec=self._pod(),
                ),
                volume_claim_templates=[data_volume(args.storage_class, args.storage_gib)],
            ),
            opts=self._child,
        )
        disruption_budget(self._name, self._metadata, self._labels, self._child)

    def _pod(self) -> k8s.core.v1.PodSpecArgs:
        args = self._args
        return k8s.core.v1.PodSpecArgs(
            service_account_name=NAME,
            node_selector=dict(args.node_selector),
            tolerations=tolerations(args.pool),
            security_context=pod_security(),
            topology_spread_constraints=spread(self._labels),
            termination_grace_period_seconds=300,
            containers=[self._container()],
            volumes=[
                k8s.core.v1.VolumeArgs(
                    name="configuration", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=NAME)
                )
            ],
        )

    def _container(self) -> k8s.core.v1.ContainerArgs:
        args, mount = self._args, k8s.core.v1.VolumeMountArgs
        cpu, memory = f"{args.cpu_millicores}m", f"{args.memory_mib}Mi"
        return k8s.core.v1.ContainerArgs(
            name=NAME,
            image=args.image,
            args=[
                f"--config.file={CONFIGURATION}/prometheus.yml",
                f"--storage.tsdb.path={DATA}",
                f"--storage.tsdb.retention.time={args.retention_days}d",
                f"--storage.tsdb.retention.size={args.storage_gib * 9 // 10}GB",
            ],
            ports=[k8s.core.v1.ContainerPortArgs(name="metrics", container_port=PORT)],
            readiness_probe=_probe("/-/ready", 5, 3),
            startup_probe=_probe("/-/ready", 10, 60),
            liveness_probe=_probe("/-/healthy", 10, 6),
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": cpu, "memory": memory}, limits={"memory": memory}
            ),
            security_context=container_security(),
            volume_mounts=[
                mount(name="configuration", mount_path=CONFIGURATION, read_only=True),
                mount(name="data", mount_path=DATA),
            ],
        )

    def _service(self, role: str, service: str, *, headless: bool = False) -> None:
        port = k8s.core.v1.ServicePortArgs(name="http", port=PORT, target_port="metrics")
        k8s.core.v1.Service(
            f"{self._name}-{role}",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=service, namespace=self._args.namespace, labels=self._labels),
            spec=k8s.core.v1.ServiceSpecArgs(
                selector=self._labels, ports=[port], cluster_ip="None" if headless else None
            ),
            opts=self._child,
        )


def service_url(namespace: str) -> str:
    """Where the cluster reaches Prometheus."""
    return f"http://{NAME}.{namespace}.svc.cluster.local:{PORT}"


def _probe(path: str, period: int, failures: int) -> k8s.core.v1.ProbeArgs:
    get = k8s.core.v1.HTTPGetActionArgs(path=path, port="metrics")
    return k8s.core.v1.ProbeArgs(http_get=get, period_seconds=period, failure_threshold=failures)


def configuration(alertmanagers: Sequence[str], namespaces: Sequence[str]) -> dict[str, Any]:
    """The content of prometheus.yml: each port of a pod that is named `metrics` or `…-metrics`, and nodes' cAdvisor."""
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": [f"{CONFIGURATION}/rules.yml", f"{CONFIGURATION}/certificates.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": list(alertmanagers)}]}]},
        "scrape_configs": [
            {
                "job_name": "pods",
                "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": list(namespaces)}}],
                "relabel_configs": [_port_named("(.+-)?metrics"), *_labels()],
            },
            _cadvisor(),
        ],
    }


def _port_named(port: str) -> dict[str, Any]:
    return {"source_labels": ["__meta_kubernetes_pod_container_port_name"], "regex": port, "action": "keep"}


def _labels() -> list[dict[str, Any]]:
    return [
        {"source_labels": ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], "target_label": "service"},
        {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
        {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
    ]


def _cadvisor() -> dict[str, Any]:
    account = "/var/run/secrets/kubernetes.io/serviceaccount"
    return {
        "job_name": "cadvisor",
        "scheme": "https",
        "metrics_path": "/metrics/cadvisor",
        "tls_config": {"ca_file": f"{account}/ca.crt", "insecure_skip_verify": True},
        "authorization": {"credentials_file": f"{account}/token"},
        "kubernetes_sd_configs": [{"role": "node"}],
        "relabel_configs": [{"action": "labelmap", "regex": "__meta_kubernetes_node_label_(.+)"}],
    }
