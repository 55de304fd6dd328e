"""Config of the Redis-compatible cache."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from infra.config.scalars import Port, PositiveInt, Section, offered, version_of
from infra.config.times import CacheWindow, LogDays, SnapshotWindow

EvictionPolicy = Literal[
    "allkeys-lfu", "allkeys-lru", "allkeys-random", "noeviction", "volatile-lfu", "volatile-lru", "volatile-random",
    "volatile-ttl",
]  # fmt: skip
MOST_NODES = 90
"""What ElastiCache allows a cluster by default."""


class CacheConfig(Section):
    """ElastiCache for Valkey in cluster mode: shards of a primary and its replicas, in each region."""

    engine_version: Annotated[str, version_of("valkey")]
    node_type: Annotated[str, StringConstraints(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$"), offered("elasticache")]
    shards: PositiveInt
    nodes_per_shard: int = Field(ge=1, le=6, description="A primary and at most five replicas.")
    standby_nodes_per_shard: int = Field(ge=2, le=6, description="In a standby region.")
    port: Port = Field(description="Never changes: it would replace the cache.")
    eviction_policy: EvictionPolicy
    snapshot_retention_days: int = Field(ge=1, le=35)
    snapshot_window: SnapshotWindow
    maintenance_window: CacheWindow
    log_retention_days: LogDays

    @model_validator(mode="after")
    def _fits_a_cluster(self) -> CacheConfig:
        nodes = self.shards * max(self.nodes_per_shard, self.standby_nodes_per_shard)
        if nodes > MOST_NODES:
            raise ValueError(
                f"{self.shards} shards make {nodes} nodes in a region; ElastiCache allows a cluster {MOST_NODES}"
            )
        return self
