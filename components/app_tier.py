"""One service of the application tier: its pods, how many, where, and as whom they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.allocatable import Capacity
from components.autoscaling import ExternalMetric, Policy, external_metric, resource_metric, scaling_policies
from components.node_pool import tolerations
from components.pod_identity import pod_identity
from components.pods import (
    COMPONENT_LABEL,
    NAME_LABEL,
    cluster_service,
    container_security,
    digest,
    disruption_budget,
    patience,
    pod_security,
    rolling,
    spread,
)

COMPONENT = "service"
"""Labels the pods of every service, for what holds for all of them."""
ROADMAP_LINES = "ramp/roadmap-lines"
"""The annotation by which an HPA names the lines of the roadmap that it follows."""
TRUST_FOLDER = "/etc/ramp/trust"
"""Where a pod finds the certificates of the authorities that it trusts."""
PROBE_SECONDS = 5
"""How long a pod may take to say that it is well, as the load balancer allows too. By Kubernetes' own one second, pods that
are only slow would be left out, then killed, and the others would have their load as well."""


@dataclass(frozen=True)
class SecretKey:
    """One key of a Kubernetes Secret in the service's namespace."""

    secret: str
    key: str


@dataclass(frozen=True, kw_only=True)
class AppTierArgs:
    """One service and its HPA by name: its image, what each pod asks for, and the range in which its HPA keeps the pod count.

    `request` is CPU in millicores and memory in MiB, both a pod. `cpu_percent` and `memory_percent` are of the
    request; None leaves the metric out. Without policies, or a word that selects among them ("Max", "Min", "Disabled"),
    Kubernetes takes its own. `node_selector` and `pool` are those of the node pool. `surge` is how many
    pods a rollout adds at a time. `port` takes requests; `metrics_port` answers Prometheus, at /metrics.
    `environment` and `secrets` are environment variables, the latter from keys of Secrets; `trust` are certificates
    (PEM) by file name, which stand in TRUST_FOLDER. `permissions` are the policy statements of the pods' role. `after`
    is what its pods can't start without. `lines` are those of the roadmap that say when it scales; its HPA names them.
    """

    service: str
    hpa: str
    namespace: str
    cluster_name: pulumi.Input[str]
    image: str
    port: int
    metrics_port: int
    health_path: str
    request: Capacity
    node_selector: Mapping[str, str]
    pool: str
    min_replicas: int
    max_replicas: int
    cpu_percent: int | None
    memory_percent: int | None
    scale_up_window_seconds: int
    scale_down_window_seconds: int
    scale_down_tolerance: str
    scale_up_policies: Sequence[Policy] = ()
    scale_down_policies: Sequence[Policy] = ()
    scale_up_select: str | None = None
    scale_down_select: str | None = None
    termination_grace_seconds: int
    deregistration_seconds: int
    surge: int
    external_metrics: Sequence[ExternalMetric] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secrets: Mapping[str, SecretKey] = field(default_factory=dict)
    trust: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    permissions: Sequence[Mapping[str, Any]] = ()
    after: Sequence[pulumi.Resource] = ()
    lines: Sequence[int] = ()


