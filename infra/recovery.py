"""How long a phase is away after a failure, and how much of its data is lost: what follows from the config.

A figure that nobody states, neither AWS nor the document, is unknown, and a sum with an unknown part is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.config import PhaseConfig

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Part:
    """One part of a recovery: what it is, its longest duration or loss in seconds (None: unknown), and why."""

    what: str
    seconds: float | None
    why: str


@dataclass(frozen=True)
class Recovery:
    """What a region's loss costs: `time` until users read, then write again; `point`, how far back each system falls."""

    reads: Part
    writes: tuple[Part, ...]
    point: tuple[Part, ...]

    @property
    def recovery_time_seconds(self) -> float | None:
        """RTO: until users write again. None: unknown."""
        return total((self.reads, *self.writes))

    @property
    def recovery_point_seconds(self) -> float | None:
        """RPO: of the system that loses most. None: unknown for one of them."""
        losses = [part.seconds for part in self.point]
        return None if None in losses else max(loss for loss in losses if loss is not None)


def total(parts: Sequence[Part]) -> float | None:
    """The sum of the parts' durations, one after the other; None if one is unknown."""
    known = [part.seconds for part in parts if part.seconds is not None]
    return sum(known) if len(known) == len(parts) else None


def recovery(config: PhaseConfig) -> Recovery:
    """After the loss of the active region: by the standby where there is one, by its backups where there is none."""
    return _by_standby(config) if config.standby_regions else _by_backup(config)


def _by_standby(config: PhaseConfig) -> Recovery:
    failover = config.failover
    detection = Part(
        "DNS moves",
        failover.worst_case_seconds,
        f"{failover.check_interval_seconds} s × {failover.failure_threshold} + 6 s + {failover.ttl_seconds} s of TTL",
    )
    writes = (
        Part("a person starts the runbook", None, "promotion is a person's decision"),
        Part("the databases are promoted", None, "AWS says several minutes or longer, and no more"),
    )
    lag = config.database.region_lag_ms
    seconds = None if lag is None else lag / 1000
    why = "asynchronous; the lag at which the alarm pages" if lag else "asynchronous; no limit stated"
    point = [Part(what, seconds, why) for what in ("database", *(["cache"] if config.cache else []))]
    if config.queue:
        point.append(Part("queue", None, "federation forwards asynchronously; what wasn't forwarded stands still"))
    return Recovery(detection, writes, tuple(point))


def _by_backup(config: PhaseConfig) -> Recovery:
    """Backups stand in the region that is lost."""
    lost = Part("database", None, "its backups stand in the same region")
    parts = [lost, *(Part(what, None, "it is in no other region") for what in _beside(config))]
    away = Part("the region returns", None, "nothing stands elsewhere")
    return Recovery(away, (), tuple(parts))


def _beside(config: PhaseConfig) -> list[str]:
    return [what for what, section in (("cache", config.cache), ("queue", config.queue)) if section]
