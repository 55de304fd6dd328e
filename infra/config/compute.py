"""Config of what runs code: regions, the Kubernetes cluster, the application tier."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from components.envoy_config import COMPRESSOR, EGRESS, GATEWAY
from infra.config.scalars import (
    MOST_PUBLIC_CIDRS,
    Architecture,
    Distinct,
    Endpoint,
    Identity,
    Label,
    Namespace,
    NaturalInt,
    Percent,
    Port,
    PositiveInt,
    PublicCidr,
    RegionCidr,
    Section,
    ServiceCidr,
    Tag,
    UrlPath,
    Zone,
    offered,
    version_of,
)
from infra.config.times import LogDays

TAKEN_NAMES = {
    GATEWAY: "the gateway", EGRESS: "the egress proxy", COMPRESSOR: "the compressor", "rabbitmq": "the queue",
    "rabbitmq-nodes": "the queue", "rabbitmq-federation": "the queue", "default-deny": "a network policy",
    "every-pod": "a network policy", "every-service": "a network policy",
    "default": "the service account that every namespace has",
}  # fmt: skip
"""What other objects in the application's namespace are called, so that no service is."""
SPOT_NOTICE_SECONDS = 120
"""EC2 user guide, "Spot Instance interruption notices"."""
Count = Annotated[int, Field(ge=1, le=5000)]
SelectPolicy = Literal["Max", "Min", "Disabled"]
CapacityType = Literal["on-demand", "spot"]
InstanceType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9]+$"), offered("ec2")]


RepositoryPrefix = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9]+([._-][a-z0-9]+)*/)+$", min_length=2, max_length=256)
]
"""What repositories of one application begin with. [API_RepositoryFilter; at most 100 in a rule, one's own among them]"""


class RegionConfig(Section):
    """One region: where it is, and how many application servers it holds."""

    cidr: RegionCidr
    zones: tuple[Zone, ...] = Field(min_length=2, max_length=4)
    servers: Count = Field(description="Application servers at the phase's target capacity.")
    min_replicas: Count = Field(description="Fewest pods a service runs; the HPA's minReplicas.")
    max_replicas: Count = Field(description="Most pods a service runs; the HPA's maxReplicas.")

    @model_validator(mode="after")
    def _range_is_ordered(self) -> RegionConfig:
        if self.min_replicas > self.max_replicas:
            raise ValueError(f"min_replicas {self.min_replicas} is above max_replicas {self.max_replicas}")
        return self


class NetworkConfig(Section):
    """What every region's VPC shares."""

    flow_log_retention_days: LogDays
    interface_endpoints: Annotated[tuple[Endpoint, ...], Distinct] = Field(
        description="AWS services reached by a private endpoint."
    )


class ClusterConfig(Section):
    """The EKS Auto Mode cluster of each region."""

    kubernetes_version: Annotated[str, version_of("eks")]
    administrators: Annotated[tuple[Identity, ...], Distinct] = Field(
        min_length=1, description="IAM principals with cluster-admin."
    )
    endpoint_cidrs: Annotated[tuple[PublicCidr, ...], Distinct] = Field(
        max_length=MOST_PUBLIC_CIDRS, description="Who reaches the public API endpoint; empty: private only."
    )
    log_retention_days: LogDays
    service_cidr: ServiceCidr = Field(description="Addresses of Services. Never changes: it would replace the cluster.")


class ServerConfig(Section):
    """One application server, as the document sizes it, and the instance types of exactly that size."""

    vcpu: PositiveInt
    memory_gib: PositiveInt
    architecture: Architecture
    instance_types: tuple[InstanceType, ...] = Field(min_length=1)
    max_pods: int = Field(ge=1, le=110, description="Pods a node; no more than Kubernetes is tested with.")
    daemon_cpu_millicores: NaturalInt = Field(description="CPU that the cluster's own daemons ask for on each node.")
    daemon_memory_mib: NaturalInt = Field(description="Memory that the cluster's own daemons ask for on each node.")
    surge: Count = Field(description="Servers beyond the maximum, for a rollout or a node's replacement.")
    burst_capacity_type: CapacityType = Field(description="How servers beyond the document's count are bought.")


class RegistryConfig(Section):
    """The image registry of each region: a repository a service."""

    keep_images: int = Field(ge=1, le=1000, description="Tagged images of a service that are kept, the newest.")
    untagged_days: PositiveInt = Field(description="After which an image without a tag is deleted.")
    replication: Literal["own", "others"] = Field(
        description="Whose the registry's one list of replication rules is, in each region."
    )
    replicates_too: Annotated[tuple[RepositoryPrefix, ...], Distinct] = Field(
        max_length=99, description="Prefixes of other applications' repositories that this stack's rule holds too."
    )

    @model_validator(mode="after")
    def _rules_are_ones_own(self) -> RegistryConfig:
        if self.replication == "others" and self.replicates_too:
            raise ValueError(
                f"replicates_too {', '.join(self.replicates_too)} stands in no rule while replication is others"
            )
        return self


