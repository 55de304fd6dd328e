"""Regions that the price book has no prices for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.catalogue import bookfile
from infra.catalogue.bookfile import GLOBAL, Price
from infra.catalogue.offers import offers
from infra.catalogue.prices import PriceBook
from infra.cli import app
from infra.cost.phases import priced
from infra.errors import InputError
from infra.findings.cost import not_in_the_bill
from infra.findings.finding import Situation
from infra.graph import ResourceGraph
from infra.selection import load_document, select

ROADMAPS = Path(__file__).parents[2] / "roadmaps"
EUROPE = (
    "price book: baseline, phase1, phase2: got eu-central-1, eu-west-1; allowed: us-east-1, us-west-2, whose prices the "
    "project carries. `ramp prices refresh --region eu-central-1 --region eu-west-1` reads theirs from AWS, with no account."
)


@pytest.mark.parametrize("command", [("cost", "--roadmap"), ("fill",)])
def test_regions_without_prices_are_named_at_once_with_what_to_do_and_nothing_is_written(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    """Guards a team in Europe: every region that lacks prices is told before anything is planned, and the command to run."""
    out = tmp_path / "filled.md"
    more = ("--out", str(out)) if command == ("fill",) else ()
    result = CliRunner().invoke(app, [*command, str(ROADMAPS / "harbor-ledger.md"), *more])
    assert isinstance(result.exception, InputError)
    assert str(result.exception) == EUROPE
    assert not out.exists()


def test_phases_that_are_asked_for_are_priced_though_another_one_cant_be() -> None:
    """Guards the years before a roadmap leaves the book's regions: its fifth phase does, the second doesn't."""
    _, found = priced(ROADMAPS / "kestrel-telemetry.md", None, ["phase1"])
    assert [one.estimate.phase for one in found] == ["baseline", "phase1"]  # with what the change is counted from
    with pytest.raises(InputError, match="price book: phase5: got eu-central-1, ap-southeast-1"):
        priced(ROADMAPS / "kestrel-telemetry.md")


def test_a_plan_of_a_region_without_prices_has_a_finding_in_place_of_a_bill() -> None:
    """Guards `ramp plan` in a region that the price book doesn't cover: a warning that says what to do, and no crash."""
    selected = select("baseline", load_document(ROADMAPS / "tide-clinic.md"), straight=True)
    situation = Situation(selected, ResourceGraph(()))
    (found,) = not_in_the_bill(situation)
    assert (found.id, found.severity) == ("no-bill", "warning")
    assert "`ramp prices refresh --region ap-southeast-1" in found.message


def test_what_a_refresh_brings_is_enough_for_a_bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the advice: in regions that have only what AWS's lists carry, a whole phase is priced but for one item."""
    here, there = "eu-central-1", "eu-west-1"
    carried = PriceBook.load(("us-east-1",)).all()  # the CDN's web ACL stands there, wherever the users are
    listed = [price for price in carried if price.region != GLOBAL and _is_listed(price)]
    abroad = [
        replace(price, region=region, item=price.item.replace("us-west-2", other))
        for region, other in ((here, there), (there, here))
        for price in listed
    ]
    travel = [p for p in carried if p.item == "to us-west-2"]  # transfer is read for every region of the book
    bookfile.write(tmp_path, [*carried, *abroad, *(replace(p, item=f"to {r}") for p in travel for r in (here, there))])
    load = PriceBook.load
    monkeypatch.setattr("infra.cost.phases.PriceBook.load", lambda regions: load(regions, tmp_path))
    _, (_, last) = priced(ROADMAPS / "harbor-ledger.md", None, ["phase2"])
    assert set(last.plan.config.regions) == {here, there}
    reasons = {one.reason for one in last.estimate.unpriced}
    assert reasons == {f"the price book has no price of Container Insights in {region}" for region in (here, there)}
    assert {item.charge.region for item in last.estimate.items} >= {here, there}


def _is_listed(price: Price) -> bool:
    return any(one.covers(price.service, price.item, price.unit) for one in offers())