class AppTier(pulumi.ComponentResource):
    """A Deployment behind a HorizontalPodAutoscaler.

    Creates: a service account with an IAM role by EKS Pod Identity, a Deployment without a replica count (the HPA
    owns it), a ConfigMap of the certificates that it trusts, a Service, an `autoscaling/v2` HorizontalPodAutoscaler and
    a PodDisruptionBudget.

    Outputs: `service` (the name, a plain string), `port`, `role_arn`.
    """

    service: str
    port: int
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AppTierArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:apptier:AppTier", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._labels = {NAME_LABEL: args.service}
        own = {**self._labels, COMPONENT_LABEL: COMPONENT}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(name=args.service, namespace=args.namespace, labels=own)
        self.service, self.port = args.service, args.port

        identity = self._identity()
        self.role_arn = identity.role_arn
        self._trusted()
        self._deployment(identity)
        cluster_service(name, self._metadata, self._labels, {"http": self.port}, self._child)
        self._autoscaler()
        self._disruption_budget()
        self.register_outputs({"service": self.service, "role_arn": self.role_arn})

    def _identity(self) -> aws.eks.PodIdentityAssociation:
        args = self._args
        policies = {f"{self._name}-pods": args.permissions} if args.permissions else {}
        return pod_identity(
            self._name, args.cluster_name, args.namespace, args.service, self._labels, policies, self._child
        )

    def _trusted(self) -> None:
        k8s.core.v1.ConfigMap(
            f"{self._name}-trust",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=f"{self._args.service}-trust", namespace=self._args.namespace, labels=self._labels
            ),
            data=dict(self._args.trust),
            opts=self._child,
        )

    def _deployment(self, identity: aws.eks.PodIdentityAssociation) -> None:
        """No `replicas`: server-side apply would set it back to 1 in the phase that drops it.

        The digest makes pods anew where what they trust changed: most clients read certificates once.
        """
        args = self._args
        trusted = pulumi.Output.all(*args.trust.values()).apply(lambda texts: digest(*texts))
        annotations: dict[str, pulumi.Input[str]] = {"ramp/trust": trusted}
        k8s.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata,
            spec=rolling(
                self._labels, annotations, self._pod(), component=COMPONENT, surge=args.surge, min_ready_seconds=10
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[identity, *args.after],
                custom_timeouts=patience(args.max_replicas, args.surge),
            ),
        )

    def _pod(self) -> k8s.core.v1.PodSpecArgs:
        args = self._args
        return k8s.core.v1.PodSpecArgs(
            service_account_name=args.service,
            automount_service_account_token=False,
            node_selector=dict(args.node_selector),
            tolerations=tolerations(args.pool),
            termination_grace_period_seconds=args.termination_grace_seconds,
            topology_spread_constraints=spread(self._labels),
            security_context=pod_security(),
            containers=[self._container()],
            volumes=[
                k8s.core.v1.VolumeArgs(name="tmp", empty_dir=k8s.core.v1.EmptyDirVolumeSourceArgs(size_limit="1Gi")),
                k8s.core.v1.VolumeArgs(
                    name="trust", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=f"{args.service}-trust")
                ),
            ],
        )

    def _container(self) -> k8s.core.v1.ContainerArgs:
        """Memory is limited to the request, since a node has no more; CPU isn't, since it is shared when idle."""
        args = self._args
        cpu, memory = f"{args.request.cpu_millicores}m", f"{args.request.memory_mib}Mi"
        probe = k8s.core.v1.HTTPGetActionArgs(path=args.health_path, port="http")
        wait = k8s.core.v1.SleepActionArgs(
            seconds=min(args.deregistration_seconds, args.termination_grace_seconds - 10)
        )
        return k8s.core.v1.ContainerArgs(
            name="app",
            image=args.image,
            ports=[
                k8s.core.v1.ContainerPortArgs(name="http", container_port=args.port),
                k8s.core.v1.ContainerPortArgs(name="metrics", container_port=args.metrics_port),
            ],
            env=[k8s.core.v1.EnvVarArgs(name=key, value=value) for key, value in args.environment.items()]
            + [secret_variable(name, key) for name, key in args.secrets.items()],
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": cpu, "memory": memory}, limits={"memory": memory}
            ),
            startup_probe=asked(probe, period_seconds=5, failures=30),
            readiness_probe=asked(probe, period_seconds=5, failures=3),
            liveness_probe=asked(probe, period_seconds=10, failures=6),
            lifecycle=k8s.core.v1.LifecycleArgs(pre_stop=k8s.core.v1.LifecycleHandlerArgs(sleep=wait)),
            security_context=container_security(),
            volume_mounts=[
                k8s.core.v1.VolumeMountArgs(name="tmp", mount_path="/tmp"),
                k8s.core.v1.VolumeMountArgs(name="trust", mount_path=TRUST_FOLDER, read_only=True),
            ],
        )

    def _autoscaler(self) -> None:
        args = self._args
        rules = k8s.autoscaling.v2.HPAScalingRulesArgs
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{self._name}-hpa",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=args.hpa,
                namespace=args.namespace,
                labels=self._labels,
                annotations={ROADMAP_LINES: ",".join(map(str, args.lines))} if args.lines else None,
            ),
            spec=k8s.autoscaling.v2.HorizontalPodAutoscalerSpecArgs(
                scale_target_ref=k8s.autoscaling.v2.CrossVersionObjectReferenceArgs(
                    api_version="apps/v1", kind="Deployment", name=args.service
                ),
                min_replicas=args.min_replicas,
                max_replicas=args.max_replicas,
                metrics=[
                    resource_metric(resource, percent)
                    for resource, percent in (("cpu", args.cpu_percent), ("memory", args.memory_percent))
                    if percent is not None
                ]
                + [external_metric(metric) for metric in args.external_metrics],
                behavior=k8s.autoscaling.v2.HorizontalPodAutoscalerBehaviorArgs(
                    scale_up=rules(
                        stabilization_window_seconds=args.scale_up_window_seconds,
                        tolerance="0",
                        policies=scaling_policies(args.scale_up_policies),
                        select_policy=args.scale_up_select,
                    ),
                    scale_down=rules(
                        stabilization_window_seconds=args.scale_down_window_seconds,
                        tolerance=args.scale_down_tolerance,
                        policies=scaling_policies(args.scale_down_policies),
                        select_policy=args.scale_down_select,
                    ),
                ),
            ),
            opts=self._child,
        )

    def _disruption_budget(self) -> None:
        """A tenth may be down at once, and always one, so that a node drains."""
        most = max(1, self._args.min_replicas // 10)
        disruption_budget(self._name, self._metadata, self._labels, self._child, max_unavailable=most)


def asked(probe: k8s.core.v1.HTTPGetActionArgs, period_seconds: int, failures: int) -> k8s.core.v1.ProbeArgs:
    """A probe that fails after so many answers in a row that were wrong, or too slow."""
    return k8s.core.v1.ProbeArgs(
        http_get=probe, period_seconds=period_seconds, timeout_seconds=PROBE_SECONDS, failure_threshold=failures
    )


def secret_variable(name: str, key: SecretKey) -> k8s.core.v1.EnvVarArgs:
    """An environment variable that a pod takes from a Secret as it starts."""
    reference = k8s.core.v1.SecretKeySelectorArgs(name=key.secret, key=key.key)
    return k8s.core.v1.EnvVarArgs(name=name, value_from=k8s.core.v1.EnvVarSourceArgs(secret_key_ref=reference))
