"""Findings about what holds data."""

from __future__ import annotations

from collections.abc import Iterator

from infra.catalogue.specs import find as find_class
from infra.derive.step import Step
from infra.findings.finding import Finding, Situation, lines
from infra.roadmap.model import Role, Size


def database_overshoot(situation: Situation) -> Iterator[Finding]:
    """RDS sells no class of exactly the document's size."""
    chosen, asked = find_class("rds", situation.config.database.instance_class), _asked(situation, Role.DATABASE)
    if asked is None or (asked.vcpu, asked.memory_gib) == (chosen.vcpu, chosen.memory_gib):
        return
    message = (
        f"RDS sells no class of the settings' families with exactly {asked.vcpu} vCPU and {asked.memory_gib} GiB: "
        f"{chosen.name} has {chosen.vcpu} and {chosen.memory_gib:g}."
    )
    yield Finding("database-class-overshoot", "info", message, situation.source("database.instance_class"))


def cache_overshoot(situation: Situation) -> Iterator[Finding]:
    """ElastiCache sells no node of exactly the document's size."""
    cache, asked = situation.config.cache, _asked(situation, Role.CACHE)
    if cache is None or asked is None:
        return
    chosen = find_class("elasticache", cache.node_type)
    message = (
        f"ElastiCache sells no node with exactly {asked.vcpu} vCPU and {asked.memory_gib} GiB: {chosen.name} has "
        f"{chosen.vcpu} and {chosen.memory_gib:g} GiB for data."
    )
    yield Finding("cache-node-overshoot", "info", message, situation.source("cache.node_type"))


def single_cache_node(situation: Situation) -> Iterator[Finding]:
    """A shard without a replica loses what it holds."""
    cache = situation.config.cache
    if cache is not None and cache.nodes_per_shard == 1:
        message = (
            f"{cache.shards} cache shard{'s' if cache.shards > 1 else ''} of one node each, as the document counts: a "
            "node that fails takes its part of the cache with it until AWS has replaced it."
        )
        yield Finding("cache-no-replica", "info", message, situation.source("cache.nodes_per_shard"))


def replica_lags(situation: Situation) -> Iterator[Finding]:
    """The document gives its replicas different lags, and readers don't choose among them."""
    source = situation.selected.provenance.get("database.replica_lag_ms")
    blocks = (phase.replication for phase in reversed(situation.selected.document.roadmap.phases))
    stated = [lag for host in next(filter(None, blocks), ()) if (lag := host.lag_ms)]
    values = sorted({lag.value for lag in stated})
    if source and len(values) > 1:
        told = " and ".join(str(value) for value in values)
        message = (
            f"The document gives replicas lags of {told} ms: readers are spread over all, and {values[0]} ms holds."
        )
        yield Finding("replica-lags-differ", "info", message, lines(*(lag.line for lag in stated)))


def _asked(situation: Situation, role: Role) -> Size | None:
    """The size that the document gives a role, this phase's or carried on."""
    document = situation.selected.document
    step = Step(document.roadmap, situation.selected.phase, document.settings)
    size = step.stated(role, lambda cell: cell.size)
    return size.value if size else None
