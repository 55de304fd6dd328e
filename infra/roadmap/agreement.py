"""Whether a phase's blocks say the same as its table, and the same as the blocks of the phases before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from infra.roadmap.mistakes import Reading
from infra.roadmap.model import CostRow, DatabaseHost, Fact, Hpa, MultiRegion, Phase, Role, Row

T = TypeVar("T")


def check_agreement(phases: Sequence[Phase], reading: Reading) -> None:
    """Reports every figure that a block and a table, or the blocks of two phases, state differently.

    A plan follows one of them, so the other would be dropped without a word.
    """
    unread = reading.unread | {number for number, _ in reading.gaps}
    for number, phase in enumerate(phases):
        if phase.number in unread:
            continue
        history = phases[: number + 1]
        _check_pods(phase, reading)
        _check_regions(phase, history, reading)
        _check_replicas(phase, history, reading)
        _check_disk(phase, phases, reading)
    _check_hpas([phase.hpa for phase in phases if phase.hpa], reading)
    _check_hosts([phase.replication for phase in phases if phase.replication], reading)
    _check_plans([phase.multi_region for phase in phases if phase.multi_region], reading)


def check_costs(rows: Sequence[CostRow], phases: Sequence[Phase], reading: Reading) -> None:
    """Reports a heading above a bill whose users no phase has: nothing could be filled in under it."""
    known = [phase.users.value for phase in phases]
    for users in sorted({row.users for row in rows if row.users}, key=lambda fact: fact.line):
        if users.value not in known and not reading.gaps:
            allowed = f"the users of a phase: {', '.join(map(str, known))}"
            reading.mistake(users.line, "cost table", f"{users.value} users", allowed)


def _check_pods(phase: Phase, reading: Reading) -> None:
    """The table counts what serves: the active region's servers, or those of all regions together."""
    row, regions = phase.row(Role.APPLICATION), phase.multi_region.regions if phase.multi_region else ()
    pods = next((region.pods for region in regions if region.pods), None)
    if row is None or row.after.value.count is None or pods is None:
        return
    count, total = row.after.value.count, sum(region.pods.value for region in regions if region.pods)
    if count not in (pods.value, total):
        allowed = f"the {count} servers of line {row.line}, here or in all regions together"
        reading.mistake(pods.line, "pods of the active region", str(pods.value), allowed)


def _check_regions(phase: Phase, history: Sequence[Phase], reading: Reading) -> None:
    row, plan = _latest(history, lambda p: p.row(Role.REGIONS)), _latest(history, lambda p: p.multi_region)
    if row is None or not (phase.row(Role.REGIONS) or phase.multi_region):
        return
    count, mode, text = row.after.value.count, row.after.value.region_mode, row.after.value.text
    if plan is None:
        if (count or 1) > 1 or mode:
            allowed = "a block that names the regions: Primary Region (US-East): and those beside it"
            reading.mistake(row.line, row.label, text, allowed)
        return
    first, actives = plan.regions[0].name.line, sum(region.role == "active" for region in plan.regions)
    if count is not None and count != len(plan.regions):
        reading.mistake(row.line, row.label, text, f"the {len(plan.regions)} regions of the block on line {first}")
    elif mode and (mode == "active-active") != (actives == len(plan.regions)):
        reading.mistake(row.line, row.label, text, f"what the block on line {first} says: {actives} active")


def _check_replicas(phase: Phase, history: Sequence[Phase], reading: Reading) -> None:
    named = [host for host in phase.replication if host.role == "replica"]
    row = _latest(history, _counts_replicas) or _latest(history, lambda p: p.row(Role.DATABASE))
    count = (row.after.value.read_replicas or 0) if row else 0
    if phase.replication and row and len(named) != count:
        allowed = f"the {count} of line {row.line}, '{row.after.value.text}'"
        reading.report(phase.replication[0].host.line, "replication block", f"{len(named)} replicas", allowed)


def _check_disk(phase: Phase, phases: Sequence[Phase], reading: Reading) -> None:
    """The queue's volumes are made once: a StatefulSet can't change their size."""
    first, row = next((r for p in phases if (r := p.row(Role.QUEUE)) and _disk(r)), None), phase.row(Role.QUEUE)
    if first and row and _disk(row) and _disk(row) != _disk(first):
        allowed = f"the disk of line {first.line}, {_disk(first)} GB, in every phase"
        reading.mistake(row.line, row.label, row.after.value.text, allowed)


def _disk(row: Row) -> int | None:
    return row.after.value.size.storage_gib if row.after.value.size else None


def _counts_replicas(phase: Phase) -> Row | None:
    row = phase.row(Role.DATABASE)
    return row if row and row.after.value.read_replicas is not None else None


def _check_hpas(blocks: Sequence[Hpa], reading: Reading) -> None:
    for later in blocks[1:]:
        for key in ("name", "target", "namespace"):
            first, now = getattr(blocks[0], key), getattr(later, key)
            if now and (first is None or now.value != first.value):
                allowed = (
                    f"{first.value}, as on line {first.line}" if first else f"none, as on line {blocks[0].name.line}"
                )
                hint = "A phase grows in place: what is renamed is made anew."
                reading.mistake(now.line, f"HPA block: {key}", now.value, allowed, hint)


def _check_hosts(blocks: Sequence[tuple[DatabaseHost, ...]], reading: Reading) -> None:
    """A later block repeats what an earlier one names, and may name more."""
    for earlier, later in pairwise(blocks):
        for before, now in zip(earlier, later, strict=False):
            if (before.role, before.host.value, before.port.value) != (now.role, now.host.value, now.port.value):
                was = f"{before.role} {before.host.value}:{before.port.value}, as on line {before.host.line}"
                hint = "A phase grows in place: name further replicas after those before."
                told = f"{now.role} {now.host.value}:{now.port.value}"
                reading.mistake(now.host.line, "replication block", told, was, hint)


def _check_plans(blocks: Sequence[MultiRegion], reading: Reading) -> None:
    """The region that leads and the interval of its checks stay: neither can be changed in place."""
    for later in blocks[1:]:
        first = blocks[0]
        _check_same("the active region", first.regions[0].name, later.regions[0].name, reading)
        if first.check_interval_seconds and later.check_interval_seconds:
            _check_same("health checks", first.check_interval_seconds, later.check_interval_seconds, reading)


def _check_same(what: str, first: Fact[str] | Fact[int], now: Fact[str] | Fact[int], reading: Reading) -> None:
    if first.value != now.value:
        reading.mistake(now.line, what, str(now.value), f"{first.value}, as on line {first.line}")


def _latest(history: Sequence[Phase], select: Callable[[Phase], T | None]) -> T | None:
    return next((found for phase in reversed(history) if (found := select(phase)) is not None), None)
