"""The filled document: every cost blank that can be known, nothing else changed, the rest listed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.cost.estimate import Estimate
from infra.cost.figures import above, money, percentage, quantity, signed
from infra.cost.fill import Filled, fill
from infra.cost.items import Group
from infra.project import own_roadmap
from infra.roadmap.read import read_text
from infra.roadmap.source import read_file

TODAY = date(2026, 11, 24)
MARK = re.compile(r"\[\^cost-\d+\]")


@pytest.fixture(scope="module")
def text() -> str:
    return read_file(own_roadmap())


@pytest.fixture
def filled(text: str, bills: tuple[Estimate, ...]) -> Filled:
    return fill(text, read_text(text, "roadmap.md"), bills, TODAY)


def rows(filled: Filled, label: str) -> list[str]:
    """The table rows that begin with a label, without footnote marks."""
    plain = MARK.sub("", filled.text)
    return [line for line in plain.splitlines() if line.startswith((f"| {label} ", f"| **{label}**"))]


def test_outside_the_blanks_no_character_changes(text: str, filled: Filled) -> None:
    """Guards byte for byte: putting the blanks back and taking the footnotes off gives the document again."""
    roadmap = read_text(text, "roadmap.md")
    kept = {(one.placeholder.line, one.placeholder.start) for one in filled.unknown}
    figure = r"[+-]?(?:\$[\d,]+(?:\.\d+)?|[\d,.]+%|new)\[\^cost-\d+\]"
    pattern = ""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        at = 0
        for blank in (p for p in roadmap.placeholders if p.line == number and (p.line, p.start) not in kept):
            pattern += re.escape(line[at : blank.start]) + figure
            at = blank.end
        pattern += re.escape(line[at:]) + ("\n" if number < len(lines) else "")
    assert re.fullmatch(pattern + r"\n(?:\[\^cost-\d+\]: [^\n]+ Computed by ramp on 2026-11-24\.\n)+", filled.text)


def test_a_bill_under_a_number_of_users_is_that_phase_s(text: str, filled: Filled, bills: tuple[Estimate, ...]) -> None:
    """Guards `At 5,000 Users` above a cost breakdown, which the last phase's figures would fill."""
    other = text.replace("**At 10,000 Users**:", "**At 5,000 Users**:")
    second = fill(other, read_text(other, "roadmap.md"), bills, TODAY)
    assert rows(filled, "Total")[-1].startswith(f"| **Total** | **{money(bills[3].total.expected, 0)}**")
    assert rows(second, "Total")[-1].startswith(f"| **Total** | **{money(bills[2].total.expected, 0)}**")


def test_the_figures_are_the_bills(filled: Filled, bills: tuple[Estimate, ...]) -> None:
    """Guards the place of each figure: totals, steps, shares and the cost of a user stand in the right rows."""
    baseline, first, _, third = bills
    totals = rows(filled, "Total")
    assert totals[0].endswith(f"**{money(baseline.total.expected, 0)}/month** |")
    step = first.total.expected - baseline.total.expected
    percent = percentage(100 * step / baseline.total.expected, 0, sign=True)
    assert totals[1].endswith(f"**{money(first.total.expected, 0)}/mo** | **{signed(step, 0)}/mo ({percent})** |")
    whole = third.total.expected
    assert f"| 10,000 | {money(whole, 0)} | {money(whole / 10_000)} | {money(whole / 10, 0)} |" in rows(
        filled, "10,000"
    )
    application = third.group(Group.APPLICATION).expected
    share = percentage(100 * application / whole, 0)
    assert rows(filled, "Application Servers") == [f"| Application Servers | {money(application, 0)} | {share} |"]


def test_a_phase_with_a_row_for_regions_counts_them_there_and_nowhere_else(
    filled: Filled, bills: tuple[Estimate, ...]
) -> None:
    """Guards against the standby's 10 servers in both rows: phase 3's application row is the active region's 50."""
    before, after = (bill.group(Group.APPLICATION).expected for bill in bills[2:])
    standby = sum(i.amount.expected for i in bills[3].of(Group.APPLICATION) if bills[3].is_standby(i))
    assert rows(filled, "Application Server")[-1].endswith(f"| {signed(after - standby - before, 0)}/mo |")
    assert rows(filled, "Multi-Region")[0].endswith(f"| {signed(bills[3].standby().expected, 0)}/mo |")


def test_what_only_a_load_test_knows_stays_open_and_is_listed(filled: Filled) -> None:
    """Guards against invented figures for throughput, latency, error rate and utilization."""
    measured = [one for one in filled.unknown if one.reason == "a measured figure; no plan knows it"]
    assert [one.placeholder.text for one in measured] == [
        "XXX", "X.XX", "X.XX%", "XX%", "XX%", "XX%", "XX%", "XXX", "XXX", "XXX",
    ]  # fmt: skip
    assert "| Peak Throughput | XXX req/s |" in filled.text


