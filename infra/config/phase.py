"""PhaseConfig: the only description of a stack config. A rendered `Pulumi.<phase>.yaml` loads back into an equal one."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from components.pool_sizes import PoolSizes
from infra.config.cache import CacheConfig
from infra.config.compute import AppConfig, ClusterConfig, NetworkConfig, PoolConfig, RegionConfig
from infra.config.data import DatabaseConfig
from infra.config.edge import CdnConfig, FailoverConfig, LoadBalancerConfig, WebAclConfig
from infra.config.monitoring import MonitoringConfig
from infra.config.pooler import PoolerConfig, ShardsConfig
from infra.config.proxies import EgressConfig, GatewayConfig
from infra.config.queue import QueueConfig
from infra.config.scalars import AccountId, Domain, Label, PhaseName, PositiveInt, Region, Section

CONFIG_KEY = "ramp:phase"


class PhaseConfig(Section):
    """One phase of a roadmap as the program takes it. `active_region` is the region that serves and writes."""

    schema_version: Literal[1] = Field(description="The shape of this file; `ramp generate` writes the current one.")
    application: Label
    name: PhaseName
    owner: str = Field(min_length=1, max_length=256)
    users: PositiveInt
    account_id: AccountId = Field(description="The only AWS account that the providers accept.")
    domain: Domain
    active_region: Region
    regions: dict[Region, RegionConfig] = Field(min_length=1)
    network: NetworkConfig
    cluster: ClusterConfig
    platform: PoolConfig = Field(description="Nodes of what serves the application: poolers, proxies, monitoring.")
    app: AppConfig
    load_balancer: LoadBalancerConfig
    failover: FailoverConfig
    web_acl: WebAclConfig
    cdn: CdnConfig | None
    gateway: GatewayConfig | None = Field(description="The API gateway; null before the document names one.")
    egress: EgressConfig | None = Field(
        description="The egress proxy; null before the document names circuit breakers."
    )
    database: DatabaseConfig
    cache: CacheConfig | None = Field(description="The cache; null before the document has one.")
    queue: QueueConfig | None = Field(description="The message queue; null before the document has one.")
    monitoring: MonitoringConfig
    pooler: PoolerConfig | None = Field(description="The connection pooler; null before the document asks for one.")
    shards: ShardsConfig | None = Field(description="Logical shards; null before the document shards the database.")

    @model_validator(mode="after")
    def _regions_fit_together(self) -> PhaseConfig:
        if self.active_region not in self.regions:
            raise ValueError(f"active_region {self.active_region} is not one of regions: {', '.join(self.regions)}")
        for name, region in self.regions.items():
            foreign = [zone for zone in region.zones if not zone.startswith(name)]
            if foreign:
                raise ValueError(f"regions.{name}.zones: {', '.join(foreign)} is not in {name}")
            if self.load_balancer.zones > len(region.zones):
                raise ValueError(
                    f"load_balancer.zones {self.load_balancer.zones} is more than {name} has: {len(region.zones)}"
                )
        for (a, one), (b, other) in combinations(self.regions.items(), 2):
            if ipaddress.ip_network(one.cidr).overlaps(ipaddress.ip_network(other.cidr)):
                raise ValueError(f"regions.{a}.cidr {one.cidr} overlaps regions.{b}.cidr {other.cidr}")
        return self

    @model_validator(mode="after")
    def _cdn_reaches_every_region(self) -> PhaseConfig:
        missing = [name for name in self.regions if self.cdn and name not in self.cdn.origin_prefix_lists]
        if missing:
            raise ValueError(f"cdn.origin_prefix_lists has no id for {', '.join(missing)}: the CDN couldn't reach it")
        return self

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

    @property
    def standby_regions(self) -> tuple[str, ...]:
        """The regions that wait, in the document's order."""
        return tuple(name for name in self.regions if name != self.active_region)
