"""A step from one subject to another: what changes, what is dangerous about it, what was let through, what to do around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from infra.config import PhaseConfig
from infra.cost.usage import UsageSettings
from infra.diff.allow import Allowance
from infra.diff.change import Change, Danger, counts
from infra.diff.compare import compare
from infra.diff.cost import StepCost, step_cost
from infra.diff.danger import dangers
from infra.diff.order import Action, order
from infra.diff.quotas import Needed, needed, rising
from infra.diff.state import State
from infra.diff.subject import Subject
from infra.errors import InputError, Mistake
from infra.graph import ResourceGraph
from infra.plan import plan_config


@dataclass(frozen=True)
class Step:
    """What it takes to get from `old` to `new`. `dangers` are those that nobody has let through; `allowed` the others."""

    old: str
    new: str
    changes: tuple[Change, ...]
    dangers: tuple[Danger, ...]
    allowed: tuple[tuple[Danger, Allowance], ...]
    quotas: tuple[Needed, ...]
    order: tuple[Action, ...]
    cost: StepCost

    @property
    def name(self) -> str:
        """Both sides, as the record of what was let through names the step."""
        return f"{self.old} → {self.new}"

    @property
    def safe(self) -> bool:
        """True if nothing dangerous is left that nobody has let through."""
        return not self.dangers

    def letting(self, allowances: tuple[Allowance, ...]) -> Step:
        """The same step with what was let through taken out of its dangers."""
        found = {danger: next((a for a in allowances if a.lets(danger, self.name)), None) for danger in self.dangers}
        allowed = tuple((danger, allowance) for danger, allowance in found.items() if allowance)
        left = tuple(danger for danger, allowance in found.items() if not allowance)
        return replace(self, dangers=left, allowed=(*self.allowed, *allowed))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data. No secret is in it."""
        return {
            "from": self.old,
            "to": self.new,
            "safe": self.safe,
            "counts": dict(counts(self.changes)),
            "dangers": [danger.to_json() for danger in self.dangers],
            "allowed": [{**danger.to_json(), "allowedBecause": a.because} for danger, a in self.allowed],
            "changes": [change.to_json() for change in self.changes],
            "order": [action.to_json() for action in self.order],
            "quotas": [quota.to_json() for quota in self.quotas],
            "cost": self.cost.to_json(),
        }


def step(old: Subject, new: Subject, usage: UsageSettings) -> Step:
    """Plans both sides, compares them and prices the difference, at the use that `usage` assumes.

    A phase after a state is planned on that state, as `pulumi up` would do it.

    Raises InputError where a state is to come after a phase, which no `pulumi up` does.
    """
    if isinstance(new.side, State) and isinstance(old.side, PhaseConfig):
        hint = f"Did you mean `ramp diff {new.name} {old.name}`, what `pulumi up` would still change?"
        raise InputError([Mistake("command line", None, "B", new.name, "a phase, where A is one", hint)])
    before, after, deployed = _graphs(old, new)
    changes = compare(before, after, deployed=deployed)
    around = order(changes, rising(before, after))
    cost = step_cost((old, before), (new, after), usage)
    return Step(old.name, new.name, changes, dangers(before, after, changes), (), needed(after), around, cost)


def _graphs(old: Subject, new: Subject) -> tuple[ResourceGraph, ResourceGraph, bool]:
    if not isinstance(old.side, State):
        assert isinstance(new.side, PhaseConfig)
        return plan_config(old.side), plan_config(new.side), False
    if isinstance(new.side, State):
        return old.side.graph, new.side.graph, False
    return old.side.graph, plan_config(new.side, stack=old.side.stack, deployed=old.side.answers()), True
