"""All savings of a plan together: one after the other, each on what the ones before leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from infra.cost.estimate import Estimate
from infra.cost.items import Group
from infra.cost.savings.capacity import auto_scaling, hours, reserved, spot
from infra.cost.savings.saving import Saving
from infra.cost.savings.sizing import on_the_cheaper, right_sizing
from infra.cost.savings.transfer import data_transfer
from infra.cost.subject import Plan
from infra.roadmap.model import SavingsClaim, Size


@dataclass(frozen=True)
class SavingsReport:
    """The savings of one phase in the order in which they are taken, and all of them together as `total`."""

    phase: str
    savings: tuple[Saving, ...]
    total: Saving


def savings(
    estimate: Estimate, plan: Plan, sizes: Mapping[Group, Size], claims: Sequence[SavingsClaim]
) -> SavingsReport:
    """What could be saved on a plan with this bill; `sizes` are the document's, `claims` its ranges.

    Right-sizing sets the prices that the rest is reckoned with; auto scaling takes the hours that nobody needs;
    reservations then cover only what always runs, and spot only what runs beyond that: no hour is discounted twice.
    """
    lines = hours(on_the_cheaper(estimate, plan.book), plan)
    found = (
        right_sizing(estimate, sizes, plan.book),
        auto_scaling(lines),
        reserved(lines, plan.book),
        spot(lines, plan.book),
        data_transfer(estimate, plan),
    )
    together = Saving(
        name="total",
        amount=sum((saving.amount for saving in found), Decimal(0)),
        base=estimate.total.expected,
        in_plan=sum((saving.in_plan for saving in found), Decimal(0)),
        how="the savings above, one after the other, of the whole bill",
    )
    claimed = [replace(saving, claim=_claim(saving.name, claims)) for saving in (*found, together)]
    return SavingsReport(estimate.phase, tuple(claimed[:-1]), claimed[-1])


def _claim(name: str, claims: Sequence[SavingsClaim]) -> SavingsClaim | None:
    """The document's range for a kind of saving, whose name may be worded a little differently ("Reserved capacity")."""
    first = re.split(r"[\s-]", name)[0].lower()
    return next((claim for claim in claims if claim.name.lower().startswith(first)), None)
