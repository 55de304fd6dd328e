"""One step of a roadmap: a phase, the phases before it, and the settings, with the look-ups that derivations share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from infra.derive.rules import steps
from infra.derive.sources import Source, Sourced, fact, setting
from infra.roadmap.model import Capacity, Fact, Phase, Roadmap, Role, Trigger
from infra.settings import SettingsFile

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """A phase in its roadmap. `history` is the phases from the baseline to this one, in order."""

    roadmap: Roadmap
    phase: Phase
    settings: SettingsFile

    @property
    def history(self) -> tuple[Phase, ...]:
        return tuple(phase for phase in self.roadmap.phases if phase.number <= self.phase.number)

    def setting(self, key: str) -> Sourced[Any]:
        """A settings value by dotted key."""
        return setting(self.settings, key)

    def stated(self, role: Role, select: Callable[[Capacity], T | None]) -> Sourced[T] | None:
        """What the tables say of a role up to this phase, the latest first; carried on where this phase is silent."""
        for phase in reversed(self.history):
            row = phase.row(role)
            found = select(row.after.value) if row else None
            if row and found is not None:
                value = fact(Fact(found, row.after.line))
                return value if phase is self.phase else steps.carried_on(value)
        return None

    def count(self, role: Role) -> Sourced[int] | None:
        """The role's count, carried on where this phase doesn't restate it; None where no phase has one."""
        return self.stated(role, lambda capacity: capacity.count)

    def has(self, role: Role) -> bool:
        """Whether the role is there in this phase: the latest row about it isn't `-`."""
        rows = [phase.row(role) for phase in self.history]
        latest = next((row for row in reversed(rows) if row), None)
        return latest is not None and not latest.after.value.absent

    def latest(self, select: Callable[[Phase], T | None]) -> T | None:
        """What the latest phase up to this one has of something, or None."""
        return next((found for phase in reversed(self.history) if (found := select(phase))), None)

    def anywhere(self, select: Callable[[Phase], T | None]) -> T | None:
        """The first phase's of the whole roadmap, for what is right from the baseline on, such as a name."""
        return next((found for phase in self.roadmap.phases if (found := select(phase))), None)

    def ever(self, select: Callable[[Phase], T | None]) -> T | None:
        """The last phase's of the whole roadmap, for what grows by addition and is named from the baseline on."""
        return next((found for phase in reversed(self.roadmap.phases) if (found := select(phase))), None)

    def current(self, select: Callable[[Phase], T | None]) -> T | None:
        """The latest phase's up to this one, or before there is any, the first of the whole roadmap."""
        return self.latest(select) or self.anywhere(select)

    def named(self, pattern: str) -> Sourced[str] | None:
        """The first entry of the phases' lists up to this one, of architecture or optimizations, that `pattern` finds."""
        for phase in self.history:
            for item in (*phase.architecture, *phase.optimizations):
                if re.search(pattern, item.text, re.IGNORECASE):
                    return fact(Fact(item.text, item.line))
        return None

    def trigger(self, direction: str, metric: str) -> Trigger | None:
        """The document's auto-scaling trigger of a direction ("up", "down") and metric ("cpu", …)."""
        triggers = self.roadmap.triggers
        return next((t for t in triggers if t.direction == direction and t.metric == metric), None)

    def absent_list(self) -> Sourced[list[object]]:
        """The value of a list whose entries this phase doesn't have yet."""
        return steps.none_until_named(fact(Fact(self.phase.key, self.phase.line)))

    def unstated_list(self) -> Sourced[list[object]]:
        """The value of a list of which the document has no entry."""
        return steps.none_stated(fact(Fact(self.phase.key, self.phase.line)))

    def absent(self) -> Sourced[None]:
        """The value of a section whose system this phase doesn't have."""
        return steps.absent_until_named(
            Sourced(self.phase.key, Source("line", f"line {self.phase.line}", line=self.phase.line))
        )
