"""The whole system of one phase, top down, as an operator would draw it: the edge, then each region, then what joins them."""

from __future__ import annotations

from itertools import combinations

import pulumi

from components.peering import Peering
from infra.arguments import compute
from infra.config import PhaseConfig
from infra.edge import Edge
from infra.region import RegionStack


def deploy(config: PhaseConfig) -> None:
    """Declare every resource of a phase. No name holds the phase or a size: one stack grows from each to the next."""
    front = Edge(config)
    active, *standbys = [RegionStack(config, region) for region in (config.active_region, *config.standby_regions)]
    for region in (active, *standbys):
        others = {other.region: other.keys for other in (active, *standbys) if other is not region}
        region.store(config, front, others, None if region is active else active)
    home = next(region for region in (active, *standbys) if region.region == config.home_region)
    for region in sorted((active, *standbys), key=lambda each: each is not home):
        region.share_cache(config, home)
    for region in (active, *standbys):
        region.build(config, front, None if region is active else active)
    active.back_up(config, standbys)
    front.serve(config, (active, *standbys))
    for region in (active, *standbys):
        region.refuse(front)
    for one, other in combinations(sorted((active, *standbys), key=lambda each: each.region), 2):
        settings = compute.peering(config, one, other)
        Peering(f"{config.application}-{one.region}-{other.region}", settings)
    for region in (active, *standbys):
        pulumi.export(f"{region.region}-load-balancer", region.load_balancer.dns_name)
    pulumi.export("name-servers", front.zone.name_servers)
