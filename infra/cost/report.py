"""The cost report: what the bills of a roadmap's phases say, in the figures that `ramp cost` shows. Nothing is rounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from infra.catalogue.prices import Price, stale
from infra.cost.change import CostChange, change, percent
from infra.cost.estimate import Estimate
from infra.cost.items import Group, LineItem, Unpriced
from infra.cost.span import Span


@dataclass(frozen=True)
class Row:
    """One component of a phase: its month in US dollars, its share of the phase's in percent, its change of the last one's."""

    group: Group
    amount: Span
    share: Decimal
    change: Decimal
    change_percent: Decimal | None


@dataclass(frozen=True)
class PhaseReport:
    """One phase: its rows, its total, and what that is for each user. `step` is the change from the phase before."""

    estimate: Estimate
    rows: tuple[Row, ...]
    step: CostChange | None

    @property
    def phase(self) -> str:
        """The phase's key."""
        return self.estimate.phase

    @property
    def total(self) -> Span:
        """US dollars a month."""
        return self.estimate.total

    @property
    def per_user(self) -> Decimal:
        """US dollars a month for one user, as expected."""
        return self.total.expected / self.estimate.users

    @property
    def per_thousand(self) -> Decimal:
        """US dollars a month for a thousand users, as expected."""
        return 1000 * self.per_user


@dataclass(frozen=True)
class StalePrices:
    """Prices of one service and date that are older than a year, or undated (`read_on` is None)."""

    service: str
    read_on: date | None
    count: int


@dataclass(frozen=True)
class CostReport:
    """The phases in order, what could not be priced, and the prices that are too old on the day of the report."""

    phases: tuple[PhaseReport, ...]
    unpriced: tuple[Unpriced, ...]
    stale: tuple[StalePrices, ...]

    def over(self, budget: Decimal) -> tuple[PhaseReport, ...]:
        """The phases whose expected month exceeds `budget` (US dollars)."""
        return tuple(phase for phase in self.phases if phase.total.expected > budget)

    def only(self, phases: Sequence[str]) -> CostReport:
        """The report on some of its phases, in the order asked for; each keeps its change from the phase before it."""
        by_key = {phase.phase: phase for phase in self.phases}
        return CostReport(tuple(by_key[key] for key in phases), self.unpriced, self.stale)

    def to_json(self) -> dict[str, Any]:
        """The report as plain data. Amounts are decimal strings, exact."""
        return {
            "currency": "USD",
            "phases": [_phase_json(phase) for phase in self.phases],
            "unpriced": [vars(one) for one in self.unpriced],
            "stale": [{**vars(one), "read_on": one.read_on and one.read_on.isoformat()} for one in self.stale],
        }


def report(estimates: Sequence[Estimate], today: date) -> CostReport:
    """The report on bills in the order of their phases."""
    steps = [None, *(change(a, b) for a, b in pairwise(estimates))]
    unpriced = tuple(dict.fromkeys(one for estimate in estimates for one in estimate.unpriced))
    prices = (price for estimate in estimates for price in estimate.prices)
    phases = tuple(_phase(estimate, step) for estimate, step in zip(estimates, steps, strict=True))
    return CostReport(phases, unpriced, _stale(prices, today))


def _phase(estimate: Estimate, step: CostChange | None) -> PhaseReport:
    whole = estimate.total.expected
    rows = tuple(
        Row(
            group=group,
            amount=(amount := estimate.group(group)),
            share=percent(amount.expected, whole) or Decimal(0),
            change=step.group(group).expected if step else Decimal(0),
            change_percent=percent(step.group(group).expected, step.before.group(group).expected) if step else None,
        )
        for group in Group
    )
    return PhaseReport(estimate, rows, step)


def _stale(prices: Iterable[Price], today: date) -> tuple[StalePrices, ...]:
    counts: dict[tuple[str, date | None], int] = {}
    for price in stale(prices, today):
        if price.usd:
            key = (price.service, price.source_date)
            counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda one: (one[0][0], one[0][1] or date.min))
    return tuple(StalePrices(service, read_on, count) for (service, read_on), count in ordered)


def _phase_json(phase: PhaseReport) -> dict[str, Any]:
    estimate = phase.estimate
    return {
        "phase": phase.phase,
        "users": estimate.users,
        "total": span_json(phase.total),
        "fixed": span_json(estimate.fixed),
        "by_use": span_json(estimate.by_use),
        "standby": span_json(estimate.standby()),
        "per_user": str(phase.per_user),
        "per_thousand_users": str(phase.per_thousand),
        "change": phase.step and {"usd": str(phase.step.difference.expected), "percent": _string(phase.step.percent)},
        "components": [
            {
                "component": row.group.value,
                **span_json(row.amount),
                "share_percent": str(row.share),
                "change": str(row.change),
                "change_percent": _string(row.change_percent),
            }
            for row in phase.rows
        ],
        "items": [item_json(item) for item in estimate.items],
    }


def item_json(item: LineItem) -> dict[str, Any]:
    """A line item as plain data: where it comes from, its quantity, its price with the source, its amount."""
    charge, price = item.charge, item.price
    return {
        "component": item.group.value,
        "resource": charge.resource,
        "region": charge.region,
        "item": f"{price.service}: {price.item}",
        "kind": price.kind,
        "quantity": span_json(item.quantity),
        "unit": price.unit,
        "basis": charge.basis,
        "fixed": charge.fixed,
        "price": str(price.usd),
        "source": price.source,
        "source_date": price.source_date and price.source_date.isoformat(),
        "confidence": price.confidence,
        "amount": span_json(item.amount),
    }


def span_json(span: Span) -> dict[str, str]:
    """The three figures of a span as decimal strings."""
    return {"low": f"{span.low:f}", "expected": f"{span.expected:f}", "high": f"{span.high:f}"}


def _string(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
