"""PhaseConfig: the only description of a stack config. A rendered `Pulumi.<phase>.yaml` loads back into an equal one."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from components.pool_sizes import PoolSizes
from infra.config.backup import BackupConfig
from infra.config.cache import CacheConfig
from infra.config.compute import AppConfig, ClusterConfig, NetworkConfig, PoolConfig, RegionConfig, RegistryConfig
from infra.config.data import DatabaseConfig
from infra.config.edge import (
    GLOBAL_REGION,
    AccessLogsConfig,
    CdnConfig,
    FailoverConfig,
    LoadBalancerConfig,
    WebAclConfig,
)
from infra.config.leadership import TakeOverConfig, mistakes
from infra.config.monitoring import MonitoringConfig
from infra.config.pooler import DATABASE_NAMESPACE, LEAST_REPLICA_ENGINE, PoolerConfig, ShardsConfig
from infra.config.proxies import CompressorConfig, EgressConfig, FormerCompressorConfig, GatewayConfig
from infra.config.queue import QueueConfig
from infra.config.room import too_large
from infra.config.scalars import (
    AccountId,
    Application,
    PhaseName,
    PositiveInt,
    Region,
    Section,
    TagValue,
    ZoneDomain,
    check_zones,
)
from infra.config.windows import backup_start, coincidences

CONFIG_KEY = "ramp:phase"


class PhaseConfig(Section):
    """One phase of a roadmap as the program takes it. `active_region` is the region that serves and writes."""

    schema_version: Literal[1] = Field(description="The shape of this file; `ramp generate` writes the current one.")
    application: Application
    name: PhaseName
    owner: TagValue
    users: PositiveInt
    account_id: AccountId = Field(description="The only AWS account that the providers accept.")
    domain: ZoneDomain
    active_region: Region
    standby_regions: tuple[Region, ...] = Field(description="Those that wait, the first in line first.")
    take_overs: tuple[TakeOverConfig, ...] = Field(description="Who led before, the oldest take-over first.")
    regions: dict[Region, RegionConfig] = Field(min_length=1)
    network: NetworkConfig
    cluster: ClusterConfig
    registry: RegistryConfig
    platform: PoolConfig = Field(description="Nodes of what serves the application: poolers, proxies, monitoring.")
    app: AppConfig
    load_balancer: LoadBalancerConfig
    access_logs: AccessLogsConfig
    failover: FailoverConfig
    web_acl: WebAclConfig
    cdn: CdnConfig | None
    compressor: CompressorConfig | None = Field(
        description="What compresses responses; null where a CDN does, or the document doesn't ask for it."
    )
    former_compressor: FormerCompressorConfig | None = Field(
        description="What the quota keeps for the compressor of an earlier phase; null where none leaves."
    )
    gateway: GatewayConfig | None = Field(description="The API gateway; null before the document names one.")
    egress: EgressConfig | None = Field(
        description="The egress proxy; null before the document names circuit breakers."
    )
    database: DatabaseConfig
    backup: BackupConfig
    cache: CacheConfig | None = Field(description="The cache; null before the document has one.")
    queue: QueueConfig | None = Field(description="The message queue; null before the document has one.")
    monitoring: MonitoringConfig
    pooler: PoolerConfig | None = Field(description="The connection pooler; null before the document asks for one.")
    shards: ShardsConfig | None = Field(description="Logical shards; null before the document shards the database.")

    @model_validator(mode="after")
    def _regions_fit_together(self) -> PhaseConfig:
        if self.active_region not in self.regions:
            raise ValueError(f"active_region {self.active_region} is not one of regions: {', '.join(self.regions)}")
        if sorted((self.active_region, *self.standby_regions)) != sorted(self.regions):
            raise ValueError(
                f"active_region {self.active_region} and standby_regions {', '.join(self.standby_regions) or 'none'} must "
                f"name each of regions once: {', '.join(self.regions)}"
            )
        for name, region in self.regions.items():
            try:
                check_zones(name, region.zones)
            except ValueError as error:
                raise ValueError(f"regions.{name}.{error}") from None
            if self.load_balancer.zones > len(region.zones):
                raise ValueError(
                    f"load_balancer.zones {self.load_balancer.zones} is more than {name} has: {len(region.zones)}"
                )
        for name, region in self.regions.items():
            if ipaddress.ip_network(region.cidr).overlaps(ipaddress.ip_network(self.cluster.service_cidr)):
                raise ValueError(
                    f"cluster.service_cidr {self.cluster.service_cidr} overlaps regions.{name}.cidr {region.cidr}"
                )
        for (a, one), (b, other) in combinations(self.regions.items(), 2):
            if ipaddress.ip_network(one.cidr).overlaps(ipaddress.ip_network(other.cidr)):
                raise ValueError(f"regions.{b}.cidr {other.cidr} overlaps regions.{a}.cidr {one.cidr}")
        return self

    @model_validator(mode="after")
    def _take_overs_lead_here(self) -> PhaseConfig:
        found = mistakes(self.take_overs, self.active_region, tuple(self.regions), self.database_servers)
        if found:
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def _maintenance_is_staggered(self) -> PhaseConfig:
        found = coincidences(self)
        if found:
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def _backups_can_start(self) -> PhaseConfig:
        if found := backup_start(self):
            raise ValueError(found)
        return self

    @model_validator(mode="after")
    def _platform_pods_fit(self) -> PhaseConfig:
        if found := too_large(self):
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def _namespaces_differ(self) -> PhaseConfig:
        taken = {self.app.namespace: "the application's", DATABASE_NAMESPACE: "that of the pooler and its Jobs"}
        if self.app.namespace == DATABASE_NAMESPACE:
            raise ValueError(f"app.namespace {self.app.namespace} is {taken[DATABASE_NAMESPACE]}")
        if self.monitoring.namespace in taken:
            raise ValueError(f"monitoring.namespace {self.monitoring.namespace} is {taken[self.monitoring.namespace]}")
        return self

    @property
    def home_region(self) -> str:
        """The region that led first. What was founded there stays there, whoever leads."""
        return self.take_overs[0].led_before if self.take_overs else self.active_region

    @property
    def database_servers(self) -> int:
        """Server groups, a primary with its read replicas each. There is more than one where shards need them."""
        return self.shards.servers if self.shards else 1

    @model_validator(mode="after")
    def _cdn_reaches_every_region(self) -> PhaseConfig:
        missing = [name for name in self.regions if self.cdn and name not in self.cdn.origin_prefix_lists]
        if missing:
            raise ValueError(f"cdn.origin_prefix_lists has no id for {', '.join(missing)}: the CDN couldn't reach it")
        return self

    @model_validator(mode="after")
    def _assets_are_copied_to_another_region(self) -> PhaseConfig:
        others = [name for name in self.regions if name != GLOBAL_REGION]
        copied = self.cdn.assets_copy_region if self.cdn else None
        if copied is not None and copied not in others:
            raise ValueError(
                f"cdn.assets_copy_region {copied} is not one of regions besides {GLOBAL_REGION}, where the assets stand: "
                f"{', '.join(others) or 'none'}"
            )
        return self

    @model_validator(mode="after")
    def _replicas_are_reached(self) -> PhaseConfig:
        version = self.database.engine_version
        if self.pooler and self.database.read_replicas and int(version.split(".")[0]) < LEAST_REPLICA_ENGINE:
            raise ValueError(
                f"database.engine_version {version} takes no connection of the pooler's proxy before its "
                f"{self.database.read_replicas} read replicas: use {LEAST_REPLICA_ENGINE} or newer, or no read replicas"
            )
        return self

    @model_validator(mode="after")
    def _private_names_hide_no_public_one(self) -> PhaseConfig:
        zone = self.database.primary_host.split(".", 1)[1]
        if f".{self.domain}".endswith(f".{zone}"):
            raise ValueError(
                f"database.primary_host: a private zone {zone} would hide {self.domain} from everything in the network"
            )
        return self

    @model_validator(mode="after")
    def _cdn_closes_first(self) -> PhaseConfig:
        idle = self.load_balancer.idle_timeout_seconds
        if self.cdn and self.cdn.keepalive_timeout_seconds >= idle:
            raise ValueError(
                f"cdn.keepalive_timeout_seconds {self.cdn.keepalive_timeout_seconds} is not below "
                f"load_balancer.idle_timeout_seconds {idle}: the CDN would use connections that the balancer has closed"
            )
        return self

    @model_validator(mode="after")
    def _nobody_gives_up_before_the_gateway(self) -> PhaseConfig:
        """Who waits outside must wait longer: else users see an error, and the work for them goes on."""
        longest = self.gateway.timeout_seconds if self.gateway else 0
        waits = {
            "load_balancer.idle_timeout_seconds": (self.load_balancer.idle_timeout_seconds, "the balancer gives up"),
            "app.termination_grace_seconds": (self.app.termination_grace_seconds, "a pod that goes ends"),
            **({"cdn.read_timeout_seconds": (self.cdn.read_timeout_seconds, "the CDN gives up")} if self.cdn else {}),
        }
        for key, (seconds, what) in waits.items():
            if seconds < longest:
                raise ValueError(
                    f"{key} {seconds} is below gateway.timeout_seconds {longest}: {what} while an answer may still come"
                )
        return self

    @property
    def drain_seconds(self) -> int:
        """How long what stands first behind the load balancer goes on while it goes: until its longest answer has ended."""
        return max(self.app.deregistration_seconds, self.gateway.timeout_seconds if self.gateway else 0)

    @model_validator(mode="after")
    def _pools_fit(self) -> PhaseConfig:
        if self.shards and not self.pooler:
            raise ValueError("shards without a pooler: nothing would route to them")
        for region in self.regions if self.pooler else ():
            self.pool_sizes(region)
        return self

    def pool_sizes(self, region: str) -> PoolSizes:
        """The connection pools of one region; a standby's only server reads too. Raises ValueError without a pooler."""
        if self.pooler is None:
            raise ValueError(f"{self.name} has no pooler")
        replicas = self.database.read_replicas if region == self.active_region else 0
        pods = self.regions[region].max_replicas * len(self.app.services)
        return self.pooler.sizes(self.shards, replicas, pods)
