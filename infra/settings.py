"""settings.yaml: what the roadmap leaves open, as a strict model, with the line of every value."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from infra import patterns
from infra.catalogue.specs import NoInstanceClass, offered
from infra.checked import check
from infra.config.data import PrivateName
from infra.config.edge import RateLimitConfig, RuleGroup
from infra.config.pooler import ShardLayout
from infra.config.proxies import EgressServices, GatewayLimits
from infra.config.scalars import (
    AccountId,
    Architecture,
    Arn,
    Cidr,
    HeaderName,
    Label,
    NaturalInt,
    Percent,
    Port,
    PositiveInt,
    PrefixList,
    Region,
    RegionCidr,
    Section,
    ServiceCidr,
    Tag,
    Zone,
    ZoneDomain,
    check_zones,
)
from infra.cost.usage import UsageSettings
from infra.yamlfile import line_of, read_yaml


class NamedRegion(Section):
    """The AWS region behind one of the document's words, with its network and zones."""

    region: Region
    cidr: RegionCidr
    zones: tuple[Zone, ...] = Field(min_length=2, max_length=4)

    @model_validator(mode="after")
    def _zones_are_its_own(self) -> NamedRegion:
        check_zones(self.region, self.zones)
        return self


class TakeOver(Section):
    """One run of a region's take-over runbook: who led from then on, and what is to become of what led before."""

    to: str
    servers: PositiveInt
    former: Literal["keep", "remove"]


