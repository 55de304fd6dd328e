"""The Redis-compatible cache of a phase."""

from __future__ import annotations

from typing import Any

from infra.derive.rules import sizes
from infra.derive.sources import Sourced
from infra.derive.step import Step
from infra.roadmap.model import Role

Tree = dict[str, Any]


def cache(step: Step) -> Tree | Sourced[None]:
    """ElastiCache, from the phase on whose table has it."""
    if not step.has(Role.CACHE):
        return step.absent()
    copied = (
        "engine_version", "port", "eviction_policy", "snapshot_retention_days", "snapshot_window", "maintenance_window",
        "log_retention_days",
    )  # fmt: skip
    nodes = [_nodes(earlier) for earlier in _steps_with_cache(step)]
    shards = sizes.cache_shards(*nodes)
    per_shard = sizes.nodes_per_shard(nodes[-1], shards)
    return {
        **{key: step.setting(f"cache.{key}") for key in copied},
        "node_type": _node_type(step),
        "shards": shards,
        "nodes_per_shard": per_shard,
        "standby_nodes_per_shard": sizes.standby_nodes_per_shard(per_shard),
    }


def _steps_with_cache(step: Step) -> list[Step]:
    """The steps up to this one that have a cache; its shards follow from all of them."""
    steps = [Step(step.roadmap, phase, step.settings) for phase in step.history]
    return [earlier for earlier in steps if earlier.has(Role.CACHE)]


def _nodes(step: Step) -> Sourced[int]:
    return step.count(Role.CACHE) or step.setting("cache.nodes")


def _node_type(step: Step) -> Sourced[str]:
    size = step.stated(Role.CACHE, lambda cell: cell.size)
    vcpu = size.pick(lambda s: s.vcpu) if size else step.setting("cache.vcpu")
    memory = size.pick(lambda s: s.memory_gib) if size else step.setting("cache.memory_gib")
    return sizes.cache_node_type(vcpu, memory, step.setting("cache.architecture"), step.setting("cache.families"))
