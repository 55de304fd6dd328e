"""Arguments of the cache of one region."""

from __future__ import annotations

from components.cluster import Cluster
from components.keys import Keys
from components.network import Network
from components.redis import Redis, RedisArgs
from infra.config import PhaseConfig
from infra.config.cache import CacheConfig
from infra.config.windows import cache_window


def redis(
    config: PhaseConfig,
    cache: CacheConfig,
    region: str,
    keys: Keys,
    network: Network,
    cluster: Cluster,
    founder: Redis | None,
) -> RedisArgs:
    """A region's cache, which joins that of the `founder`. With one region there is nothing to found.

    Which member leads is told to ElastiCache by the runbook, and to nobody here: another founder would replace the
    Global Datastore.
    """
    active = region == config.active_region
    return RedisArgs(
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        clients={"cluster": cluster.security_group_id},
        key_arn=keys.arns["cache"],
        logs_key_arn=keys.arns["logs"],
        engine_version=cache.engine_version,
        node_type=cache.node_type,
        shards=cache.shards,
        nodes_per_shard=cache.nodes_per_shard if active else cache.standby_nodes_per_shard,
        port=cache.port,
        eviction_policy=cache.eviction_policy,
        snapshot_retention_days=cache.snapshot_retention_days,
        snapshot_window=cache.snapshot_window,
        maintenance_window=cache_window(config, region) or cache.maintenance_window,
        log_retention_days=cache.log_retention_days,
        leads=founder is None and len(config.regions) > 1,
        datastore_id=founder.datastore_id if founder else None,
    )
