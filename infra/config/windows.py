"""When each member of what holds data is maintained: a rule that staggers them, and what may not coincide."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from components.maintenance import daily_overlap, hour_from, overlap, overlaps_daily, staggered

if TYPE_CHECKING:
    from infra.config.phase import PhaseConfig


def database_windows(config: PhaseConfig, region: str, number: int) -> tuple[str, ...]:
    """Of server `number` in a region: the primary's window, and that of each read replica.

    The first region's primary has the configured window, each replica a day later than the one before it, and each other
    region's server a day later again. A further server's members follow on the same days, one window later.
    """
    database, others = config.database, _place(config, region)
    replicas = database.read_replicas
    rows = -(-(replicas + len(config.regions)) // 7)
    members = (replicas + others if others else 0, *range(1, replicas + 1))
    return tuple(staggered(database.maintenance_window, member, (number - 1) * rows) for member in members)


def cache_window(config: PhaseConfig, region: str) -> str | None:
    """Of a region's cache: the first region's as configured, each other one's a day later. None without a cache."""
    return staggered(config.cache.maintenance_window, _place(config, region)) if config.cache else None


def _place(config: PhaseConfig, region: str) -> int:
    """0 for the region that led first, and on for the others by name: no failover moves a window."""
    home = config.home_region
    return [home, *sorted(name for name in config.regions if name != home)].index(region)


def coincidences(config: PhaseConfig) -> list[str]:
    """What is wrong with a phase's windows, a sentence each."""
    windows, database, cache = _all(config), config.database, config.cache
    found = [f"{_key(one)}: {one} and {other} are both maintained in {windows[one]}"
             for one, other in combinations(windows, 2) if overlap(windows[one], windows[other])]  # fmt: skip
    daily = {"database": database.backup_window, "cache": cache.snapshot_window if cache else None}
    for member, window in windows.items():
        backup = daily[member.split(" ")[0]]
        if backup and overlaps_daily(window, backup):
            found.append(
                f"{_key(member)}: {member} is maintained in {window}, which meets its backup window {backup}; AWS refuses that"
            )
    return found


def _key(member: str) -> str:
    """The key to change for a member's window."""
    return f"{member.split(' ')[0]}.maintenance_window"


def backup_start(config: PhaseConfig) -> str:
    """Why AWS Backup couldn't start when it is to; empty if it can.

    A database service starts no backup in its own backup or maintenance window, nor in the hour before it. [AWS Backup
    Developer Guide, troubleshooting: creating resources]
    """
    hour, window = hour_from(config.backup.start), config.database.backup_window
    busy = [] if not daily_overlap(hour, window) else [f"the database's backup window {window}"]
    maintained = [(member, window) for member, window in _all(config).items() if member.startswith("database")]
    busy += [f"{window}, when {member} is maintained" for member, window in maintained if overlaps_daily(window, hour)]
    return f"backup.start {config.backup.start} is in, or less than an hour before, {busy[0]}" if busy else ""


def _all(config: PhaseConfig) -> dict[str, str]:
    """Every window of a phase, by whose it is."""
    found: dict[str, str] = {}
    for region in config.regions:
        for number in range(1, config.database_servers + 1):
            primary, *replicas = database_windows(config, region, number)
            found[f"database {number} in {region}"] = primary
            for replica, window in enumerate(replicas if region == config.active_region else (), start=1):
                found[f"database {number} replica {replica} in {region}"] = window
        if window := cache_window(config, region):
            found[f"cache in {region}"] = window
    return found
