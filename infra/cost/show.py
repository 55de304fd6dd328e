"""The cost report on a terminal: a table a phase, the difference of two, the savings. Figures are rounded here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.cost.change import CostChange
from infra.cost.claims import Claim
from infra.cost.figures import money, percentage, quantity, signed
from infra.cost.items import GLOBAL, Group, LineItem
from infra.cost.lines import ChangedLine, Line, changed_lines, lines
from infra.cost.report import CostReport, PhaseReport
from infra.cost.savings import Saving, SavingsReport
from infra.cost.span import Span, total
from infra.findings.cost import prices_too_old
from infra.show import console, show_finding

_WORDS = {"component", "of", "kind", "document"}
_TRAILING = re.compile(r" +(\x1b\[0m)?$")


def show_report(report: CostReport, claims: Sequence[Claim], *, with_lines: bool) -> None:
    """Every phase's table, what becomes of the document's claims, what is not in the bills and how old the prices are.

    `with_lines` adds every line item.
    """
    out = console()
    for phase in report.phases:
        _print(out, phase_table(phase))
        out.print(_summary(phase))
        if with_lines:
            _print(out, items_table(phase.estimate.items))
        out.print()
    _show_claims(out, claims)
    for one in report.unpriced:
        out.print(
            f"[yellow]![/yellow] not in the bill: {escape(one.type)} {escape(one.resource)}: {escape(one.reason)}"
        )
    for finding in prices_too_old(report.stale):
        show_finding(out, finding)


def phase_table(phase: PhaseReport) -> Table:
    """A phase by the roadmap's components, with the change from the phase before it where there is one."""
    before = (f"from {phase.step.before.phase}", "") if phase.step else ()
    table = _table(
        f"{phase.phase}: {phase.estimate.users:,} users", "component", "low", "expected", "high", "share", *before
    )
    for row in phase.rows:
        if row.amount or row.change:
            changed = _change(row.change, row.change_percent) if before else ()
            table.add_row(row.group.value, *_span(row.amount), percentage(row.share), *changed)
    table.add_section()
    changed = _change(phase.step.difference.expected, phase.step.percent) if phase.step else ()
    table.add_row("total a month", *_span(phase.total), "100.0%", *changed, style="bold")
    return table


def _span(span: Span) -> tuple[str, str, str]:
    return money(span.low), money(span.expected), money(span.high)


def _change(amount: Decimal, percent: Decimal | None) -> tuple[str, str]:
    return signed(amount), percentage(percent, sign=True)


def items_table(items: Sequence[LineItem]) -> Table:
    """Every line item with its price and where its quantity comes from; equal ones of several resources added up."""
    table = _table("", "a month", "quantity", "price", "of")
    for group in Group:
        found = lines(items, group)
        if found:
            amount = money(total(line.amount for line in found).expected)
            table.add_row(amount, "", "", group.value, style="bold")
        for line in found:
            price = line.first.price
            count = f"{quantity(line.quantity.expected)} {price.unit}"
            of = f"  {_item(line.first)}: {line.first.charge.basis} ({_whose(line)})"
            table.add_row(money(line.amount.expected), count, f"${price.usd.normalize():f}", of)
    return table


def show_change(change: CostChange) -> None:
    """The step from one phase to another, line by line, by component; equal lines of several resources added up."""
    table = _table(f"{change.before.phase} → {change.after.phase}", "a month", "before", "after", "of")
    for group in (group for group in Group if change.of(group)):
        before, after = (money(bill.group(group).expected) for bill in (change.before, change.after))
        table.add_row(signed(change.group(group).expected), before, after, group.value, style="bold")
        for line in changed_lines(change.of(group)):
            before, after = (money(side.amount.expected) if side else "-" for side in (line.before, line.after))
            table.add_row(signed(line.difference.expected), before, after, f"  {_changed(line)}")
    table.add_section()
    before, after = change.before.total.expected, change.after.total.expected
    share = percentage(change.percent, sign=True)
    of = f"total a month ({share})"
    table.add_row(signed(change.difference.expected), money(before), money(after), of, style="bold")
    _print(console(), table)


def _changed(line: ChangedLine) -> str:
    """What changes in words: how much of what, and whose it is."""
    unit = line.first.price.unit
    before, after = (quantity(side.quantity.expected) if side else "0" for side in (line.before, line.after))
    whose = {change.line.charge.resource for change in line.changes}
    counted = f"{before} {unit} at another price" if before == after else f"{before} → {after} {unit}"
    return f"{_item(line.first)}: {counted} ({_names(whose)})"


