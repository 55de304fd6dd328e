"""Alertmanager: what Prometheus finds, grouped and sent to SNS by severity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.node_pool import tolerations
from components.pod_identity import pod_identity
from components.pods import NAME_LABEL, container_security, digest, disruption_budget, pod_security, spread
from components.policies import allow
from components.templates import dump_yaml

NAME = "alertmanager"
PORT = 9093
PEER_PORT = 9094
REPLICAS = 2
CONFIGURATION = "/etc/alertmanager"
REPEAT = {"page": "1h", "ticket": "12h"}
MOST_SUBJECT_CHARACTERS = 99
"""SNS refuses a longer subject, and then the alert reaches nobody: Alertmanager's own one holds every label.
[SNS API, Publish; prometheus/alertmanager#2781]"""


@dataclass(frozen=True, kw_only=True)
class AlertmanagerArgs:
    """`topics` are SNS topic ARNs by severity ("page", "ticket"), plain strings; `key_arn` encrypts them."""

    namespace: str
    cluster_name: pulumi.Input[str]
    region: str
    image: str
    node_selector: Mapping[str, str]
    pool: str
    topics: Mapping[str, str]
    key_arn: pulumi.Input[str]


class Alertmanager(pulumi.ComponentResource):
    """Two Alertmanagers that know of each other, so that an alert is sent once.

    Creates: a service account with an IAM role that may publish to the topics, a ConfigMap, a StatefulSet, a headless
    Service and a PodDisruptionBudget. Silences are kept in memory of both; they end when both restart.

    Outputs: `addresses` (host:port of each in the cluster, plain strings): whoever alerts must tell all of them.
    """

    addresses: tuple[str, ...]

    def __init__(self, name: str, args: AlertmanagerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:alertmanager:Alertmanager", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._labels = {NAME_LABEL: NAME}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=self._labels)
        self._match = k8s.meta.v1.LabelSelectorArgs(match_labels=self._labels)
        hosts = [f"{NAME}-{ordinal}.{NAME}.{args.namespace}.svc.cluster.local" for ordinal in range(REPLICAS)]
        self.addresses = tuple(f"{host}:{PORT}" for host in hosts)

        identity = self._identity()
        text = dump_yaml(configuration(args.region, args.topics))
        k8s.core.v1.ConfigMap(
            f"{name}-configuration", metadata=self._metadata, data={"alertmanager.yml": text}, opts=self._child
        )
        ports = k8s.core.v1.ServicePortArgs
        k8s.core.v1.Service(
            f"{name}-service",
            metadata=self._metadata,
            spec=k8s.core.v1.ServiceSpecArgs(
                cluster_ip="None",
                publish_not_ready_addresses=True,
                selector=self._labels,
                ports=[ports(name="http", port=PORT), ports(name="peers", port=PEER_PORT)],
            ),
            opts=self._child,
        )
        self._servers(digest(text), identity, [f"{host}:{PEER_PORT}" for host in hosts])
        disruption_budget(self._name, self._metadata, self._labels, self._child)
        self.register_outputs({"addresses": self.addresses})

    def _identity(self) -> pulumi.Resource:
        args = self._args
        publish = [
            allow(["sns:Publish"], list(args.topics.values())),
            allow(["kms:Decrypt", "kms:GenerateDataKey"], [args.key_arn]),
        ]
        policies = {f"{self._name}-publish": publish}
        return pod_identity(self._name, args.cluster_name, args.namespace, NAME, self._labels, policies, self._child)

    def _servers(self, configuration_digest: str, identity: pulumi.Resource, peers: Sequence[str]) -> None:
        metadata = k8s.meta.v1.ObjectMetaArgs(
            labels=self._labels, annotations={"ramp/configuration": configuration_digest}
        )
        k8s.apps.v1.StatefulSet(
            f"{self._name}-servers",
            metadata=self._metadata,
            spec=k8s.apps.v1.StatefulSetSpecArgs(
                service_name=NAME,
                replicas=REPLICAS,
                pod_management_policy="Parallel",
                selector=self._match,
                template=k8s.core.v1.PodTemplateSpecArgs(metadata=metadata, spec=self._pod(peers)),
            ),
            # Pods that start before it have no identity.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[identity]),
        )

    def _pod(self, peers: Sequence[str]) -> k8s.core.v1.PodSpecArgs:
        volume = k8s.core.v1.VolumeArgs
        return k8s.core.v1.PodSpecArgs(
            service_account_name=NAME,
            automount_service_account_token=False,
            node_selector=dict(self._args.node_selector),
            tolerations=tolerations(self._args.pool),
            security_context=pod_security(),
            topology_spread_constraints=spread(self._labels),
            containers=[self._container(peers)],
            volumes=[
                volume(name="configuration", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=NAME)),
                volume(name="data", empty_dir=k8s.core.v1.EmptyDirVolumeSourceArgs(size_limit="1Gi")),
            ],
        )

    def _container(self, peers: Sequence[str]) -> k8s.core.v1.ContainerArgs:
        mount, port = k8s.core.v1.VolumeMountArgs, k8s.core.v1.ContainerPortArgs
        ready = k8s.core.v1.HTTPGetActionArgs(path="/-/ready", port="metrics")
        return k8s.core.v1.ContainerArgs(
            name=NAME,
            image=self._args.image,
            args=[
                f"--config.file={CONFIGURATION}/alertmanager.yml",
                "--storage.path=/alertmanager",
                *(f"--cluster.peer={peer}" for peer in peers),
            ],
            ports=[port(name="metrics", container_port=PORT), port(name="peers", container_port=PEER_PORT)],
            readiness_probe=k8s.core.v1.ProbeArgs(http_get=ready, period_seconds=5),
            liveness_probe=k8s.core.v1.ProbeArgs(http_get=ready, period_seconds=10, failure_threshold=6),
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": "100m", "memory": "128Mi"}, limits={"memory": "128Mi"}
            ),
            security_context=container_security(),
            volume_mounts=[
                mount(name="configuration", mount_path=CONFIGURATION, read_only=True),
                mount(name="data", mount_path="/alertmanager"),
            ],
        )


def configuration(region: str, topics: Mapping[str, str]) -> dict[str, Any]:
    """The content of alertmanager.yml: a receiver a severity; what has none goes where tickets go."""
    return {
        "route": {
            "receiver": "ticket",
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "routes": [
                {"receiver": severity, "matchers": [f'severity="{severity}"'], "repeat_interval": REPEAT[severity]}
                for severity in topics
            ],
        },
        "inhibit_rules": [
            {
                "source_matchers": ['severity="page"'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["alertname", "service"],
            }
        ],
        "receivers": [
            {
                "name": severity,
                "sns_configs": [
                    {
                        "topic_arn": topic,
                        "sigv4": {"region": region},
                        "subject": subject(region),
                        "send_resolved": True,
                    }
                ],
            }
            for severity, topic in topics.items()
        ],
    }


def subject(region: str) -> str:
    """The template of a message's subject: its status, where it is from, and what its alerts are grouped by."""
    groups = '(.GroupLabels.SortedPairs.Values | join " ")'
    whole = f'(printf "[%s] {region} %s" (.Status | toUpper) {groups})'
    return f'{{{{ printf "%.{MOST_SUBJECT_CHARACTERS}s" {whole} }}}}'
