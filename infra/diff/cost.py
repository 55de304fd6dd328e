"""What a step costs: the bills of the two plans that were compared, and the change from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.config import PhaseConfig
from infra.cost.change import CostChange, change, change_json
from infra.cost.estimate import Estimate
from infra.cost.phases import price_plan
from infra.cost.usage import UsageSettings
from infra.diff.subject import Subject
from infra.errors import InputError
from infra.graph import ResourceGraph

_STATE = "a deployed stack's state doesn't say how many users it serves, and so not what it costs"


@dataclass(frozen=True)
class StepCost:
    """The change of the bill; or, where a side has none, why not, and the bill of what comes after if there is one."""

    change: CostChange | None = None
    unpriced: str = ""
    after: Estimate | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data; amounts are decimal strings, exact. Without a change, `unpriced` is the reason."""
        if self.change:
            return change_json(self.change)
        after = str(self.after.total.expected) if self.after else None
        return {"currency": "USD", "after": after, "change": None, "unpriced": self.unpriced}


def step_cost(old: tuple[Subject, ResourceGraph], new: tuple[Subject, ResourceGraph], usage: UsageSettings) -> StepCost:
    """What the step from one planned side to the other costs, at the use that `usage` assumes."""
    try:
        before, after = _bill(*old, usage), _bill(*new, usage)
    except InputError as error:
        return StepCost(unpriced=str(error))
    if before and after:
        return StepCost(change(before, after))
    return StepCost(unpriced=_STATE, after=after)


def _bill(side: Subject, graph: ResourceGraph, usage: UsageSettings) -> Estimate | None:
    """A side's bill; None of a state."""
    return price_plan(side.side, graph, usage)[1] if isinstance(side.side, PhaseConfig) else None
