"""Savings on capacity: scaling with the day, reserving what never scales away, spot for what comes and goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from infra.catalogue.prices import MissingPrice, Price, PriceBook
from infra.catalogue.quantities import quantity
from infra.cost.estimate import Estimate
from infra.cost.items import LineItem
from infra.cost.savings.saving import Saving
from infra.cost.subject import Plan

_RESERVABLE = {("ec2", "instance-hour"), ("rds", "instance-hour"), ("elasticache", "node-hour")}
_SPOT_KINDS = ("spot", "spot-zone-mean")
_MILLIONTH = Decimal("0.000001")


@dataclass(frozen=True)
class Hours:
    """The hours of a month that one line of capacity runs: counted for the whole load, needed over the day, and always."""

    item: LineItem
    counted: Decimal
    needed: Decimal
    always: Decimal

    @property
    def burst(self) -> Decimal:
        """Hours needed beyond those that always run."""
        return self.needed - self.always


def hours(estimate: Estimate, plan: Plan) -> tuple[Hours, ...]:
    """Every line of capacity that is paid by the hour. What has no range is needed, and runs, all the time."""
    lines = (item for item in estimate.items if (item.price.service, item.price.unit) in _hourly())
    return tuple(_hours(item, estimate, plan) for item in lines)


def auto_scaling(lines: Iterable[Hours]) -> Saving:
    """Running what the load curve asks for at each hour instead of the document's count all day."""
    scaled = [line for line in lines if line.item.quantity.ranges]
    return Saving(
        name="Auto-Scaling",
        amount=_money(scaled, lambda line: line.counted - line.needed),
        base=_money(scaled, lambda line: line.counted),
        how="the HPA's range over the settings' load curve, against the document's count of servers all day",
        why="the curve's mean and the HPA's minimum set it; a standby region runs at its minimum already",
    )


def reserved(lines: Sequence[Hours], book: PriceBook) -> Saving:
    """Reserving for a year, with nothing upfront, what runs all the time; Auto Mode's fee has no discount."""
    kept = [line for line in lines if _is_reservable(line.item)]
    saved = [(line, price) for line in kept if (price := _alternative(line.item, book, ("reserved-1y",)))]
    return Saving(
        name="Reserved Instances",
        amount=sum((line.always * (line.item.price.usd - price.usd) for line, price in saved), Decimal(0)),
        base=_money([line for line, _ in saved], lambda line: line.always),
        how="one-year reservations without upfront payment for the HPA's minimum, databases, cache and queue nodes",
        why="current RDS classes are discounted less than EC2; three years or paying upfront save more",
    )


def spot(lines: Sequence[Hours], book: PriceBook) -> Saving:
    """Spot capacity for the hours between the HPA's minimum and what the load asks for."""
    bursting = [line for line in lines if line.item.price.service == "ec2" and line.burst > 0]
    saved = [(line, price) for line in bursting if (price := _alternative(line.item, book, _SPOT_KINDS))]
    return Saving(
        name="Spot Instances",
        amount=sum((line.burst * (line.item.price.usd - price.usd) for line, price in saved), Decimal(0)),
        base=_money([line for line, _ in saved], lambda line: line.burst),
        how="the latest average spot price for the hours between the HPA's minimum and the load",
        why="the book's latest spot price of the class is no further below on-demand than that; Auto Mode's fee stays whole",
    )


def _hours(item: LineItem, estimate: Estimate, plan: Plan) -> Hours:
    counted, always = item.quantity.expected, item.quantity.low
    if not item.quantity.ranges:
        return Hours(item, counted, counted, counted)
    idle = item.charge.region != estimate.active_region
    curve = [0] if idle else plan.usage.settings.load_curve
    month = quantity("month hours")
    servers, fewest, most = (bound / month for bound in (counted, always, item.quantity.high))
    each = [min(max(_up(servers * load / 100), fewest), most) for load in curve]
    needed = (month * sum(each, Decimal(0)) / len(each)).quantize(_MILLIONTH)
    return Hours(item, counted, needed, always)


def _hourly() -> set[tuple[str, str]]:
    return _RESERVABLE | {("eks-auto-mode", "instance-hour")}


def _is_reservable(item: LineItem) -> bool:
    return (item.price.service, item.price.unit) in _RESERVABLE


def _alternative(item: LineItem, book: PriceBook, kinds: Sequence[str]) -> Price | None:
    """The latest price of the same item by one of other kinds of contract, or None where the book has none."""
    found: list[Price] = []
    for kind in kinds:
        try:
            found.append(book.price(item.price.service, item.price.item, item.price.region, item.price.unit, kind))
        except MissingPrice:
            continue
    return max(found, key=lambda price: str(price.source_date)) if found else None


def _money(lines: Iterable[Hours], part: Callable[[Hours], Decimal]) -> Decimal:
    return sum((part(line) * line.item.price.usd for line in lines), Decimal(0))


def _up(value: Decimal) -> Decimal:
    return value.to_integral_value(ROUND_CEILING)
