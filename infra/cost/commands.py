"""The commands about money: `ramp cost`, `ramp fill`, `ramp prices refresh`. `add_to` hangs them on the command line."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.cost.claims import Claim
    from infra.cost.phases import PricedPhase
    from infra.cost.report import CostReport
    from infra.cost.savings import SavingsReport
    from infra.errors import Mistake
    from infra.selection import Document

RoadmapOption = Annotated[Path | None, typer.Option("--roadmap", help="Price this document's phases.")]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="Settings for it (default: roadmap/settings.yaml).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def cost(
    phases: Annotated[
        list[str] | None, typer.Argument(help="Phases to show; two show what changes between them.")
    ] = None,
    roadmap: RoadmapOption = None,
    settings: SettingsOption = None,
    budget: Annotated[
        str | None, typer.Option("--budget", help="Exit 1 if a phase costs more US dollars a month.")
    ] = None,
    savings: Annotated[bool, typer.Option("--savings", help="Show what could be saved.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="Show every line item.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what each phase costs a month, by component. With two phases: what changes between them, line by line."""
    from infra.cost.claims import claims
    from infra.cost.phases import priced
    from infra.cost.report import report
    from infra.findings.cost import prices_too_old

    limit = _dollars(budget)
    document, found = priced(roadmap, settings, phases or ())
    chosen = [document.derived(key).config.name for key in phases or document.keys]
    whole = report([phase.estimate for phase in found], date.today())
    shown = whole.only(chosen)
    reports = _savings(document, found) if savings or not phases else []
    borne_out = claims(whole, reports) if reports else ()
    if savings:
        _show_savings([one for one in reports if one.phase in chosen], borne_out, as_json)
    elif len(chosen) == 2 and phases:
        _show_change(shown, as_json)
    elif as_json:
        told = [vars(finding) for finding in prices_too_old(shown.stale)]
        _print_json({**shown.to_json(), "claims": [claim.to_json() for claim in borne_out], "findings": told})
    else:
        from infra.cost.show import show_report

        show_report(shown, borne_out, with_lines=lines)
    over = shown.over(limit) if limit is not None else ()
    for phase in over:
        typer.echo(
            f"over budget: {phase.phase} costs ${phase.total.expected:,.2f} a month, allowed: ${limit:,.2f}", err=True
        )
    if over:
        raise typer.Exit(1)


def _show_change(shown: CostReport, as_json: bool) -> None:
    from infra.cost.change import change, change_json
    from infra.cost.show import show_change

    step = change(*(phase.estimate for phase in shown.phases))
    if as_json:
        _print_json(change_json(step))
    else:
        show_change(step)


def _savings(document: Document, found: Sequence[PricedPhase]) -> list[SavingsReport]:
    from infra.cost.savings import savings

    return [savings(one.estimate, one.plan, one.sizes, document.roadmap.savings) for one in found]


def _show_savings(reports: Sequence[SavingsReport], borne_out: Sequence[Claim], as_json: bool) -> None:
    from infra.cost.show import savings_json, show_savings

    if as_json:
        _print_json(savings_json(reports, borne_out))
    else:
        show_savings(reports, borne_out)


def fill(
    roadmap: Annotated[Path | None, typer.Argument(help="The roadmap (default: the one in roadmap/).")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the copy goes (default: standard output).")] = None,
    settings: SettingsOption = None,
) -> None:
    """Write a copy of a roadmap with its cost blanks filled in. Those that no plan can know are listed."""
    from infra.cost.fill.copy import fill_copy
    from infra.cost.phases import priced
    from infra.project import own_roadmap, shown
    from infra.textfile import check_place, write_all

    path = roadmap or own_roadmap()
    if out:
        check_place(out, "--out", "a file to write the copy to")
    document, found = priced(path, settings)
    result, content = fill_copy(path, document.roadmap, [phase.estimate for phase in found], date.today())
    if out:
        write_all([(out, content)], "--out", "a file to write the copy to")
        typer.echo(f"wrote {shown(out)}: {result.filled} figures", err=True)
    else:
        typer.echo(content, nl=False)
    for one in result.unknown:
        typer.echo(f"left open: line {one.placeholder.line}, {one.placeholder.text}: {one.reason}", err=True)


def refresh(
    region: Annotated[
        list[str] | None, typer.Option("--region", help="AWS region (default: those in the book).")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="Base URL of the price lists (default: AWS).")] = None,
    book: Annotated[
        Path | None, typer.Option("--book", help="The price book to rebuild (default: the project's).")
    ] = None,
) -> None:
    """Rebuild the price book from AWS's price lists, and say what changed. No account is needed."""
    from infra.catalogue import bookfile
    from infra.catalogue.refresh import BASE_URL, RefreshError
    from infra.catalogue.refresh import refresh as rebuild
    from infra.errors import InputError, Mistake

    target = book or bookfile.DATA
    if mistakes := [*_book_mistakes(target), *_region_mistakes(region or ())]:
        raise InputError(mistakes)
    regions = region or [name for name in bookfile.regions(target) if name != bookfile.GLOBAL]
    try:
        summary = rebuild(source or BASE_URL, regions, target, date.today())
    except RefreshError as error:
        raise InputError(
            [Mistake(error.url, None, "price list", error.reason, "a price list of AWS's format")]
        ) from error
    for line in summary.lines():
        typer.echo(line)


def _book_mistakes(book: Path) -> list[Mistake]:
    """A folder with something else in it, which a refresh would throw away: it replaces the book as a whole."""
    from infra.catalogue import bookfile
    from infra.errors import Mistake
    from infra.project import shown

    strange = bookfile.foreign(book)
    allowed = "a folder with a price book alone, or none yet, since it is replaced as a whole"
    return [Mistake(shown(strange), None, "--book", "what is no price book", allowed)] if strange else []


def _region_mistakes(regions: Sequence[str]) -> list[Mistake]:
    from infra.catalogue.zones import zones
    from infra.errors import Mistake
    from infra.roadmap.mistakes import meant

    known = tuple(zones())
    return [
        Mistake(
            "command line", None, "--region", region or "nothing", f"one of {', '.join(known)}", meant(region, known)
        )
        for region in regions
        if region not in known
    ]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to a command line."""
    app.command()(cost)
    app.command()(fill)
    prices = typer.Typer(help="The price book.", no_args_is_help=True)
    prices.command()(refresh)
    app.add_typer(prices, name="prices")


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _dollars(text: str | None) -> Decimal | None:
    from infra.errors import InputError, Mistake

    try:
        limit = None if text is None else Decimal(text.replace(",", "").lstrip("$"))
        if limit is not None and not (limit.is_finite() and limit >= 0):
            raise InvalidOperation
        return limit
    except InvalidOperation:
        raise InputError(
            [Mistake("command line", None, "--budget", text or "nothing", "US dollars a month, such as 45000")]
        ) from None