def show_savings(reports: Sequence[SavingsReport], claims: Sequence[Claim]) -> None:
    """Each phase's savings beside the document's ranges with why, and what becomes of the document's claims."""
    out = console()
    for report in reports:
        table = _table(
            f"{report.phase}: savings", "a month", "out of", "in the plan", "percent", "document", "", "kind"
        )
        for saving in (*report.savings, report.total):
            table.add_row(*_saving(saving))
        _print(out, table)
    for saving in reports[-1].savings if reports else ():
        out.print(f"  {saving.name}: {escape(saving.how)}.")
        for why, phases in _whys(saving.name, reports).items():
            out.print(f"    {', '.join(phases)}: {escape(why)}.")
    out.print()
    _show_claims(out, claims)


def _whys(name: str, reports: Sequence[SavingsReport]) -> dict[str, list[str]]:
    """Why a kind of saving lies outside of the document's range, with the phases where it does for that reason."""
    found: dict[str, list[str]] = {}
    for report in reports:
        for saving in report.savings:
            if saving.name == name and saving.verdict != "within" and saving.why:
                found.setdefault(saving.why, []).append(report.phase)
    return found


def _show_claims(out: Console, claims: Sequence[Claim]) -> None:
    for claim in claims:
        contradicted = f"[yellow]contradicted[/yellow] in {', '.join(claim.contradicted_in)}"
        verdict = "[green]confirmed[/green]" if claim.holds else contradicted
        out.print(f"“{escape(claim.text)}” is {verdict}: {escape(claim.figures)}")


def savings_json(reports: Sequence[SavingsReport], claims: Sequence[Claim]) -> dict[str, Any]:
    """Savings and claims as plain data; amounts are decimal strings, exact."""
    return {
        "currency": "USD",
        "phases": [
            {"phase": report.phase, "savings": [_saving_json(one) for one in (*report.savings, report.total)]}
            for report in reports
        ],
        "claims": [claim.to_json() for claim in claims],
    }


def _saving_json(saving: Saving) -> dict[str, Any]:
    claim = saving.claim
    return {
        "kind": saving.name,
        "amount": str(saving.amount),
        "base": str(saving.base),
        "in_plan": str(saving.in_plan),
        "percent": None if saving.percent is None else str(saving.percent),
        "claim": claim and {"low": claim.low_percent, "high": claim.high_percent, "line": claim.line},
        "verdict": saving.verdict,
        "how": saving.how,
        "why": saving.why,
    }


def _saving(saving: Saving) -> tuple[str, ...]:
    claim = f"{saving.claim.low_percent}-{saving.claim.high_percent}%" if saving.claim else "-"
    share = percentage(saving.percent) if saving.percent is not None else "-"
    amounts = (money(saving.amount), money(saving.base), money(saving.in_plan))
    return (*amounts, share, claim, saving.verdict, saving.name)


def _summary(phase: PhaseReport) -> str:
    estimate = phase.estimate
    each = f"{money(phase.per_user)} a user, {money(phase.per_thousand)} a thousand users"
    use = (
        f"{money(estimate.fixed.expected)} is fixed, {money(estimate.by_use.expected)} depends on use (settings: usage)"
    )
    return f"  {each}; {use}"


def _item(item: LineItem) -> str:
    where = "" if item.charge.region == GLOBAL else f", {item.charge.region}"
    return f"{item.price.service}: {item.price.item}{where}"


def _whose(line: Line) -> str:
    return _names({item.charge.resource for item in line.items})


def _names(resources: set[str]) -> str:
    """A resource's name, or how many there are."""
    return f"{len(resources)} resources" if len(resources) > 1 else next(iter(resources)).rpartition("::")[2]


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for column in columns:
        table.add_column(column, justify="left" if column in _WORDS else "right", no_wrap=True)
    return table


def _print(out: Console, table: Table) -> None:
    """A table without the blanks that would fill its last column, so that a narrow terminal wraps no empty lines."""
    with out.capture() as drawn:
        out.print(table)
    for line in drawn.get().splitlines():
        out.file.write(_TRAILING.sub(r"\1", line) + "\n")
