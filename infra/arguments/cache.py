"""Arguments of the cache of one region."""

from __future__ import annotations

from components.cluster import Cluster
from components.keys import Keys
from components.network import Network
from components.redis import Redis, RedisArgs
from infra.config import PhaseConfig
from infra.config.cache import CacheConfig


def redis(
    config: PhaseConfig, cache: CacheConfig, keys: Keys, network: Network, cluster: Cluster, leader: Redis | None
) -> RedisArgs:
    """The active region's cache, or in a standby region one that follows `leader`. With one region nothing is led."""
    return RedisArgs(
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        clients={"cluster": cluster.security_group_id},
        key_arn=keys.arns["cache"],
        logs_key_arn=keys.arns["logs"],
        engine_version=cache.engine_version,
        node_type=cache.node_type,
        shards=cache.shards,
        nodes_per_shard=cache.standby_nodes_per_shard if leader else cache.nodes_per_shard,
        port=cache.port,
        eviction_policy=cache.eviction_policy,
        snapshot_retention_days=cache.snapshot_retention_days,
        snapshot_window=cache.snapshot_window,
        maintenance_window=cache.maintenance_window,
        log_retention_days=cache.log_retention_days,
        leads=leader is None and len(config.regions) > 1,
        datastore_id=leader.datastore_id if leader else None,
    )
