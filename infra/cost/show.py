"""The cost report on a terminal: a table a phase, the difference of two, the savings. Figures are rounded here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from infra.cost.change import CostChange
from infra.cost.claims import Claim
from infra.cost.figures import money, percentage, quantity, signed
from infra.cost.items import Group, LineItem
from infra.cost.report import CostReport, PhaseReport
from infra.cost.savings import Saving, SavingsReport
from infra.show import console


def show_report(report: CostReport, *, lines: bool) -> None:
    """Every phase's table, then what is not in it and how old the prices are. `lines` adds every line item."""
    out = console()
    for phase in report.phases:
        out.print(phase_table(phase))
        out.print(_summary(phase))
        if lines:
            out.print(items_table(phase.estimate.items))
        out.print()
    for one in report.unpriced:
        out.print(
            f"[yellow]![/yellow] not in the bill: {escape(one.type)} {escape(one.resource)}: {escape(one.reason)}"
        )
    if report.stale:
        oldest = [one.read_on for one in report.stale if one.read_on]
        count = sum(one.count for one in report.stale)
        services = ", ".join(dict.fromkeys(one.service for one in report.stale))
        since = f", the oldest of {min(oldest)}" if oldest else ""
        out.print(
            f"[yellow]![/yellow] {count} prices are older than a year{since}: {services}. `ramp prices refresh` reads them anew"
        )


def phase_table(phase: PhaseReport) -> Table:
    """A phase by the roadmap's components."""
    table = _table(
        f"{phase.phase}: {phase.estimate.users:,} users", "component", "low", "expected", "high", "share", "change", ""
    )
    for row in phase.rows:
        if not row.amount and not row.change:
            continue
        figures = (money(row.amount.low), money(row.amount.expected), money(row.amount.high), percentage(row.share))
        changed = (signed(row.change), percentage(row.change_percent, sign=True)) if phase.step else ("", "")
        table.add_row(row.group.value, *figures, *changed)
    span = phase.total
    step = (
        (signed(phase.step.difference.expected), percentage(phase.step.percent, sign=True)) if phase.step else ("", "")
    )
    table.add_section()
    table.add_row(
        "total a month", money(span.low), money(span.expected), money(span.high), "100.0%", *step, style="bold"
    )
    return table


def items_table(items: Sequence[LineItem]) -> Table:
    """Every line item with its price and where its quantity comes from."""
    table = _table("", "component", "item", "region", "quantity", "price", "a month", "of")
    for item in items:
        price = item.price
        table.add_row(
            item.group.value,
            f"{price.service}: {price.item}",
            price.region,
            f"{quantity(item.quantity.expected)} {price.unit}",
            f"${price.usd.normalize():f}",
            money(item.amount.expected),
            f"{_name(item)}; {item.charge.basis}",
        )
    return table


def show_change(change: CostChange) -> None:
    """The step from one phase to another, line by line, by component."""
    table = _table(f"{change.before.phase} → {change.after.phase}", "item", "before", "after", "a month", "of")
    for group in (group for group in Group if change.of(group)):
        table.add_row(group.value, "", "", signed(change.group(group).expected), "", style="bold")
        for line in change.of(group):
            before, after = (money(item.amount.expected) if item else "-" for item in (line.before, line.after))
            name = f"  {line.line.price.service}: {line.line.price.item}"
            table.add_row(name, before, after, signed(line.difference.expected), _name(line.line))
    table.add_section()
    before, after = change.before.total.expected, change.after.total.expected
    share = percentage(change.percent, sign=True)
    table.add_row("total a month", money(before), money(after), signed(change.difference.expected), share, style="bold")
    console().print(table)


def show_savings(reports: Sequence[SavingsReport], claims: Sequence[Claim]) -> None:
    """Each phase's savings beside the document's ranges, and what becomes of the document's claims."""
    out = console()
    for report in reports:
        table = _table(f"{report.phase}: savings", "kind", "a month", "of", "in the plan", "percent", "document", "")
        for saving in (*report.savings, report.total):
            table.add_row(*_saving(saving))
        out.print(table)
    for saving in reports[-1].savings if reports else ():
        out.print(
            f"  {saving.name}: {escape(saving.how)}."
            + (f" {escape(saving.why)}." if saving.verdict != "within" else "")
        )
    for claim in claims:
        verdict = "[green]confirmed[/green]" if claim.holds else "[yellow]contradicted[/yellow]"
        out.print(f"  {verdict}: {escape(claim.text)} ({escape(claim.figures)})")


def savings_json(reports: Sequence[SavingsReport], claims: Sequence[Claim]) -> dict[str, Any]:
    """Savings and claims as plain data; amounts are decimal strings, exact."""
    return {
        "currency": "USD",
        "phases": [
            {"phase": report.phase, "savings": [_saving_json(one) for one in (*report.savings, report.total)]}
            for report in reports
        ],
        "claims": [vars(claim) for claim in claims],
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
    return (saving.name, money(saving.amount), money(saving.base), money(saving.in_plan), share, claim, saving.verdict)


def _summary(phase: PhaseReport) -> str:
    estimate = phase.estimate
    each = f"{money(phase.per_user)} a user, {money(phase.per_thousand)} a thousand users"
    use = (
        f"{money(estimate.fixed.expected)} is fixed, {money(estimate.by_use.expected)} depends on use (settings: usage)"
    )
    return f"  {each}; {use}"


def _name(item: LineItem) -> str:
    return item.charge.resource.rpartition("::")[2]


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    words = {"component", "item", "region", "of", "kind", "document"}
    for column in columns:
        table.add_column(column, justify="left" if column in words else "right", no_wrap=True)
    return table
