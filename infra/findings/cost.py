"""What the bill of a plan has to tell beside its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from infra.errors import InputError
from infra.findings.finding import Finding, Situation

if TYPE_CHECKING:
    from infra.cost.report import StalePrices

_SOURCE = "infra/catalogue/data/prices"


def prices_too_old(stale: Sequence[StalePrices]) -> Iterator[Finding]:
    """Prices that bills rest on and that were read more than a year ago, in one finding of the bills.

    It is none of a plan, which shows no price and is the same on every day.
    """
    if not stale:
        return
    oldest = min((one.read_on for one in stale if one.read_on), default=None)
    since = f", the oldest on {oldest}" if oldest else ""
    services = ", ".join(dict.fromkeys(one.service for one in stale))
    message = (
        f"{sum(one.count for one in stale)} prices were read more than a year ago{since}: {services}. "
        f"`ramp prices refresh` reads them anew."
    )
    yield Finding("prices-too-old", "info", message, _SOURCE)


def not_in_the_bill(situation: Situation) -> Iterator[Finding]:
    """Each resource that costs something and couldn't be priced, with the reason; or why there is no bill at all."""
    bill = situation.bill
    if isinstance(bill, InputError):
        yield Finding("no-bill", "warning", f"The phase can't be priced: {bill}", _SOURCE)
        return
    for one in bill.unpriced:
        yield Finding("not-in-the-bill", "warning", f"{one.type} {one.resource}: {one.reason}.", _SOURCE)
