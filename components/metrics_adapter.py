"""prometheus-adapter: gives the autoscalers what Prometheus records, as external metrics of the Kubernetes API."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.authority import Authority
from components.node_pool import tolerations
from components.pods import NAME_LABEL, container_security, digest, disruption_budget, pod_security, spread
from components.templates import dump_yaml

NAME = "prometheus-adapter"
PORT = 6443
CONFIGURATION = "/etc/adapter"
CERTIFICATE = "/etc/adapter-certificate"
API = "external.metrics.k8s.io"


@dataclass(frozen=True, kw_only=True)
class MetricsAdapterArgs:
    """`metrics` are the names that autoscalers use; each is recorded in Prometheus as `ramp:<name>`."""

    namespace: str
    image: str
    prometheus_url: str
    metrics: tuple[str, ...]
    authority: Authority
    node_selector: Mapping[str, str]
    pool: str


class MetricsAdapter(pulumi.ComponentResource):
    """The external metrics API of a cluster, served by two prometheus-adapters with a certificate of the stack's authority.

    Creates: a certificate and its Secret, a service account that may ask the API server who is asking, a ConfigMap, a
    Deployment, a Service, a PodDisruptionBudget, the APIService, and the right of the autoscaler to read from it.
    """

    def __init__(self, name: str, args: MetricsAdapterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:metricsadapter:MetricsAdapter", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._labels = {NAME_LABEL: NAME}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=self._labels)

        self._certificate()
        self._access()
        text = dump_yaml(configuration(args.metrics))
        k8s.core.v1.ConfigMap(
            f"{name}-configuration", metadata=self._metadata, data={"config.yaml": text}, opts=self._child
        )
        self._servers(digest(text))
        self._api()
        self.register_outputs({})

    def _certificate(self) -> None:
        host = f"{NAME}.{self._args.namespace}.svc"
        issued = self._args.authority.issue(f"{self._name}-certificate", [host], self._child)
        k8s.core.v1.Secret(
            f"{self._name}-certificate",
            metadata=self._metadata,
            type="kubernetes.io/tls",
            string_data={"tls.crt": issued.certificate_pem, "tls.key": issued.private_key_pem},
            opts=self._child,
        )

    def _access(self) -> None:
        """The API server passes requests on in its users' names: the adapter asks it who they are and what they may."""
        account = k8s.rbac.v1.SubjectArgs(kind="ServiceAccount", name=NAME, namespace=self._args.namespace)
        k8s.core.v1.ServiceAccount(f"{self._name}-account", metadata=self._metadata, opts=self._child)
        role, metadata = k8s.rbac.v1.RoleRefArgs, k8s.meta.v1.ObjectMetaArgs
        k8s.rbac.v1.ClusterRoleBinding(
            f"{self._name}-delegator",
            metadata=metadata(name=f"{NAME}-delegator"),
            role_ref=role(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name="system:auth-delegator"),
            subjects=[account],
            opts=self._child,
        )
        k8s.rbac.v1.RoleBinding(
            f"{self._name}-request-headers",
            metadata=metadata(name=f"{NAME}-request-headers", namespace="kube-system"),
            role_ref=role(
                api_group="rbac.authorization.k8s.io", kind="Role", name="extension-apiserver-authentication-reader"
            ),
            subjects=[account],
            opts=self._child,
        )
        k8s.rbac.v1.ClusterRole(
            f"{self._name}-reader",
            metadata=metadata(name=f"{NAME}-reader"),
            rules=[k8s.rbac.v1.PolicyRuleArgs(api_groups=[API], resources=["*"], verbs=["get", "list"])],
            opts=self._child,
        )
        autoscaler = k8s.rbac.v1.SubjectArgs(
            kind="ServiceAccount", name="horizontal-pod-autoscaler", namespace="kube-system"
        )
        k8s.rbac.v1.ClusterRoleBinding(
            f"{self._name}-reader",
            metadata=metadata(name=f"{NAME}-reader"),
            role_ref=role(api_group="rbac.authorization.k8s.io", kind="ClusterRole", name=f"{NAME}-reader"),
            subjects=[autoscaler],
            opts=self._child,
        )

    def _servers(self, configuration_digest: str) -> None:
        match = k8s.meta.v1.LabelSelectorArgs(match_labels=self._labels)
        metadata = k8s.meta.v1.ObjectMetaArgs(
            labels=self._labels, annotations={"ramp/configuration": configuration_digest}
        )
        k8s.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata,
            spec=k8s.apps.v1.DeploymentSpecArgs(
                replicas=2,
                selector=match,
                template=k8s.core.v1.PodTemplateSpecArgs(metadata=metadata, spec=self._pod()),
            ),
            opts=self._child,
        )
        disruption_budget(self._name, self._metadata, self._labels, self._child)

    def _pod(self) -> k8s.core.v1.PodSpecArgs:
        volume = k8s.core.v1.VolumeArgs
        secret = k8s.core.v1.SecretVolumeSourceArgs(secret_name=NAME, default_mode=0o440)
        return k8s.core.v1.PodSpecArgs(
            service_account_name=NAME,
            node_selector=dict(self._args.node_selector),
            tolerations=tolerations(self._args.pool),
            security_context=pod_security(),
            topology_spread_constraints=spread(self._labels),
            containers=[self._container()],
            volumes=[
                volume(name="configuration", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=NAME)),
                volume(name="certificate", secret=secret),
                volume(name="tmp", empty_dir=k8s.core.v1.EmptyDirVolumeSourceArgs(size_limit="64Mi")),
            ],
        )

    def _container(self) -> k8s.core.v1.ContainerArgs:
        mount = k8s.core.v1.VolumeMountArgs
        ready = k8s.core.v1.HTTPGetActionArgs(path="/readyz", port="https", scheme="HTTPS")
        alive = k8s.core.v1.HTTPGetActionArgs(path="/livez", port="https", scheme="HTTPS")
        return k8s.core.v1.ContainerArgs(
            name="adapter",
            image=self._args.image,
            args=[
                f"--config={CONFIGURATION}/config.yaml",
                f"--prometheus-url={self._args.prometheus_url}",
                f"--secure-port={PORT}",
                f"--tls-cert-file={CERTIFICATE}/tls.crt",
                f"--tls-private-key-file={CERTIFICATE}/tls.key",
                "--metrics-relist-interval=1m",
            ],
            ports=[k8s.core.v1.ContainerPortArgs(name="https", container_port=PORT)],
            readiness_probe=k8s.core.v1.ProbeArgs(http_get=ready, period_seconds=5, failure_threshold=5),
            liveness_probe=k8s.core.v1.ProbeArgs(http_get=alive, period_seconds=10, failure_threshold=6),
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "256Mi"}
            ),
            security_context=container_security(),
            volume_mounts=[
                mount(name="configuration", mount_path=CONFIGURATION, read_only=True),
                mount(name="certificate", mount_path=CERTIFICATE, read_only=True),
                mount(name="tmp", mount_path="/tmp"),
            ],
        )

    def _api(self) -> None:
        k8s.core.v1.Service(
            f"{self._name}-service",
            metadata=self._metadata,
            spec=k8s.core.v1.ServiceSpecArgs(
                selector=self._labels,
                ports=[k8s.core.v1.ServicePortArgs(name="https", port=443, target_port="https")],
            ),
            opts=self._child,
        )
        trusted = self._args.authority.certificate_pem.apply(lambda pem: base64.b64encode(pem.encode()).decode())
        k8s.apiregistration.v1.APIService(
            f"{self._name}-api",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=f"v1beta1.{API}"),
            spec=k8s.apiregistration.v1.APIServiceSpecArgs(
                group=API,
                version="v1beta1",
                service=k8s.apiregistration.v1.ServiceReferenceArgs(
                    name=NAME, namespace=self._args.namespace, port=443
                ),
                ca_bundle=trusted,
                group_priority_minimum=100,
                version_priority=100,
            ),
            opts=self._child,
        )


def configuration(metrics: tuple[str, ...]) -> dict[str, Any]:
    """The adapter's configuration: each metric is the highest of its recorded series that the autoscaler selects."""
    return {
        "externalRules": [
            {
                "seriesQuery": f'{{__name__="ramp:{metric}"}}',
                "resources": {"namespaced": False},
                "name": {"matches": "^ramp:(.*)$", "as": "${1}"},
                "metricsQuery": "max(<<.Series>>{<<.LabelMatchers>>})",
            }
            for metric in metrics
        ]
    }
