"""What the bill tells as findings of a plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from infra.cost.phases import PricedPhase
from infra.cost.report import report
from infra.findings import Situation, findings
from infra.findings.cost import not_in_the_bill, prices_too_old
from infra.graph import ResourceGraph
from tests.unit.cost.handmade import resource
from tests.unit.documents import selected

Priced = Callable[[str], PricedPhase]


def test_old_prices_of_the_bill_are_one_finding_with_their_services(priced: Priced) -> None:
    """Guards whoever reads the figures: a price older than a year is a finding of the bill that rests on it."""
    (found,) = prices_too_old(report([priced("phase1").estimate], date(2026, 11, 24)).stale)
    assert (found.id, found.severity) == ("prices-too-old", "info")
    assert "more than a year ago, the oldest on 2024-07-01" in found.message and "rds" in found.message


def test_fresh_prices_are_no_finding(priced: Priced) -> None:
    """Guards against a finding that stays after a refresh: on the day of its oldest price no bill is too old."""
    assert not list(prices_too_old(report([priced("phase1").estimate], date(2024, 7, 1)).stale))


def test_a_plan_finds_the_same_whatever_the_day(priced: Priced) -> None:
    """Guards a plan's findings against the calendar: how old a price is changes no resource of it."""
    assert "prices-too-old" not in {one.id for one in findings(selected("phase1"), priced("phase1").plan.graph)}


def test_a_resource_that_no_rule_prices_is_a_warning(priced: Priced) -> None:
    """Guards against a bill that looks whole and isn't."""
    graph = ResourceGraph([*priced("phase1").plan.graph, resource("aws:lambda/function:Function", "new", {})])
    (found,) = not_in_the_bill(Situation(selected("phase1"), graph))
    assert found.severity == "warning" and "no rule prices this type" in found.message
