"""Savings: each computed on what the others leave, and held against the document's ranges."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from infra.cost.phases import PricedPhase
from infra.cost.savings import Saving, SavingsReport, savings
from infra.cost.savings.capacity import hours
from infra.cost.span import total
from infra.roadmap.model import SavingsClaim
from tests.unit.cost.handmade import QUIET, bill_of, plan_of, resource
from tests.unit.cost.test_cost_nodes import hpa, pods, pool
from tests.unit.documents import document

Priced = Callable[[str], PricedPhase]


def of(report: SavingsReport, name: str) -> Saving:
    return next(saving for saving in report.savings if saving.name.startswith(name))


@pytest.fixture
def phase3(priced: Priced) -> SavingsReport:
    one = priced("phase3")
    return savings(one.estimate, one.plan, one.sizes, document().roadmap.savings)


def scaled(curve: tuple[int, ...], low: int = 25, high: int = 63) -> SavingsReport:
    """Phase 3's 50 servers of the active region alone, over a day."""
    parts = (pool(), pods("Deployment", "api"), hpa("api", low, high))
    plan = plan_of(*parts, load_curve=curve)
    return savings(bill_of(*parts), plan, {}, ())


def test_auto_scaling_saves_what_the_load_curve_leaves_idle() -> None:
    """Worked by hand: 50 servers half the day and their minimum of 25 the other half: a quarter of the nodes' cost."""
    report = scaled((0, 100) * 12)
    assert of(report, "Auto").amount == Decimal("12.5") * 730 * Decimal("0.3248")
    assert of(report, "Auto").percent == 25


def test_a_full_day_leaves_nothing_to_scale_and_everything_above_the_minimum_to_spot() -> None:
    """Worked by hand from the price rows: 25 nodes of burst at $0.29 on demand, $0.14164 spot."""
    report = scaled((100,) * 24)
    assert of(report, "Auto").amount == 0
    assert of(report, "Spot").amount == 25 * 730 * (Decimal("0.29") - Decimal("0.14164"))
    # 25 always-on nodes at $0.1911 reserved for a year
    assert of(report, "Reserved").amount == 25 * 730 * (Decimal("0.29") - Decimal("0.1911"))


def test_an_idle_day_leaves_no_burst_for_spot() -> None:
    """Guards against an hour that is saved by scaling down and saved by spot again."""
    report = scaled((0,) * 24)
    assert of(report, "Spot").amount == 0
    assert of(report, "Auto").percent == 50


@pytest.mark.parametrize("phase", ["baseline", "phase1", "phase2", "phase3"])
def test_no_hour_is_counted_twice(priced: Priced, phase: str) -> None:
    """Guards the combination: always-on, burst and idle hours make up the counted ones, and never more is saved than paid."""
    one = priced(phase)
    for line in hours(one.estimate, one.plan):
        assert Decimal(0) <= line.always <= line.needed
        assert line.always + line.burst + (line.counted - line.needed) == line.counted
    report = savings(one.estimate, one.plan, one.sizes, document().roadmap.savings)
    assert report.total.amount == sum(saving.amount for saving in report.savings)
    assert Decimal(0) <= report.total.amount < one.estimate.total.expected
    assert all(saving.amount >= 0 for saving in report.savings)


def test_the_total_counts_what_the_plan_saves_already_as_each_kind_does(phase3: SavingsReport) -> None:
    """Guards one measure for all: the share of the bill as it would be without arm64, compression and the CDN."""
    whole = phase3.total
    assert whole.in_plan == sum(saving.in_plan for saving in phase3.savings) > 0
    assert whole.percent == 100 * (whole.amount + whole.in_plan) / (whole.base + whole.in_plan)
    assert whole.verdict == "within"


def test_the_baselines_fixed_servers_scale_nowhere_but_can_be_reserved(priced: Priced) -> None:
    """Guards against a range where the document gives none."""
    one = priced("baseline")
    report = savings(one.estimate, one.plan, one.sizes, ())
    assert of(report, "Auto").amount == of(report, "Spot").amount == 0
    assert of(report, "Reserved").amount > 0


