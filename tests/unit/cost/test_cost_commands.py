"""The commands about money, as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from infra.catalogue import bookfile
from infra.config import PhaseConfig
from infra.cost.commands import add_to
from infra.cost.phases import PricedPhase
from infra.errors import InputError
from infra.graph import ResourceGraph
from infra.project import own_roadmap


@pytest.fixture(autouse=True)
def plans_made_once(priced: Callable[[str], PricedPhase], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command here plans the same document: its phases are planned once for all of them."""
    plans = {key: priced(key).plan for key in ("baseline", "phase1", "phase2", "phase3")}

    def known(config: PhaseConfig) -> ResourceGraph:
        plan = plans[config.name]
        assert config == plan.config
        return plan.graph

    monkeypatch.setattr("infra.cost.phases.plan_config", known)


def ramp(*arguments: str) -> Result:
    app = typer.Typer()
    add_to(app)
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": "240"})


DOCUMENT = ("--roadmap", str(own_roadmap()))


def test_cost_shows_a_table_a_phase_with_shares_changes_and_what_a_user_costs() -> None:
    """Guards the first thing that anybody asks: what does it cost, and what does the next step add."""
    result = ramp("cost", *DOCUMENT)
    assert result.exit_code == 0, result.output
    for phase, users in (("baseline", "1,000"), ("phase1", "2,000"), ("phase2", "5,000"), ("phase3", "10,000")):
        assert f"{phase}: {users} users" in result.stdout
    assert result.stdout.count("total a month") == 4
    assert "a user" in result.stdout and "prices-too-old" in result.stdout
    assert "“the cost of a user falls from phase to phase” is contradicted in phase3: baseline $" in result.stdout
    assert "“30-40% can be saved” is " in result.stdout
    widths = [len(line) for line in result.stdout.splitlines() if "$" in line and ":" not in line]
    assert max(widths) <= 80  # the tables fit a narrow terminal
    assert not any(line != line.rstrip() for line in result.stdout.splitlines())


def test_cost_as_json_adds_up_exactly() -> None:
    """Guards other tools that read it: amounts are decimal strings whose sum is the total, item by item."""
    report = json.loads(ramp("cost", *DOCUMENT, "--json").stdout)
    for phase in report["phases"]:
        items = sum(Decimal(item["amount"]["expected"]) for item in phase["items"])
        components = sum(Decimal(one["expected"]) for one in phase["components"])
        assert items == components == Decimal(phase["total"]["expected"])
        assert all(item["source"] and item["basis"] for item in phase["items"])


def test_phase_3s_application_line_is_told_to_the_cent() -> None:
    """What another tool reads: 50 + 10 servers at $0.29 and $0.0348 for Auto Mode, 730 hours."""
    (phase,) = json.loads(ramp("cost", "phase3", *DOCUMENT, "--json").stdout)["phases"]
    (application,) = [one for one in phase["components"] if one["component"] == "application"]
    assert Decimal(application["expected"]) == 60 * 730 * (Decimal("0.29") + Decimal("0.0348")) == Decimal("14226.24")
    assert all(Decimal(one["low"]) <= Decimal(one["expected"]) <= Decimal(one["high"]) for one in phase["components"])


def test_every_line_stands_with_its_quantity_price_and_reason() -> None:
    """Guards against a column that the longest reason pushes out of sight."""
    result = ramp("cost", "phase2", *DOCUMENT, "--lines")
    line = next(line for line in result.stdout.splitlines() if "rds: gp3 storage Single-AZ" in line)
    assert line.split() == [
        "$235.52",
        "2,048",
        "GB-month",
        "$0.115",
        "rds:",
        "gp3",
        "storage",
        "Single-AZ,",
        "us-east-1:",
        "1024",
        "GiB",
        "(2",
        "resources)",
    ]
    assert "…" not in result.stdout


def test_two_phases_show_what_changes_line_by_line() -> None:
    """Guards the explanation of a step, and that it is the difference of the totals."""
    result = ramp("cost", "phase1", "phase2", *DOCUMENT)
    assert "phase1 → phase2" in result.stdout
    assert "ec2: c7g.2xlarge, us-east-1: 5,840 → 14,600 instance-hour (mgx-ai-us-east-1-app-pool)" in result.stdout
    assert "cloudwatch: alarm, us-east-1: 0 → 25 alarm-metric-month (21 resources)" in result.stdout
    step = json.loads(ramp("cost", "phase1", "phase2", *DOCUMENT, "--json").stdout)
    assert Decimal(step["change"]) == Decimal(step["after"]) - Decimal(step["before"])
    assert Decimal(step["change"]) == sum(Decimal(line["change"]) for line in step["lines"])


@pytest.mark.parametrize(("budget", "status"), [("1,000,000", 0), ("20000", 1)])
def test_a_budget_that_is_exceeded_exits_with_1_and_names_the_phase(budget: str, status: int) -> None:
    """Guards a pipeline that stops before the bill does."""
    result = ramp("cost", "phase2", "phase3", *DOCUMENT, "--budget", budget)
    assert result.exit_code == status
    assert ("over budget: phase3 costs $" in result.stderr) is bool(status)
    assert "phase2 costs" not in result.stderr


def test_a_budget_that_is_no_number_is_told_as_a_mistake() -> None:
    """Guards against a typing error that lets every phase pass."""
    result = ramp("cost", "--budget", "lots")
    assert isinstance(result.exception, InputError)
    assert str(result.exception) == "command line: --budget: got lots; allowed: US dollars a month, such as 45000"


def test_savings_stand_beside_the_documents_claims() -> None:
    """Guards the verdicts: the document says that users get cheaper with scale, the figures say whether."""
    result = ramp("cost", "--savings", *DOCUMENT)
    assert result.exit_code == 0, result.output
    assert "Reserved Instances" in result.stdout and "30-50%" in result.stdout
    assert "the cost of a user falls from phase to phase" in result.stdout
    claims = json.loads(ramp("cost", "--savings", "--json", *DOCUMENT).stdout)["claims"]
    assert [claim["text"] for claim in claims] == [
        "the cost of a user falls from phase to phase",
        "30-40% can be saved",
    ]


def test_fill_writes_a_copy_and_leaves_the_document_alone(tmp_path: Path) -> None:
    """Guards the original, a byte order mark, and the list of what stays open."""
    original = b"\xef\xbb\xbf" + own_roadmap().read_bytes()
    document, copy = tmp_path / "roadmap.md", tmp_path / "filled.md"
    document.write_bytes(original)
    result = ramp("fill", str(document), "--out", str(copy))
    assert result.exit_code == 0, result.output
    assert document.read_bytes() == original
    assert copy.read_bytes().startswith(b"\xef\xbb\xbf# ")
    assert "left open: line 29, XXX: a measured figure; no plan knows it" in result.stderr
    assert ramp("fill", str(document)).stdout.encode() == copy.read_bytes()


def test_a_refresh_without_a_price_list_is_told_as_a_mistake_and_leaves_the_book(tmp_path: Path) -> None:
    """Guards the price book against a wrong address."""
    book = tmp_path / "prices"
    bookfile.write(book, bookfile.read(bookfile.DATA, "us-east-1", "nat"))
    before = bookfile.read(book, "us-east-1", "nat")
    result = ramp("prices", "refresh", "--source", tmp_path.as_uri(), "--book", str(book))
    assert isinstance(result.exception, InputError)
    assert "AmazonEC2/current/us-east-1/index.json" in str(result.exception)
    assert bookfile.read(book, "us-east-1", "nat") == before