class Regions(Section):
    """Every region word that a document may use, and the one of a document that uses none."""

    home: str
    standby_ratio: float = Field(gt=0, le=1)
    names: dict[str, NamedRegion] = Field(min_length=1)
    take_overs: tuple[TakeOver, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Regions:
        if self.home not in self.names:
            raise ValueError(f"home {self.home} is not one of names: {', '.join(self.names)}")
        unknown = [each.to for each in self.take_overs if each.to not in self.names]
        if unknown:
            raise ValueError(f"take_overs: {', '.join(unknown)} is not one of names: {', '.join(self.names)}")
        for (a, one), (b, other) in combinations(self.names.items(), 2):
            if ipaddress.ip_network(one.cidr).overlaps(ipaddress.ip_network(other.cidr)):
                raise ValueError(f"names.{b}.cidr {other.cidr} overlaps the network of {a}, {one.cidr}")
            if one.region == other.region:
                raise ValueError(f"names.{b}.region {other.region} is that of {a}; a region has one word")
        return self


class Network(Section):
    flow_log_retention_days: PositiveInt
    interface_endpoints: tuple[str, ...]


class Cluster(Section):
    kubernetes_version: str
    log_retention_days: PositiveInt
    service_cidr: ServiceCidr


class Registry(Section):
    keep_images: PositiveInt
    untagged_days: PositiveInt


class Instances(Section):
    """What runs on instances of some families; `service` is whose catalogue they are in."""

    service: ClassVar[str] = "ec2"
    architecture: Architecture
    families: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _families_are_offered(self) -> Self:
        try:
            offered(self.service, self.architecture, self.families)
        except NoInstanceClass as error:
            raise ValueError(f"families: {error}") from None
        return self


class Platform(Instances):
    vcpu: PositiveInt
    memory_gib: PositiveInt
    max_nodes: PositiveInt


class Server(Instances):
    max_pods: PositiveInt
    daemon_cpu_millicores: NaturalInt
    daemon_memory_mib: NaturalInt
    surge: PositiveInt
    burst_capacity_type: str


class Scaling(Section):
    min_replicas_ratio: float = Field(gt=0, le=1)
    max_replicas_ratio: float = Field(ge=1, le=10)
    cpu_percent: Percent
    memory_percent: Percent
    cpu_down_percent: Percent
    memory_down_percent: Percent
    scale_up_window_seconds: NaturalInt
    scale_down_window_seconds: NaturalInt


class Service(Section):
    image_tag: Tag
    share_percent: Percent
    port: Port
    path: str = Field(pattern=r"^/[a-z0-9/_-]+$")


class App(Section):
    image_tag: Tag
    port: Port
    metrics_port: Port
    path: str
    health_path: str
    termination_grace_seconds: PositiveInt
    deregistration_seconds: NaturalInt
    services: dict[Label, Service]
    server: Server
    scaling: Scaling

    @model_validator(mode="after")
    def _main_service_has_a_share(self) -> App:
        total = sum(service.share_percent for service in self.services.values())
        if total >= 100:
            raise ValueError(
                f"the services' share_percent add up to {total}; below 100, or nothing is left for the main one"
            )
        return self


class LoadBalancer(Section):
    zones: PositiveInt
    idle_timeout_seconds: PositiveInt


class AccessLogs(Section):
    retention_days: PositiveInt


class Backup(Section):
    start: str
    retention_days: PositiveInt
    copy_retention_days: PositiveInt


class Failover(Section):
    check_interval_seconds: PositiveInt
    failure_threshold: PositiveInt
    ttl_seconds: PositiveInt
    limit_seconds: PositiveInt
    checker_cidrs: tuple[Cidr, ...] = Field(min_length=1)


class WebAcl(Section):
    api_key_header: HeaderName
    managed_rules: dict[RuleGroup, tuple[str, ...]]
    rate_limit: RateLimitConfig


class Cdn(Section):
    price_class: str
    assets_path: str
    assets_noncurrent_days: PositiveInt
    api_max_ttl_seconds: PositiveInt
    connection_attempts: PositiveInt
    connection_timeout_seconds: PositiveInt
    read_timeout_seconds: PositiveInt
    keepalive_timeout_seconds: PositiveInt
    origin_key_epoch: PositiveInt
    origin_prefix_lists: dict[Region, PrefixList]


class Monitoring(Section):
    namespace: str
    prometheus_image: str
    alertmanager_image: str
    adapter_image: str
    sql_exporter_image: str
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt
    storage_gib: PositiveInt
    retention_days: PositiveInt
    emails: tuple[str, ...]
    revenue_per_hour_usd: NaturalInt


class Database(Instances):
    service = "rds"
    engine_version: str
    administrator: str
    storage_gib: PositiveInt
    max_storage_ratio: float = Field(ge=1, le=10)
    multi_az: bool
    port: Port
    primary_host: PrivateName
    replica_host: str = Field(pattern=patterns.REPLICA_HOST)
    replica_lag_ms: PositiveInt
    backup_retention_days: PositiveInt
    backup_window: str
    maintenance_window: str
    log_retention_days: PositiveInt
    password_epoch: PositiveInt
    client_image: str


class Cache(Instances):
    service = "elasticache"
    engine_version: str
    nodes: PositiveInt
    vcpu: PositiveInt
    memory_gib: PositiveInt
    port: Port
    eviction_policy: str
    snapshot_retention_days: PositiveInt
    snapshot_window: str
    maintenance_window: str
    log_retention_days: PositiveInt


class Queue(Instances):
    image: str
    nodes: PositiveInt
    vcpu: PositiveInt
    memory_gib: PositiveInt
    storage_gib: PositiveInt
    surge: NaturalInt
    termination_grace_seconds: PositiveInt
    work_queues: tuple[str, ...] = Field(min_length=1)
    max_length: PositiveInt
    message_ttl_seconds: PositiveInt
    delivery_limit: PositiveInt
    federation_window_seconds: PositiveInt
    password_epoch: PositiveInt


class Pooler(Section):
    image: str
    replicas: PositiveInt
    port: Port
    reserved_percent: NaturalInt
    connections_per_pod: PositiveInt
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt
    proxy_image: str
    proxy_cpu_millicores: PositiveInt
    proxy_memory_mib: PositiveInt
    exporter_image: str


class Gateway(GatewayLimits):
    image: str
    replicas: PositiveInt


class Egress(EgressServices):
    image: str
    replicas: PositiveInt


class Settings(Section):
    """The whole settings file. It holds no figure that a roadmap states; those marked so serve documents without it."""

    owner: str = Field(min_length=1)
    account_id: AccountId
    domain: ZoneDomain
    administrators: tuple[Arn, ...] = Field(min_length=1)
    endpoint_cidrs: tuple[Cidr, ...]
    regions: Regions
    network: Network
    cluster: Cluster
    registry: Registry
    platform: Platform
    app: App
    load_balancer: LoadBalancer
    access_logs: AccessLogs
    failover: Failover
    web_acl: WebAcl
    cdn: Cdn
    gateway: Gateway
    egress: Egress
    database: Database
    backup: Backup
    cache: Cache
    queue: Queue
    monitoring: Monitoring
    pooler: Pooler
    shards: ShardLayout
    usage: UsageSettings


@dataclass(frozen=True)
class SettingsFile:
    """Loaded settings, the file's name as the user gave it, and where each key stands in it."""

    path: str
    settings: Settings
    tree: Any

    def line(self, key: str) -> int | None:
        """The 1-based line of a dotted key such as `app.server.surge`; a number in it is an index of a list."""
        return line_of(self.tree, [int(step) if step.isdigit() else step for step in key.split(".")])


def load_settings(path: Path) -> SettingsFile:
    """The settings of a file. Raises InputError with file, line, key, value and what is allowed for each mistake."""
    tree = read_yaml(path)
    return SettingsFile(str(path), check(Settings, tree, str(path)), tree)
