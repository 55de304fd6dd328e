"""What holds data in a phase: the database."""

from __future__ import annotations

from typing import Any

from infra.derive.rules import names, sizes
from infra.derive.sources import Source, Sourced, fact
from infra.derive.step import Step
from infra.errors import InputError, Mistake
from infra.roadmap.model import DatabaseHost, Fact, Role

Tree = dict[str, Any]


def database(step: Step, application: Sourced[str]) -> Tree:
    """PostgreSQL: class, storage, replicas and their private names."""
    size = step.stated(Role.DATABASE, lambda cell: cell.size)
    if size is None:
        what = "a database row with a size, in this phase or an earlier one"
        raise InputError([Mistake(step.roadmap.path, step.phase.line, step.phase.title, "none", what)])
    storage = step.stated(Role.DATABASE, lambda cell: cell.size.storage_gib if cell.size else None)
    storage = storage or step.setting("database.storage_gib")
    replicas = step.stated(Role.DATABASE, lambda cell: cell.read_replicas) or sizes.no_replicas(size)
    said = step.stated(Role.DATABASE, lambda cell: cell.highly_available or None)
    instance_class = sizes.database_class(
        size.pick(lambda s: s.vcpu),
        size.pick(lambda s: s.memory_gib),
        step.setting("database.architecture"),
        step.setting("database.families"),
    )
    copied = (
        "engine_version", "administrator", "backup_retention_days",
        "backup_window", "maintenance_window", "log_retention_days", "password_epoch", "client_image",
    )  # fmt: skip
    return {
        **{key: step.setting(f"database.{key}") for key in copied},
        "multi_az": sizes.called_highly_available(said) if said else step.setting("database.multi_az"),
        "database_name": names.database_name(application),
        "instance_class": instance_class,
        "memory_gib": sizes.database_memory(instance_class),
        "storage_gib": storage,
        "max_storage_gib": sizes.largest_storage(storage, step.setting("database.max_storage_ratio")),
        "read_replicas": replicas,
        **_hosts(step, replicas),
        "region_lag_ms": (region_lag := _region_lag(step)),
        "region_lag_line": region_lag.pick(lambda ms: region_lag.source.line if ms is not None else None),
    }


def _region_lag(step: Step) -> Sourced[Any]:
    """How far a standby region may be behind, from the phase on that has one."""
    plan = step.latest(lambda phase: phase.multi_region)
    return fact(plan.replication_lag_ms) if plan and plan.replication_lag_ms else step.absent()


def _hosts(step: Step, replicas: Sourced[int]) -> Tree:
    """Private names and port of the last replication block, which names most; the lag of the phase's; or the settings'."""
    block = step.ever(lambda phase: phase.replication) or ()
    primary = next((host for host in block if host.role == "primary"), None)
    named = [host for host in block if host.role == "replica"]
    lags = [host.lag_ms for host in step.current(lambda phase: phase.replication) or () if host.lag_ms]
    pattern = step.setting("database.replica_host")
    most = sizes.strictest_lag(*map(fact, lags)) if lags else step.setting("database.replica_lag_ms")
    return {
        "port": fact(primary.port) if primary else step.setting("database.port"),
        "primary_host": fact(primary.host) if primary else step.setting("database.primary_host"),
        "replica_hosts": names.replica_hosts(_names(named, pattern), replicas, pattern),
        "replica_lag_ms": most,
        "replica_lag_line": Sourced(min(lags, key=lambda lag: lag.value).line if lags else None, most.source),
    }


def _names(named: list[DatabaseHost], pattern: Sourced[Any]) -> Sourced[list[str]]:
    if not named:
        return Sourced([], pattern.source)
    lines = [fact(host.host).source for host in named]
    first = fact(Fact([host.host.value for host in named], named[0].host.line))
    return Sourced(first.value, Source("line", f"lines {lines[0].line}–{lines[-1].line}", line=lines[0].line))
