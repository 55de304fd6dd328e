"""What the document claims of its costs, confirmed or contradicted by the computed figures, phase by phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from infra.cost.figures import money, percentage
from infra.cost.report import CostReport, PhaseReport
from infra.cost.savings import SavingsReport


@dataclass(frozen=True)
class Claim:
    """A claim in words, the phases whose figures contradict it, and the figures."""

    text: str
    contradicted_in: tuple[str, ...]
    figures: str

    @property
    def holds(self) -> bool:
        """Whether every phase bears it out."""
        return not self.contradicted_in

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "text": self.text,
            "holds": self.holds,
            "contradicted_in": self.contradicted_in,
            "figures": self.figures,
        }


def claims(report: CostReport, savings: Sequence[SavingsReport]) -> tuple[Claim, ...]:
    """The cost of a user falls with scale; what can be saved lies in the document's range, where it gives one."""
    return tuple(claim for claim in (_falls(report.phases), _saves(savings)) if claim)


def _falls(phases: Sequence[PhaseReport]) -> Claim:
    rises = {later.phase: earlier for earlier, later in pairwise(phases) if later.per_user >= earlier.per_user}

    def told(phase: PhaseReport) -> str:
        figure = f"{phase.phase} {money(phase.per_user)}"
        standby = phase.estimate.standby().expected / phase.estimate.users
        if phase.phase not in rises or not standby:
            return figure
        return f"{figure} (of which {money(standby)} for standby regions)"

    return Claim("the cost of a user falls from phase to phase", tuple(rises), ", ".join(map(told, phases)))


def _saves(savings: Sequence[SavingsReport]) -> Claim | None:
    """Each phase's whole effect, with what its plan saves already, as each kind of saving counts it."""
    totals = [(one.phase, one.total) for one in savings if one.total.claim]
    if not totals or not totals[0][1].claim:
        return None
    claimed = totals[0][1].claim
    figures = ", ".join(
        f"{phase} {percentage(one.percent)} ({money(one.in_plan)} a month in the plan already, {money(one.amount)} left)"
        for phase, one in totals
    )
    outside = tuple(phase for phase, one in totals if one.verdict != "within")
    return Claim(f"{claimed.low_percent}-{claimed.high_percent}% can be saved", outside, figures)
