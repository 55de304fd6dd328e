"""What the bill tells as findings of a plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from infra.catalogue.prices import MAX_AGE
from infra.cost.phases import PricedPhase
from infra.findings import Situation
from infra.findings.cost import not_in_the_bill, prices_too_old
from infra.graph import ResourceGraph
from tests.unit.cost.handmade import resource
from tests.unit.documents import selected

Priced = Callable[[str], PricedPhase]


def test_old_prices_of_the_bill_are_one_finding_with_their_services(priced: Priced) -> None:
    """Guards the issue's promise: a price older than a year is a finding of the plan that rests on it."""
    (found,) = prices_too_old(Situation(selected("phase1"), priced("phase1").plan.graph))
    assert (found.id, found.severity) == ("prices-too-old", "info")
    assert "more than a year ago, the oldest on 2024-07-01" in found.message and "rds" in found.message


def test_fresh_prices_are_no_finding(priced: Priced, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a finding that stays after a refresh: with a longer patience nothing is too old."""
    monkeypatch.setattr("infra.catalogue.prices.MAX_AGE", MAX_AGE * 100)
    assert date.today() - date(2022, 1, 1) < MAX_AGE * 100
    graph = priced("phase1").plan.graph
    undated = [p for p in priced("phase1").estimate.prices if p.source_date is None and p.usd]
    assert not undated and not list(prices_too_old(Situation(selected("phase1"), graph)))


def test_a_resource_that_no_rule_prices_is_a_warning(priced: Priced) -> None:
    """Guards against a bill that looks whole and isn't."""
    graph = ResourceGraph([*priced("phase1").plan.graph, resource("aws:lambda/function:Function", "new", {})])
    (found,) = not_in_the_bill(Situation(selected("phase1"), graph))
    assert found.severity == "warning" and "no rule prices this type" in found.message
