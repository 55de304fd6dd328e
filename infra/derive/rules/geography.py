"""Which AWS regions there are, who leads, and what a standby holds."""

from __future__ import annotations

import math

from infra.config.edge import GLOBAL_REGION
from infra.derive.sources import rule


@rule
def region_behind(_word: str, region: str) -> str:
    """The settings say which AWS region a region word of the document means.

    The document names a part of a continent; AWS has several regions in each.
    """
    return region


@rule
def regions_in_order(*words: str) -> list[str]:
    """Regions wait in the order in which the document names them, and the first takes over.

    A failover name has one secondary.
    """
    return list(words)


@rule
def home_region(_word: str, region: str) -> str:
    """A phase in one region runs in the region that stays active when there are more.

    Nothing that holds data then ever moves.
    """
    return region


@rule
def assets_copy_region(*regions: str) -> str:
    """Assets are copied to the document's first region besides us-east-1, where the CDN's own bucket stands.

    CloudFront then serves them while either region is down: an origin group has two members.
    """
    return next(region for region in regions if region != GLOBAL_REGION)


@rule
def took_over(_word: str, region: str) -> str:
    """The region that took over last leads.

    What it holds is newer than what led before: only another take-over gives the lead back.
    """
    return region


@rule
def standby_servers(servers: int, ratio: float) -> int:
    """A standby region whose servers the document doesn't count holds the settings' part of the active region's.

    It must serve at once after a failover while its autoscaler catches up.
    """
    return max(1, math.ceil(servers * ratio))


@rule
def standby_minimum(servers: int) -> int:
    """A standby region runs at least its own count.

    It is kept warm at the size that the document gives it.
    """
    return servers


@rule
def standby_maximum(active_maximum: int, servers: int) -> int:
    """A standby region may grow to the active region's maximum.

    After a failover it carries the whole load.
    """
    return max(active_maximum, servers)
