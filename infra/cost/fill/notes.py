"""What a footnote says: the line items behind a figure, with the price, its date, and the day of the computation."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from infra.catalogue.prices import GLOBAL, Price
from infra.cost.change import change
from infra.cost.estimate import Estimate
from infra.cost.figures import money, percentage, quantity, signed
from infra.cost.items import Group, LineItem


def lines(estimate: Estimate, items: Iterable[LineItem]) -> str:
    """The line items of a figure, equal ones added up, the largest first."""
    found = tuple(items)
    amount = sum((item.amount.expected for item in found), Decimal(0))
    sums: dict[Price, Decimal] = {}
    for item in found:
        sums[item.price] = sums.get(item.price, Decimal(0)) + item.quantity.expected
    ordered = sorted(sums.items(), key=lambda one: -one[0].usd * one[1])
    text = "; ".join(_line(price, count) for price, count in ordered if count and price.usd)
    return f"{money(amount)} a month in {estimate.phase}: {text or 'nothing is charged for it'}."


def total(estimate: Estimate) -> str:
    """A phase's total by component, and what in it depends on use."""
    parts = ", ".join(f"{group.value} {money(estimate.group(group).expected)}" for group in Group if estimate.of(group))
    span = estimate.total
    extent = f" (from {money(span.low)} at the fewest pods to {money(span.high)} at the most)" if span.ranges else ""
    use = f"{money(estimate.by_use.expected)} of it depends on use, as the settings assume it"
    return f"{money(span.expected)} a month in {estimate.phase}{extent}: {parts}; {use}."


def per_users(estimate: Estimate, value: Decimal, count: int, before: tuple[Estimate, Decimal] | None = None) -> str:
    """What users cost, and how that compares with the phase before, whose figure stands beside its bill."""
    whom = "a user" if count == 1 else f"{count:,} users"
    month = f"{money(estimate.total.expected)} a month in {estimate.phase}"
    compared = ""
    if before:
        change = "less" if value < before[1] else "more"
        compared = f", {money(abs(value - before[1]), 4)} {change} than in {before[0].phase}"
    return f"{month} for {estimate.users:,} users: {money(value, 4)} for {whom}{compared}."


def total_step(before: Estimate, after: Estimate) -> str:
    """A phase's change by component, also of those that its table has no row for."""
    step = change(before, after)
    share = percentage(step.percent, sign=True)
    changes = [(group, step.group(group).expected) for group in Group]
    parts = ", ".join(f"{group.value} {signed(amount)}" for group, amount in changes if amount)
    whole = f"From {money(before.total.expected)} in {before.phase} to {money(after.total.expected)} in {after.phase}"
    return f"{whole}, {signed(step.difference.expected)} ({share}): {parts}."


def step(before: Estimate, old: Decimal, new: Decimal, note: str) -> str:
    """A change, and what is behind it afterwards."""
    return f"From {money(old)} in {before.phase} to {money(new)}. {note}"


def _line(price: Price, count: Decimal) -> str:
    when = f"read {price.source_date}" if price.source_date else "undated"
    unit = f"{quantity(count)} {price.unit}"
    usd = f"${price.usd.normalize():f}"
    place = "" if price.region == GLOBAL else f" in {price.region}"
    return f"{price.service} {price.item}{place}, {unit} at {usd} = {money(price.usd * count)} ({when})"
