"""Envoy on a cluster: the pods of one proxy, which read a bootstrap given as plain data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components import naming
from components.authority import Certificate
from components.envoy_config import METRICS_PORT
from components.node_pool import tolerations
from components.pods import (
    NAME_LABEL,
    cluster_service,
    container_security,
    digest,
    disruption_budget,
    pod_security,
    rolling,
    spread,
)

BOOTSTRAP = "envoy.json"
CONFIGURATION = "/etc/envoy"
TLS_FOLDER = "/etc/envoy-tls"


@dataclass(frozen=True, kw_only=True)
class ProxyPods:
    """How a proxy runs: its pods, where they are, and what each asks for; the memory is also its limit."""

    namespace: str
    image: str
    replicas: int
    cpu_millicores: int
    memory_mib: int
    node_selector: Mapping[str, str]
    pool: str


@dataclass(frozen=True, kw_only=True)
class EnvoyArgs:
    """The `pods` of a proxy `app` that listens on `ports` (by name) as its `bootstrap` says.

    A pod that goes keeps serving for `drain_seconds`, while others learn of it. `certificate` is mounted in TLS_FOLDER as
    tls.crt and tls.key.
    """

    app: str
    pods: ProxyPods
    ports: Mapping[str, int]
    bootstrap: Mapping[str, Any]
    drain_seconds: int
    certificate: Certificate | None = None


class Envoy(pulumi.ComponentResource):
    """A proxy's pods.

    Creates: a ConfigMap with the bootstrap, a Secret with the certificate where there is one, a Deployment spread over
    zones and nodes, whose pods are made anew when either changes, a Service and a PodDisruptionBudget.

    Outputs: `service` and `host` (its short name and its name in the cluster, plain strings).
    """

    service: str
    host: str

    def __init__(self, name: str, args: EnvoyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:envoy:Envoy", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.service = naming.physical(naming.OBJECT, args.app)
        self.host = service_host(self.service, args.pods.namespace)
        self._labels = {NAME_LABEL: self.service}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(
            name=self.service, namespace=args.pods.namespace, labels=self._labels
        )

        bootstrap = bootstrap_file(args.bootstrap)
        k8s.core.v1.ConfigMap(
            f"{name}-configuration", metadata=self._metadata, data={BOOTSTRAP: bootstrap}, opts=self._child
        )
        if args.certificate:
            self._secret(args.certificate)
        self._deployment(bootstrap)
        cluster_service(name, self._metadata, self._labels, args.ports, self._child)
        disruption_budget(name, self._metadata, self._labels, self._child)
        self.register_outputs({"host": self.host})

    def _secret(self, certificate: Certificate) -> None:
        k8s.core.v1.Secret(
            f"{self._name}-tls",
            metadata=self._metadata,
            type="kubernetes.io/tls",
            string_data={
                "tls.crt": pulumi.Output.secret(certificate.certificate_pem),
                "tls.key": pulumi.Output.secret(certificate.private_key_pem),
            },
            opts=self._child,
        )

    def _deployment(self, bootstrap: str) -> None:
        """The checksum makes pods anew where the bootstrap or the certificate changed: Envoy reads them once."""
        args = self._args
        read = [bootstrap, args.certificate.certificate_pem] if args.certificate else [bootstrap]
        annotations: dict[str, pulumi.Input[str]] = {
            "ramp/checksum": pulumi.Output.all(*read).apply(lambda texts: digest(*texts))
        }
        k8s.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata,
            spec=rolling(self._labels, annotations, self._pod(), replicas=args.pods.replicas),
            opts=self._child,
        )

    def _pod(self) -> k8s.core.v1.PodSpecArgs:
        args = self._args
        return k8s.core.v1.PodSpecArgs(
            automount_service_account_token=False,
            enable_service_links=False,
            node_selector=dict(args.pods.node_selector),
            tolerations=tolerations(args.pods.pool),
            termination_grace_period_seconds=args.drain_seconds + 15,
            topology_spread_constraints=spread(self._labels),
            security_context=pod_security(),
            containers=[self._container()],
            volumes=self._volumes(),
        )

    def _container(self) -> k8s.core.v1.ContainerArgs:
        """Hot restart is off: it needs shared memory, and Kubernetes restarts the pod instead."""
        args = self._args
        memory = f"{args.pods.memory_mib}Mi"
        ready = k8s.core.v1.HTTPGetActionArgs(path="/ready", port="metrics")
        alive = k8s.core.v1.TCPSocketActionArgs(port="metrics")
        drain = k8s.core.v1.SleepActionArgs(seconds=args.drain_seconds)
        ports = {**args.ports, "metrics": METRICS_PORT}
        return k8s.core.v1.ContainerArgs(
            name="envoy",
            image=args.pods.image,
            command=["envoy"],
            args=envoy_arguments(args.pods.cpu_millicores),
            ports=[k8s.core.v1.ContainerPortArgs(name=name, container_port=port) for name, port in ports.items()],
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": f"{args.pods.cpu_millicores}m", "memory": memory}, limits={"memory": memory}
            ),
            readiness_probe=k8s.core.v1.ProbeArgs(http_get=ready, period_seconds=5, failure_threshold=2),
            liveness_probe=k8s.core.v1.ProbeArgs(tcp_socket=alive, period_seconds=10, failure_threshold=6),
            lifecycle=k8s.core.v1.LifecycleArgs(pre_stop=k8s.core.v1.LifecycleHandlerArgs(sleep=drain)),
            security_context=container_security(),
            volume_mounts=[
                k8s.core.v1.VolumeMountArgs(name="configuration", mount_path=CONFIGURATION, read_only=True),
                *(
                    [k8s.core.v1.VolumeMountArgs(name="tls", mount_path=TLS_FOLDER, read_only=True)]
                    if args.certificate
                    else []
                ),
            ],
        )

    def _volumes(self) -> list[k8s.core.v1.VolumeArgs]:
        configuration = k8s.core.v1.ConfigMapVolumeSourceArgs(name=self.service)
        volumes = [k8s.core.v1.VolumeArgs(name="configuration", config_map=configuration)]
        if self._args.certificate:
            secret = k8s.core.v1.SecretVolumeSourceArgs(secret_name=self.service, default_mode=0o440)
            volumes.append(k8s.core.v1.VolumeArgs(name="tls", secret=secret))
        return volumes


def bootstrap_file(bootstrap: Mapping[str, Any]) -> str:
    """The bootstrap as the file that Envoy reads, the same text for the same data."""
    return json.dumps(bootstrap, indent=1) + "\n"


def envoy_arguments(cpu_millicores: int) -> list[str]:
    """The command line: as many worker threads as the pod asks for CPUs, not as many as the node has."""
    workers = str(max(1, math.ceil(cpu_millicores / 1000)))
    return ["--config-path", f"{CONFIGURATION}/{BOOTSTRAP}", "--concurrency", workers, "--disable-hot-restart"]


def service_host(service: str, namespace: str) -> str:
    """The name of a Service in the cluster's DNS."""
    return f"{service}.{namespace}.svc.cluster.local"
