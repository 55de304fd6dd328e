"""PhaseConfig: the only description of a stack config. A rendered `Pulumi.<phase>.yaml` loads back into an equal one."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from infra.config.compute import AppConfig, ClusterConfig, NetworkConfig, PoolConfig, RegionConfig
from infra.config.data import DatabaseConfig
from infra.config.edge import LoadBalancerConfig
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
    database: DatabaseConfig

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

    @property
    def standby_regions(self) -> tuple[str, ...]:
        """The regions that wait, in the document's order."""
        return tuple(name for name in self.regions if name != self.active_region)