def test_the_target_for_a_users_cost_is_one_that_the_plan_meets(filled: Filled, bills: tuple[Estimate, ...]) -> None:
    """Guards "Cost per user < $X": the smallest whole dollar that the last phase's cost is below."""
    cost = bills[-1].total.expected / bills[-1].users
    assert f"Cost per user < {money(above(cost, 0), 0)}" in MARK.sub("", filled.text)
    assert cost < above(cost, 0) <= cost + 1


def test_every_mark_has_its_footnote_with_items_price_dates_and_the_day(filled: Filled) -> None:
    """Guards the trace: from a figure to line items, from them to a price and when it was read."""
    marks = set(re.findall(r"\[\^(cost-\d+)\](?!:)", filled.text))
    notes = dict(re.findall(r"^\[\^(cost-\d+)\]: (.+)$", filled.text, re.MULTILINE))
    assert marks == set(notes)
    first = notes["cost-1"]
    assert first.startswith(
        "$948.42 a month in baseline: ec2 c7g.2xlarge in us-east-1, 2,920 instance-hour at $0.29 = $846.80 (read 2026-07-20)"
    )
    assert first.endswith("Computed by ramp on 2026-11-24.")


def test_a_footnote_explains_a_total_by_component_and_a_users_cost_by_the_phase_before(
    filled: Filled, bills: tuple[Estimate, ...]
) -> None:
    """Guards the reader of the document: rows that its table lacks are in the total, and a user who gets dearer is told."""
    notes = re.findall(r"^\[\^cost-\d+\]: (.+)$", filled.text, re.MULTILINE)
    step = next(note for note in notes if note.startswith(f"From {money(bills[2].total.expected)} in phase2 to "))
    parts = [
        Decimal(part.replace(",", "")) for part in re.findall(r" [+-]\$([\d,.]+\d)(?=[,.])", step.split(": ", 1)[1])
    ]
    assert len(parts) == len(Group)
    assert abs(sum(parts) - (bills[3].total.expected - bills[2].total.expected)) < Decimal("0.05")
    dearer = bills[3].total.expected / 10_000 - bills[2].total.expected / 5_000
    assert any(f" for a user, {money(dearer, 4)} more than in phase2." in note for note in notes)


@pytest.mark.parametrize(("newline", "end"), [("\r\n", "\r\n"), ("\r", ""), ("\n", "")])
def test_the_documents_own_line_ends_are_kept(text: str, bills: tuple[Estimate, ...], newline: str, end: str) -> None:
    """Guards a document from another system: no line end changes, the footnotes use the same, on lines of their own."""
    other = text.rstrip("\n").replace("\n", newline) + end
    filled = fill(other, read_text(other, "roadmap.md"), bills, TODAY)
    assert set(re.findall(r"\r\n|\r|\n", filled.text)) == {newline}
    assert f"{newline}{newline}[^cost-1]: " in filled.text


def test_a_document_in_another_currency_stays_open(text: str, bills: tuple[Estimate, ...]) -> None:
    """Guards against dollars behind a euro sign."""
    other = text.replace("$", "€")
    filled = fill(other, read_text(other, "roadmap.md"), bills, TODAY)
    assert {one.reason for one in filled.unknown} >= {"the price book is in US dollars"}
    assert "| Application Server | 8 vCPU, 16GB RAM | 4 | €XXX |" in filled.text


def test_a_component_that_the_plan_has_nothing_of_stays_open(text: str, bills: tuple[Estimate, ...]) -> None:
    """Guards against "$0" for a system that the plan doesn't hold."""
    from dataclasses import replace

    without = tuple(replace(b, items=tuple(i for i in b.items if i.group is not Group.DATABASE)) for b in bills)
    filled = fill(text, read_text(text, "roadmap.md"), without, TODAY)
    assert "no resource of baseline's plan belongs to it" in {one.reason for one in filled.unknown}
    assert "| Database Server | 16 vCPU, 32GB RAM, 1TB SSD | 1 | $XXX |" in filled.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (money(Decimal("1234.565")), "$1,234.57"),
        (money(Decimal("-0.004")), "$0.00"),
        (signed(Decimal("0.004")), "$0.00"),
        (signed(Decimal("12.5"), 0), "+$13"),
        (signed(Decimal("-1234.5")), "-$1,234.50"),
        (percentage(Decimal("81.81"), 0, sign=True), "+82%"),
        (percentage(Decimal("-0.04")), "0.0%"),
        (percentage(None), "new"),
        (quantity(Decimal("5840.000")), "5,840"),
        (quantity(Decimal("0.0001")), "0.0001"),
    ],
)
def test_figures_are_written_as_people_read_them(text: str, expected: str) -> None:
    """Guards rounding half away from zero, and a minus or plus before nothing."""
    assert text == expected


@given(st.decimals(0, 10_000, places=6), st.integers(0, 2))
def test_a_target_is_always_above_the_cost_and_by_no_more_than_one_step(cost: Decimal, decimals: int) -> None:
    """Guards against a target that the plan just misses."""
    assert cost < above(cost, decimals) <= cost + Decimal(1).scaleb(-decimals)
