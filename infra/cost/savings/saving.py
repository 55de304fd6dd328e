"""One kind of saving, and how it compares with what the document claims for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from infra.cost.change import percent
from infra.roadmap.model import SavingsClaim


@dataclass(frozen=True, kw_only=True)
class Saving:
    """US dollars a month, exact, that one kind of measure saves on `base`, the cost that it applies to.

    `in_plan` is what the plan saves in this way already: its bill is lower by that, and `amount` doesn't hold it.
    `how` says what was computed, `why` what moves it out of the document's range; `claim` is that range.
    """

    name: str
    amount: Decimal
    base: Decimal
    how: str
    why: str = ""
    in_plan: Decimal = Decimal(0)
    claim: SavingsClaim | None = None

    @property
    def percent(self) -> Decimal | None:
        """The whole effect, that in the plan already included, in percent of what it applies to; None of nothing."""
        return percent(self.amount + self.in_plan, self.base + self.in_plan)

    @property
    def verdict(self) -> str:
        """Where the percentage lies: "below", "within" or "above" the document's range; "no claim"."""
        if self.claim is None:
            return "no claim"
        found = self.percent
        if found is None or found < self.claim.low_percent:
            return "below"
        return "above" if found > self.claim.high_percent else "within"
