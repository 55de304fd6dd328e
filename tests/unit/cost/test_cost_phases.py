"""The bills of the project's own document: whole, worked out a second time, and adding up."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import combinations

import pytest

from infra.catalogue.bookfile import DATA
from infra.cost.change import change
from infra.cost.estimate import Estimate
from infra.cost.items import Group
from infra.cost.phases import PricedPhase
from infra.cost.report import report
from infra.cost.span import total
from tests.unit.cost.handmade import REGIONS

HOURS = 730
Priced = Callable[[str], PricedPhase]

# The document's counts (roadmap/mgx-ai.md: baseline table, tables of the phases, multi-region block), by phase:
# application servers of each region, and database class with its replicas in the active region.
SERVERS: Mapping[str, tuple[int, ...]] = {"baseline": (4,), "phase1": (8,), "phase2": (20,), "phase3": (50, 10)}
DATABASES = {"baseline": ("4xlarge", 0), "phase1": ("8xlarge", 0), "phase2": ("8xlarge", 2), "phase3": ("12xlarge", 4)}
STORAGE_GIB = 1024
# Cache nodes and queue nodes of each region. The active-passive standby mirrors both.
CACHES = {"baseline": ("xlarge", 1), "phase1": ("2xlarge", 1), "phase2": ("2xlarge", 3), "phase3": ("2xlarge", 6)}
QUEUES = {"baseline": ("xlarge", 1), "phase1": ("xlarge", 2), "phase2": ("2xlarge", 3), "phase3": ("2xlarge", 6)}


def row(region: str, service: str, item: str, kind: str = "on-demand") -> Decimal:
    """A price straight from the book's file, past the code that prices."""
    with (DATA / region / f"{service}.csv").open(newline="", encoding="utf-8") as file:
        return next(Decimal(r["usd"]) for r in csv.DictReader(file) if (r["item"], r["kind"]) == (item, kind))


@pytest.mark.parametrize("phase", SERVERS)
def test_the_application_line_is_the_documents_servers_with_auto_modes_fee_to_the_cent(
    priced: Priced, phase: str
) -> None:
    """Guards the largest fixed line: phase 3 is 50 + 10 servers at the class's price plus the fee, at 730 hours."""
    expected = sum(
        count * HOURS * (row(region, "ec2", "c7g.2xlarge") + row(region, "eks-auto-mode", "c7g.2xlarge"))
        for count, region in zip(SERVERS[phase], REGIONS, strict=False)
    )
    assert priced(phase).estimate.group(Group.APPLICATION).expected == expected


def test_phase_3s_application_line_in_figures(priced: Priced) -> None:
    """Worked by hand from the price rows of 2026: 60 x ($0.29 + $0.0348) x 730 h = $14,226.24. Renew with the prices."""
    assert priced("phase3").estimate.group(Group.APPLICATION).expected == Decimal("14226.24")


@pytest.mark.parametrize("phase", DATABASES)
def test_the_database_instances_and_their_storage_are_the_documents(priced: Priced, phase: str) -> None:
    """Worked out a second time: Multi-AZ primary, single-zone replicas, and in phase 3 the other region's Multi-AZ."""
    size, replicas = DATABASES[phase]
    primaries = len(SERVERS[phase])
    hours = HOURS * (
        primaries * row("us-east-1", "rds", f"db.m7g.{size} Multi-AZ")
        + replicas * row("us-east-1", "rds", f"db.m7g.{size} Single-AZ")
    )
    storage = STORAGE_GIB * (
        primaries * row("us-east-1", "rds", "gp3 storage Multi-AZ")
        + replicas * row("us-east-1", "rds", "gp3 storage Single-AZ")
    )
    items = [i for i in priced(phase).estimate.of(Group.DATABASE) if i.price.service == "rds"]
    kept = [i for i in items if i.price.item == "backup storage"]
    assert sum(i.amount.expected for i in items) - sum(i.amount.expected for i in kept) == hours + storage


def test_the_vault_keeps_the_data_once_and_each_days_changes(priced: Priced) -> None:
    """Worked out a second time: half of 1,024 GiB, and 3 percent of it a day for as long as the settings keep backups."""
    phase = priced("phase1")
    days = phase.plan.config.backup.retention_days
    (kept,) = [i for i in phase.estimate.of(Group.DATABASE) if i.price.item == "backup storage"]
    gib = Decimal(512) * (100 + 3 * days) / 100
    assert kept.amount.expected == gib * row("us-east-1", "rds", "backup storage")


@pytest.mark.parametrize("phase", CACHES)
def test_the_cache_line_is_the_documents_nodes_in_each_region(priced: Priced, phase: str) -> None:
    """Worked out a second time: the nodes that the document counts, once a region, at Valkey's price."""
    size, nodes = CACHES[phase]
    expected = sum(
        nodes * HOURS * row(region, "elasticache", f"cache.m7g.{size} Valkey")
        for region in REGIONS[: len(SERVERS[phase])]
    )
    items = (i for i in priced(phase).estimate.of(Group.CACHE) if i.price.unit == "node-hour")
    assert total(i.amount for i in items).expected == expected


