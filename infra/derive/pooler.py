"""What stands between the application and the database's servers in a phase: the pooler, and the shards it routes to."""

from __future__ import annotations

import re
from typing import Any

from infra.derive.rules import sizes, systems
from infra.derive.sources import Source, Sourced, fact
from infra.derive.step import Step
from infra.roadmap.model import Fact, Phase

Tree = dict[str, Any]

_POOLING = re.compile(r"\bpool(s|ed|er|ing)?\b|\bpgbouncer\b", re.IGNORECASE)
_OTHER_POOLS = re.compile(r"\b(node|thread|worker|agent|memory|talent)[- ]?pool", re.IGNORECASE)


def pooler(step: Step, instance_class: Sourced[str]) -> Tree | Sourced[None]:
    """PgBouncer, from the phase on that asks for connection pooling, or that shards the database."""
    asked = next((found for phase in step.history if (found := _asks_for_pooling(phase))), None)
    if asked is None:
        return step.absent()
    copied = (
        "image", "port", "reserved_percent", "connections_per_pod", "cpu_millicores", "memory_mib",
        "proxy_image", "proxy_cpu_millicores", "proxy_memory_mib", "exporter_image",
    )  # fmt: skip
    return {
        **{key: step.setting(f"pooler.{key}") for key in copied},
        "replicas": systems.pooled_from(fact(asked), step.setting("pooler.replicas")),
        "max_connections": sizes.default_max_connections(instance_class),
    }


def _asks_for_pooling(phase: Phase) -> Fact[str] | None:
    """The list entry by which a phase wants a pooler. Shards are reached through one, so that they want it too."""
    items = (*phase.optimizations, *phase.architecture)
    asking = (item for item in items if _POOLING.search(item.text) and not _OTHER_POOLS.search(item.text))
    return next((Fact(item.text, item.line) for item in asking), phase.shard_key)


def shards(step: Step) -> Tree | Sourced[None]:
    """Logical shards, from the phase on that names the key to shard by."""
    key = step.latest(lambda phase: phase.shard_key)
    if key is None:
        return step.absent()
    return {
        "key": fact(key),
        "count": step.setting("shards.count"),
        "servers": step.setting("shards.servers"),
        "moves": _moves(step),
    }


def _moves(step: Step) -> list[Tree] | Sourced[Any]:
    moves = step.setting("shards.moves")
    return [_move(step, index, move.model_dump(mode="json")) for index, move in enumerate(moves.value)] or moves


def _move(step: Step, index: int, move: dict[str, Any]) -> Tree:
    """Each field of a move with its own line of the settings."""
    keys = {field: f"shards.moves.{index}.{field}" for field in move}
    return {
        field: Sourced(value, Source("setting", f"settings: {keys[field]}", line=step.settings.line(keys[field])))
        for field, value in move.items()
    }