def test_amd64_servers_can_be_had_cheaper_as_arm64_and_arm64_ones_are_already() -> None:
    """Worked by hand from the price rows: c7i.2xlarge $0.357 and c7g.2xlarge $0.29, both with 12 % for Auto Mode."""
    amd, arm = (
        bill_of(pool((type_,)), pods("Deployment", "api", replicas=1)) for type_ in ("c7i.2xlarge", "c7g.2xlarge")
    )
    plan = plan_of()
    there = of(savings(amd, plan, {}, ()), "Right").amount
    here = of(savings(arm, plan, {}, ()), "Right")
    assert there == amd.total.expected - arm.total.expected > 0
    assert (here.amount, here.in_plan) == (0, there)
    # What is reserved after the move is reserved at arm64's price: the two never count the same dollars.
    assert of(savings(amd, plan, {}, ()), "Reserved").amount == of(savings(arm, plan, {}, ()), "Reserved").amount


def test_what_a_class_has_beyond_the_documents_size_is_told_though_it_cannot_be_saved(priced: Priced) -> None:
    """Phase 1 asks for 24 vCPU and 48 GB and gets 32 and 128: a quarter of the instance, by the vCPUs that fill it most."""
    one = priced("phase1")
    right = of(savings(one.estimate, one.plan, one.sizes, ()), "Right")
    classes = total(i.amount for i in one.estimate.items if i.price.unit in ("instance-hour", "node-hour")).expected
    database = total(i.amount for i in one.estimate.items if i.price.item == "db.m7g.8xlarge Multi-AZ").expected
    assert right.amount == 0
    assert right.why.startswith(f"{100 * database / 4 / classes:.1f}% of this pays for what classes have beyond")


def test_a_cdn_saves_before_there_is_one_and_is_in_the_plan_afterwards() -> None:
    """Guards against the same saving offered and already taken."""
    figures: dict[str, Any] = {"response_kib": 1024, "compressed_percent": 50}
    without = plan_of(resource("aws:ec2/vpc:Vpc", "v", {}), **figures)
    with_cdn = plan_of(resource("aws:cloudfront/distribution:Distribution", "c", {}), **figures)
    empty = bill_of()
    offered = of(savings(empty, without, {}, ()), "Data")
    taken = of(savings(empty, with_cdn, {}, ()), "Data")
    assert offered.amount > 0
    assert (taken.amount, taken.in_plan) == (0, offered.amount + offered.in_plan)


def test_each_saving_stands_beside_the_documents_range(phase3: SavingsReport) -> None:
    """Guards the comparison: every claim of the document finds its figure, and one outside says why."""
    claims = {saving.name: saving.claim for saving in (*phase3.savings, phase3.total)}
    assert {name: (c.low_percent, c.high_percent) for name, c in claims.items() if c} == {
        "Right-Sizing": (20, 30),
        "Auto-Scaling": (15, 25),
        "Reserved Instances": (30, 50),
        "Spot Instances": (60, 80),
        "Data Transfer Optimization": (10, 15),
        "total": (30, 40),
    }
    assert all(saving.why for saving in phase3.savings if saving.verdict != "within")


@pytest.mark.parametrize(("amount", "verdict"), [(29, "below"), (30, "within"), (50, "within"), (51, "above")])
def test_a_verdict_says_where_the_percentage_lies(amount: int, verdict: str) -> None:
    """Guards the edges of the document's range, which belong to it."""
    claim = SavingsClaim("Reserved Instances", 30, 50, 1)
    assert Saving(name="x", amount=Decimal(amount), base=Decimal(100), how="", claim=claim).verdict == verdict


def test_the_quiet_month_of_these_tests_is_a_whole_settings_section() -> None:
    """Guards the helper: a new usage figure must be given here, too."""
    from infra.cost.usage import UsageSettings

    assert set(QUIET) == set(UsageSettings.model_fields)