@pytest.mark.parametrize("phase", QUEUES)
def test_the_queues_servers_are_the_documents_in_each_region(priced: Priced, phase: str) -> None:
    """Worked out a second time: one server a broker, as the document counts them, with Auto Mode's fee."""
    size, nodes = QUEUES[phase]
    expected = sum(
        nodes * HOURS * (row(region, "ec2", f"c7g.{size}") + row(region, "eks-auto-mode", f"c7g.{size}"))
        for region in REGIONS[: len(SERVERS[phase])]
    )
    items = (i for i in priced(phase).estimate.of(Group.QUEUE) if i.price.unit == "instance-hour")
    assert total(i.amount for i in items).expected == expected


def test_every_resource_of_every_phase_is_priced_or_free_and_none_is_left_out(
    bills: tuple[Estimate, ...], priced: Priced
) -> None:
    """Guards against a new resource type without a rule: give it one in infra/cost/rules, or say there why it is free."""
    for bill in bills:
        without_rule = {one.type for one in bill.unpriced if one.reason == "no rule prices this type"}
        assert without_rule == set()
        seen = {i.charge.resource for i in bill.items}
        seen |= {one.resource for one in (*bill.free, *bill.unpriced)}
        assert seen == {r.key for r in priced(bill.phase).plan.graph}


def test_nothing_of_the_document_is_unpriced(bills: tuple[Estimate, ...]) -> None:
    """Guards against a resource whose rule gave up: each would be listed with its reason."""
    assert [one for bill in bills for one in bill.unpriced] == []


def test_components_add_up_to_the_whole_and_so_do_fixed_and_by_use(bills: tuple[Estimate, ...]) -> None:
    """Guards against rounding before the print, and against an item that counts to no component or to two."""
    for bill in bills:
        assert total(bill.group(group) for group in Group) == bill.total
        assert bill.fixed + bill.by_use == bill.total


def test_a_line_stands_once_in_a_bill(bills: tuple[Estimate, ...]) -> None:
    """Guards the difference of two bills, which finds lines by their keys."""
    for bill in bills:
        keys = [item.key for item in bill.items]
        assert len(set(keys)) == len(keys)


def test_steps_add_up(bills: tuple[Estimate, ...]) -> None:
    """A to B and B to C make A to C, exactly, for every three phases and every component."""
    for a, b, c in combinations(bills, 3):
        assert change(a, b).difference + change(b, c).difference == change(a, c).difference
        assert change(a, c).difference == c.total - a.total
        for group in Group:
            assert change(a, b).group(group) + change(b, c).group(group) == change(a, c).group(group)


def test_every_phase_costs_more_than_the_one_before_and_its_range_holds_what_is_expected(
    bills: tuple[Estimate, ...],
) -> None:
    """Guards against a component that a later phase loses, and against a range upside down."""
    totals = [bill.total for bill in bills]
    assert [t.expected for t in totals] == sorted(t.expected for t in totals)
    assert all(t.low <= t.expected <= t.high for t in totals)
    assert totals[0].low == totals[0].high  # the baseline's HPA is fixed


def test_shares_are_of_the_phase_and_changes_of_the_phase_before(bills: tuple[Estimate, ...]) -> None:
    """Guards the report's arithmetic: shares make 100 %, changes the step, per-user cost times users the total."""
    from datetime import date

    whole = report(bills, date(2026, 11, 24))
    for before, after in zip((None, *whole.phases), whole.phases, strict=False):
        assert abs(sum(r.share for r in after.rows) - 100) < Decimal("1e-20")
        assert abs(after.per_thousand * after.estimate.users / 1000 - after.total.expected) < Decimal("1e-20")
        if before:
            assert sum(r.change for r in after.rows) == after.total.expected - before.total.expected
    assert [phase.phase for phase in whole.over(Decimal(20_000))] == ["phase3"]


def test_prices_older_than_a_year_are_named_by_service_and_date(bills: tuple[Estimate, ...]) -> None:
    """Guards the finding: only what the bill rests on, and nothing on the day after a refresh."""
    from datetime import date

    found = report(bills, date(2026, 11, 24)).stale
    assert ("rds", date(2025, 4, 24)) in {(one.service, one.read_on) for one in found}
    assert all(one.read_on and one.read_on < date(2025, 11, 24) for one in found)
    assert report(bills, date(2024, 12, 1)).stale == ()


def test_only_what_stands_in_or_is_sent_to_the_other_region_is_standby(priced: Priced) -> None:
    """Guards the document's multi-region row: one region has no standby, and the second one's share is part of the total."""
    assert not priced("phase2").estimate.standby()
    third = priced("phase3").estimate
    assert Decimal(0) < third.standby().expected < third.total.expected / 2
