"""Whether each phase starts from where the phase before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Capacity, Fact, Phase, Role, Row


def check_continuity(phases: Sequence[Phase], reading: Reading) -> None:
    """Reports every "current" cell that states another value than the phase before it, naming both lines.

    A cell may say less than the one that it repeats (`3-node cluster` for `Redis Cluster (3 nodes)`): only what both
    state is compared. What a phase doesn't restate is carried on.
    """
    known: dict[Role, Fact[Capacity]] = {}
    for phase in phases:
        for row in phase.rows:
            if phase.number > 0 and row.role in known:
                _check(phase, row, known[row.role], reading)
            known[row.role] = _carried(known.get(row.role), row.after)
        _forget(known, phase.number, reading)


def _forget(known: dict[Role, Fact[Capacity]], phase: int, reading: Reading) -> None:
    """Drops what a phase left unreadable: its mistake is told already, and need not be told again as a contradiction."""
    for number, role in reading.gaps:
        if number == phase and role:
            known.pop(role, None)
        elif number in (phase, phase + 1) and role is None:
            known.clear()


def _check(phase: Phase, row: Row, known: Fact[Capacity], reading: Reading) -> None:
    what = _contradiction(row.before.value, known.value)
    if what:
        reading.mistake(
            row.line,
            f"{phase.key}: {row.label}: what there is before the phase",
            row.before.value.text,
            f"what line {known.line} leaves, '{known.value.text}'",
            f"They differ in {what}.",
        )


def _contradiction(before: Capacity, known: Capacity) -> str:
    if before.absent or known.absent:
        return "" if before.absent == known.absent else "whether there is one at all"
    size, other = before.size, known.size
    # A database of which no replica was ever spoken has none; a table that then counts some contradicts that.
    replicas = known.read_replicas or 0
    pairs = {
        "the count": (before.count, known.count),
        "vCPU": (size and size.vcpu, other and other.vcpu),
        "memory": (size and size.memory_gib, other and other.memory_gib),
        "storage": (size and size.storage_gib, other and other.storage_gib),
        "read replicas": (before.read_replicas, replicas),
        "the regions' mode": (before.region_mode, known.region_mode),
    }
    return " and ".join(name for name, (a, b) in pairs.items() if a is not None and b is not None and a != b)


def _carried(known: Fact[Capacity] | None, after: Fact[Capacity]) -> Fact[Capacity]:
    """A row's result, filled up with what it leaves unsaid; its line and text stay its own."""
    new = after.value
    if known is None or known.value.absent or new.absent:
        return after
    old = known.value
    size = new.size or old.size
    if new.size and old.size and new.size.storage_gib is None:
        size = replace(new.size, storage_gib=old.size.storage_gib)
    return Fact(
        replace(
            new,
            count=new.count or old.count,
            size=size,
            read_replicas=new.read_replicas if new.read_replicas is not None else old.read_replicas,
            region_mode=new.region_mode or old.region_mode,
        ),
        after.line,
    )
