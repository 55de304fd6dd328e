"""What the document claims of its costs, confirmed or contradicted by the computed figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from infra.cost.figures import money, percentage
from infra.cost.report import CostReport
from infra.cost.savings import SavingsReport
from infra.cost.savings.combine import share


@dataclass(frozen=True)
class Claim:
    """A claim in words, whether the figures bear it out, and the figures."""

    text: str
    holds: bool
    figures: str


def claims(report: CostReport, savings: Sequence[SavingsReport]) -> tuple[Claim, ...]:
    """The cost of a user falls with scale; the total saving lies in the document's range (each phase's, last first)."""
    users = [(phase.phase, phase.per_user) for phase in report.phases]
    falls = Claim(
        "the cost of a user falls from phase to phase",
        all(later < earlier for (_, earlier), (_, later) in pairwise(users)),
        ", ".join(f"{phase} {money(cost)}" for phase, cost in users),
    )
    totals = [one for one in savings if one.total.claim is not None]
    if not totals:
        return (falls,)
    claimed = totals[-1].total.claim
    saves = Claim(
        f"{claimed.low_percent}-{claimed.high_percent}% can be saved" if claimed else "",
        all(one.total.verdict == "within" for one in totals),
        ", ".join(f"{one.phase} {percentage(share(one))}" for one in totals),
    )
    return (falls, saves)
