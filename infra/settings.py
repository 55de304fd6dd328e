"""settings.yaml: what the roadmap leaves open, as a strict model, with the line of every value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from infra import patterns
from infra.catalogue.specs import NoInstanceClass, offered
from infra.checked import check
from infra.config.backup import BackupConfig
from infra.config.cache import MOST_NODES, EvictionPolicy
from infra.config.compute import CapacityType, Count, NetworkConfig, RegistryConfig
from infra.config.data import DatabasePort, PostgresVersion, PrivateName
from infra.config.edge import (
    AccessLogsConfig,
    CdnSettings,
    FailoverSettings,
    LoadBalancerConfig,
    ManagedRules,
    RateLimitConfig,
)
from infra.config.monitoring import MonitoringSettings
from infra.config.pooler import PgBouncerImage, ShardLayout
from infra.config.proxies import CompressionLimits, EgressServices, GatewayLimits, Replicas
from infra.config.queue import RabbitImage, RabbitSeconds
from infra.config.scalars import (
    MOST_PUBLIC_CIDRS,
    AccountId,
    Administrator,
    Architecture,
    Distinct,
    HeaderName,
    Identity,
    Image,
    Label,
    NaturalInt,
    Percent,
    Port,
    PositiveInt,
    PublicCidr,
    Section,
    ServiceCidr,
    Tag,
    TagValue,
    UrlPath,
    VolumeGib,
    ZoneDomain,
    version_of,
)
from infra.config.times import CacheWindow, DatabaseBackupWindow, DatabaseWindow, LogDays, SnapshotWindow
from infra.cost.usage import UsageSettings
from infra.named_regions import Regions
from infra.yamlfile import line_of, read_yaml


class Cluster(Section):
    kubernetes_version: Annotated[str, version_of("eks")]
    log_retention_days: LogDays
    service_cidr: ServiceCidr


class Instances(Section):
    """What runs on instances of some families; `service` is whose catalogue they are in."""

    service: ClassVar[str] = "ec2"
    architecture: Architecture
    families: Annotated[tuple[str, ...], Distinct] = Field(min_length=1)

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
    max_nodes: Count


class Server(Instances):
    max_pods: int = Field(ge=1, le=110)
    daemon_cpu_millicores: NaturalInt
    daemon_memory_mib: NaturalInt
    surge: Count
    burst_capacity_type: CapacityType


class Scaling(Section):
    min_replicas_ratio: float = Field(gt=0, le=1)
    max_replicas_ratio: float = Field(ge=1, le=10)
    cpu_percent: Percent
    memory_percent: Percent
    cpu_down_percent: Percent
    memory_down_percent: Percent
    scale_up_window_seconds: int = Field(ge=0, le=3600)
    scale_down_window_seconds: int = Field(ge=0, le=3600)

    @model_validator(mode="after")
    def _leaves_a_band(self) -> Scaling:
        for metric in ("cpu", "memory"):
            up, down = getattr(self, f"{metric}_percent"), getattr(self, f"{metric}_down_percent")
            if down >= up:
                raise ValueError(
                    f"{metric}_down_percent {down} is not below {metric}_percent {up}: it would scale up and down at once"
                )
        return self


class Service(Section):
    image_tag: Tag
    share_percent: Percent
    port: Port
    path: UrlPath


class App(Section):
    image_tag: Tag
    port: Port
    metrics_port: Port
    path: UrlPath
    health_path: UrlPath
    termination_grace_seconds: PositiveInt
    deregistration_seconds: int = Field(ge=0, le=3600)
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


class WebAcl(Section):
    api_key_header: HeaderName
    managed_rules: ManagedRules
    rate_limit: RateLimitConfig


class Database(Instances):
    service = "rds"
    engine_version: PostgresVersion
    administrator: Administrator
    storage_gib: int = Field(ge=20, le=65536)
    max_storage_ratio: float = Field(ge=1.1, le=10)
    multi_az: bool
    port: DatabasePort
    primary_host: PrivateName
    replica_host: str = Field(pattern=patterns.REPLICA_HOST)
    replica_lag_ms: PositiveInt
    backup_retention_days: int = Field(ge=1, le=35)
    backup_window: DatabaseBackupWindow
    maintenance_window: DatabaseWindow
    log_retention_days: LogDays
    password_epoch: PositiveInt
    client_image: Image


class Cache(Instances):
    service = "elasticache"
    engine_version: Annotated[str, version_of("valkey")]
    nodes: int = Field(ge=1, le=MOST_NODES)
    vcpu: PositiveInt
    memory_gib: PositiveInt
    port: Port
    eviction_policy: EvictionPolicy
    snapshot_retention_days: int = Field(ge=1, le=35)
    snapshot_window: SnapshotWindow
    maintenance_window: CacheWindow
    log_retention_days: LogDays


class Queue(Instances):
    image: RabbitImage
    nodes: int = Field(ge=1, le=9)
    vcpu: PositiveInt
    memory_gib: PositiveInt
    storage_gib: VolumeGib
    surge: int = Field(ge=0, le=9)
    termination_grace_seconds: PositiveInt
    work_queues: Annotated[tuple[Label, ...], Distinct] = Field(min_length=1)
    max_length: PositiveInt
    message_ttl_seconds: RabbitSeconds
    delivery_limit: PositiveInt
    federation_window_seconds: RabbitSeconds
    password_epoch: PositiveInt


class Pooler(Section):
    image: PgBouncerImage
    replicas: int = Field(ge=2, le=20)
    port: Port
    reserved_percent: int = Field(ge=0, le=90)
    connections_per_pod: PositiveInt
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt
    proxy_image: Image
    proxy_cpu_millicores: PositiveInt
    proxy_memory_mib: PositiveInt
    exporter_image: Image


class Gateway(GatewayLimits):
    image: Image
    replicas: Replicas


class Compressor(CompressionLimits):
    image: Image
    replicas: Replicas


class Egress(EgressServices):
    image: Image
    replicas: Replicas


class Settings(Section):
    """The whole settings file. It holds no figure that a roadmap states; those marked so serve documents without it."""

    owner: TagValue
    account_id: AccountId
    domain: ZoneDomain
    administrators: Annotated[tuple[Identity, ...], Distinct] = Field(min_length=1)
    endpoint_cidrs: Annotated[tuple[PublicCidr, ...], Distinct] = Field(max_length=MOST_PUBLIC_CIDRS)
    regions: Regions
    network: NetworkConfig
    cluster: Cluster
    registry: RegistryConfig
    platform: Platform
    app: App
    load_balancer: LoadBalancerConfig
    access_logs: AccessLogsConfig
    failover: FailoverSettings
    web_acl: WebAcl
    cdn: CdnSettings
    compressor: Compressor
    gateway: Gateway
    egress: Egress
    database: Database
    backup: BackupConfig
    cache: Cache
    queue: Queue
    monitoring: MonitoringSettings
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
