"""Line items added up for the eye, and what becomes of the document's claims: the sums stay those of the bills."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from infra.cost.change import change
from infra.cost.claims import claims
from infra.cost.estimate import Estimate
from infra.cost.figures import money
from infra.cost.items import Group
from infra.cost.lines import changed_lines, lines
from infra.cost.report import report
from infra.cost.savings import Saving, SavingsReport
from infra.cost.span import total
from infra.roadmap.model import SavingsClaim

TODAY = date(2026, 11, 24)


def test_lines_added_up_are_the_components_and_few_enough_to_read(bills: tuple[Estimate, ...]) -> None:
    """Guards against an item that is lost or counted twice, and against a page of alarms at ten cents each."""
    for bill in bills:
        for group in Group:
            found = lines(bill.items, group)
            assert total(line.amount for line in found) == bill.group(group)
            assert all(line.quantity * line.first.price.usd == line.amount for line in found)
    assert len([line for group in Group for line in lines(bills[-1].items, group)]) < len(bills[-1].items) / 2


def test_changed_lines_added_up_are_the_step(bills: tuple[Estimate, ...]) -> None:
    """Guards the explanation of a step: before, after and difference of each line, and of all of them."""
    for before, after in pairwise(bills):
        found = changed_lines(change(before, after).lines)
        assert total(line.difference for line in found) == after.total - before.total
        for line in found:
            sides = [side.amount.expected if side else Decimal(0) for side in (line.before, line.after)]
            assert sides[1] - sides[0] == line.difference.expected
        differences = [abs(line.difference.expected) for line in found]
        assert differences == sorted(differences, reverse=True)


def saved(phase: str, percent: int) -> SavingsReport:
    claim = SavingsClaim("Potential Savings", 30, 40, 1)
    saving = Saving(name="total", amount=Decimal(percent), base=Decimal(100), how="", claim=claim)
    return SavingsReport(phase, (), saving)


def test_a_claim_names_the_phases_that_contradict_it(bills: tuple[Estimate, ...]) -> None:
    """Guards the verdict: a user gets dearer in phase 3, for the second region among others; savings by each phase's range."""
    falls, saves = claims(report(bills, TODAY), [saved("baseline", 29), saved("phase1", 30)])
    assert (falls.holds, falls.contradicted_in) == (False, ("phase3",))
    standby = money(bills[-1].standby().expected / bills[-1].users)
    assert falls.figures.endswith(f"(of which {standby} for standby regions)")
    assert (saves.text, saves.contradicted_in) == ("30-40% can be saved", ("baseline",))
    first, *_ = claims(report(bills[:3], TODAY), [])
    assert first.holds and first.to_json()["contradicted_in"] == ()


def test_a_user_that_costs_the_same_does_not_get_cheaper(bills: tuple[Estimate, ...]) -> None:
    """Guards the edge: equal is not falling."""
    same = replace(bills[0], phase="again")
    (falls,) = claims(report((bills[0], same), TODAY), [])
    assert falls.contradicted_in == ("again",)
