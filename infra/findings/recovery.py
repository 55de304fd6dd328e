"""Findings about what a region's loss costs, compared with what the document allows."""

from __future__ import annotations

from collections.abc import Iterator

from infra.findings.finding import Finding, Situation
from infra.recovery import Part, recovery


def recovery_time(situation: Situation) -> Iterator[Finding]:
    """The document's seconds hold for DNS; writing comes back later."""
    config = situation.config
    if not config.standby_regions:
        return
    found = recovery(config)
    message = (
        f"RTO: users read again within {found.reads.seconds:g} s ({found.reads.why}; the document allows less than "
        f"{config.failover.limit_seconds} s). Until they write again: unknown, {_told(*found.writes)}."
    )
    keys = ("failover.check_interval_seconds", "failover.ttl_seconds", "failover.limit_seconds")
    yield Finding("recovery-time", "info", message, situation.source(*keys))


def recovery_point(situation: Situation) -> Iterator[Finding]:
    """How much is lost with a region, system by system."""
    config, found = situation.config, recovery(situation.config)
    if config.standby_regions:
        message, keys = f"RPO of a lost region: {_told(*found.point)}.", ["database.region_lag_ms"]
    else:
        message = (
            "RPO of a lost region: everything, since nothing stands in another one. Within the region: five minutes"
        )
        message += f" back at most, for {config.database.backup_retention_days} days (point-in-time recovery)."
        keys = ["database.backup_retention_days"]
    yield Finding("recovery-point", "info", message, situation.source(*keys))


def _told(*parts: Part) -> str:
    return "; ".join(f"{part.what} {_seconds(part)}({part.why})" for part in parts)


def _seconds(part: Part) -> str:
    return "" if part.seconds is None else f"{part.seconds:g} s "
