"""Charges to line items: each quantity at the price of its tier, tiers shared by everything that uses them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from infra.catalogue.prices import Price, PriceBook
from infra.cost.items import Charge, LineItem
from infra.cost.span import ZERO, Span

_Pool = tuple[str, str, str, str, str]


def price(charges: Iterable[Charge], book: PriceBook) -> tuple[LineItem, ...]:
    """The line items of `charges`, in their order. A free allowance or a lower tier is used up once, by the first.

    Raises MissingPrice where the book lacks an item.
    """
    used: dict[_Pool, Span] = {}
    items: list[LineItem] = []
    for charge in charges:
        tiers = book.tiers(charge.service, charge.item, charge.priced_in, charge.unit, charge.kind)
        pool = (charge.service, charge.item, charge.priced_in, charge.unit, charge.kind)
        before = used.get(pool, ZERO)
        used[pool] = before + charge.quantity
        items += _split(charge, before, tiers)
    return tuple(items)


def _split(charge: Charge, before: Span, tiers: Sequence[Price]) -> Iterator[LineItem]:
    for tier, following in zip(tiers, [*tiers[1:], None], strict=True):
        quantity = _within(before + charge.quantity, tier, following) - _within(before, tier, following)
        if quantity or len(tiers) == 1:
            yield LineItem(charge=charge, quantity=quantity, price=tier)


def _within(quantity: Span, tier: Price, following: Price | None) -> Span:
    """The part of a quantity, counted from nothing, that lies in a tier."""

    def part(value: Decimal) -> Decimal:
        capped = value if following is None else min(value, following.above)
        return max(capped - tier.above, Decimal(0))

    return quantity.map(part)
