"""Which address block each subnet gets: pure arithmetic, so that a later zone moves no earlier subnet."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

MAX_ZONES = 4


@dataclass(frozen=True)
class ZoneSubnets:
    """The address blocks of one availability zone, as CIDR strings."""

    zone: str
    private: str
    public: str
    data: str


def allocate(cidr: str, zones: Sequence[str]) -> tuple[ZoneSubnets, ...]:
    """The subnets of each zone inside `cidr`, for 1 to 4 zones; the blocks of the zones that aren't there stay free.

    Half of the network is private (pods need an address each), a quarter public, a quarter for data. A zone's blocks
    depend on its position alone. Raises ValueError for a network too small for /28 subnets, the smallest that AWS
    takes, for too many zones, or for one given twice.
    """
    network = ipaddress.IPv4Network(cidr)
    if network.prefixlen + 4 > 28:
        raise ValueError(
            f"{cidr} is too small: its subnets would be /{network.prefixlen + 4}; AWS takes none below /28"
        )
    if not 1 <= len(zones) <= MAX_ZONES or len(set(zones)) != len(zones):
        raise ValueError(f"zones must be 1 to {MAX_ZONES} different ones, got {', '.join(zones) or 'none'}")
    lower, upper = network.subnets(prefixlen_diff=1)
    public, data = upper.subnets(prefixlen_diff=1)
    blocks = zip(*(half.subnets(prefixlen_diff=2) for half in (lower, public, data)), strict=True)
    return tuple(
        ZoneSubnets(zone, *(str(block) for block in zone_blocks))
        for zone, zone_blocks in zip(zones, blocks, strict=False)
    )