class PoolConfig(Section):
    """A node pool beside the application servers: instance types of one size, and the most nodes it may have."""

    vcpu: PositiveInt
    memory_gib: PositiveInt
    architecture: Architecture
    instance_types: tuple[InstanceType, ...] = Field(min_length=1)
    max_nodes: Count


class PolicyConfig(Section):
    """How fast an autoscaler may go: at most so many pods, or so many percent of them, in a period."""

    type: Literal["Pods", "Percent"]
    value: PositiveInt
    period_seconds: int = Field(ge=1, le=1800)


class ScalingConfig(Section):
    """When the application tier grows and shrinks: the document's triggers as the HPA takes them."""

    cpu_percent: Percent | None
    memory_percent: Percent | None
    scale_up_window_seconds: int = Field(ge=0, le=3600)
    scale_down_window_seconds: int = Field(ge=0, le=3600)
    scale_down_tolerance: Annotated[str, StringConstraints(pattern=r"^0(\.[0-9]{1,4})?$")]
    scale_up_policies: tuple[PolicyConfig, ...] = Field(description="How fast pods are added; empty: Kubernetes' own.")
    scale_down_policies: tuple[PolicyConfig, ...] = Field(
        description="How fast pods are removed; empty: Kubernetes' own."
    )
    scale_up_select: SelectPolicy | None = Field(description="Which policy decides; null: Kubernetes' own, Max.")
    scale_down_select: SelectPolicy | None
    lines: tuple[PositiveInt, ...] = Field(description="Lines of the document that say so; its HPAs name them.")

    @model_validator(mode="after")
    def _has_a_metric(self) -> ScalingConfig:
        if self.cpu_percent is None and self.memory_percent is None:
            raise ValueError("cpu_percent and memory_percent are both null: an HPA needs a metric")
        return self


class ServiceConfig(Section):
    """One service of the application tier."""

    name: Label
    hpa: Label = Field(description="The name of its HorizontalPodAutoscaler.")
    image_tag: Tag = Field(description="Of its image in the registry of its own region.")
    share_percent: Percent = Field(description="The part of a server that one pod of this service asks for.")
    port: Port
    path: UrlPath = Field(description="URL prefix that is routed to it.")


class AppConfig(Section):
    """The application tier: one pod of each service a server, behind a HorizontalPodAutoscaler each."""

    namespace: Namespace
    server: ServerConfig
    scaling: ScalingConfig
    services: tuple[ServiceConfig, ...] = Field(min_length=1)
    metrics_port: Port = Field(description="Where every service answers Prometheus; no other may ask there.")
    health_path: UrlPath
    termination_grace_seconds: PositiveInt
    deregistration_seconds: int = Field(ge=0, le=3600)

    @model_validator(mode="after")
    def _fits_on_a_server(self) -> AppConfig:
        total = sum(service.share_percent for service in self.services)
        if total > 100:
            raise ValueError(f"the services' share_percent add up to {total}, a server has 100")
        if self.server.max_pods < len(self.services):
            raise ValueError(
                f"server.max_pods {self.server.max_pods} is fewer than the {len(self.services)} services, of which each "
                "server runs a pod each"
            )
        if self.termination_grace_seconds <= self.deregistration_seconds:
            raise ValueError(
                f"termination_grace_seconds {self.termination_grace_seconds} must be above "
                f"deregistration_seconds {self.deregistration_seconds}: a pod would die while the balancer still sends to it"
            )
        return self

    @model_validator(mode="after")
    def _leaves_before_spot_does(self) -> AppConfig:
        if self.server.burst_capacity_type == "spot" and self.termination_grace_seconds > SPOT_NOTICE_SECONDS:
            raise ValueError(
                f"termination_grace_seconds {self.termination_grace_seconds} is more than the {SPOT_NOTICE_SECONDS} s in "
                f"which AWS takes a spot server back: shorten it, or set app.server.burst_capacity_type to on-demand"
            )
        return self

    @model_validator(mode="after")
    def _are_told_apart(self) -> AppConfig:
        taken, paths, hpas = dict(TAKEN_NAMES), dict[str, str](), dict[str, str]()
        taken |= {f"{service.name}-pods": f"the pods of the service {service.name}" for service in self.services}
        for number, service in enumerate(self.services):
            if service.port == self.metrics_port:
                raise ValueError(
                    f"metrics_port {self.metrics_port} is the port of {service.name}, which is open to the world: "
                    "choose another one"
                )
            if service.name in taken:
                raise ValueError(f"services.{number}.name {service.name} is the name of {taken[service.name]}")
            if service.path in paths:
                raise ValueError(f"services.{number}.path {service.path} is that of {paths[service.path]}")
            if service.hpa in hpas:
                raise ValueError(f"services.{number}.hpa {service.hpa} is that of {hpas[service.hpa]}")
            taken[service.name] = f"the service {service.name}"
            paths[service.path] = hpas[service.hpa] = service.name
        return self
