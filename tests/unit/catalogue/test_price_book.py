"""The price book: what a lookup answers, what a missing price says, and that the carried data is whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from infra.catalogue import bookfile, specs
from infra.catalogue.prices import MissingPrice, Price, PriceBook, stale

REGIONS = ("us-east-1", "us-west-2")


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook.load(REGIONS)


def one(usd: str = "1", above: str = "0", source_date: date | None = date(2026, 1, 1), item: str = "gateway") -> Price:
    return Price("nat", item, "us-east-1", "hour", "on-demand", Decimal(above), Decimal(usd), "a", source_date, "read")


def test_a_price_comes_exactly_as_its_source_gives_it_with_the_source(book: PriceBook) -> None:
    """Guards against binary floats in money, and against a figure that nobody can trace."""
    price = book.price("ec2", "c7g.2xlarge", "us-east-1", "instance-hour")
    assert price.usd == Decimal("0.29")
    assert price.source.startswith("aws/karpenter-provider-aws@6fc13b523")
    assert (price.source_date, price.confidence) == (date(2026, 7, 20), "read")


def test_tiers_come_in_rising_order_and_begin_at_nothing(book: PriceBook) -> None:
    """Guards against the free allowance or the volume discount being charged in the wrong order."""
    tiers = book.tiers("transfer", "to internet", "us-east-1", "GB")
    assert [(t.above, t.usd) for t in tiers] == [
        (Decimal(a), Decimal(u))
        for a, u in [(0, "0"), (100, "0.09"), (10240, "0.085"), (51200, "0.07"), (153600, "0.05")]
    ]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (("nat", "gatewy", "us-east-1", "hour"), "no price for nat: gatewy in us-east-1, per hour, on-demand"),
        (
            ("nat", "gateway", "us-east-1", "month"),
            "no price for nat: gateway in us-east-1, per month, on-demand; it is priced per hour, on-demand",
        ),
        (
            ("transfer", "to internet", "us-east-1", "GB"),
            "transfer: to internet in us-east-1, per GB, on-demand is priced in 5 tiers, not by one price",
        ),
        (
            ("nat", "gateway", "eu-west-1", "hour"),
            "the book was loaded for us-east-1, us-west-2, global, not for eu-west-1",
        ),
    ],
)
def test_a_missing_price_is_an_error_that_names_it(
    book: PriceBook, question: tuple[str, str, str, str], message: str
) -> None:
    """Guards against an unknown price being counted as nothing."""
    with pytest.raises(MissingPrice) as error:
        book.price(*question)
    assert str(error.value) == message


def test_a_region_without_prices_is_refused_when_the_book_is_loaded() -> None:
    """Guards against a plan in a new region that fails halfway, or costs nothing."""
    with pytest.raises(
        MissingPrice,
        match=r"^no prices for eu-west-1 in the price book; there are us-east-1, us-west-2$",
    ):
        PriceBook.load(("us-east-1", "eu-west-1"))


def test_only_the_files_that_are_asked_for_are_read(tmp_path: Path) -> None:
    """Guards the speed of a plan: a broken file of a service that it does not use must not matter, nor be parsed."""
    bookfile.write(tmp_path, [one(), replace(one(), region="global")])
    (tmp_path / "us-east-1" / "ec2.csv").write_text("not,a,price\n1,2,3\n")
    assert PriceBook.load(("us-east-1",), tmp_path).price("nat", "gateway", "us-east-1", "hour").usd == 1


@pytest.mark.parametrize(
    ("read_on", "is_stale"), [(date(2025, 11, 24), False), (date(2025, 11, 23), True), (None, True)]
)
def test_a_price_is_stale_when_it_is_older_than_a_year_or_undated(read_on: date | None, is_stale: bool) -> None:
    """Guards the finding: a price of exactly one year is still good, an undated one never is."""
    assert bool(stale([one(source_date=read_on)], date(2026, 11, 24))) is is_stale


def test_writing_what_was_read_changes_no_byte(tmp_path: Path, book: PriceBook) -> None:
    """Guards the review of a refresh: only prices that moved may show in the pull request."""
    bookfile.write(tmp_path, book.all())
    for region in bookfile.regions(bookfile.DATA):
        for service in bookfile.services(bookfile.DATA, region):
            file = Path(region) / f"{service}.csv"
            assert (tmp_path / file).read_bytes() == (bookfile.DATA / file).read_bytes(), file


def test_every_price_stands_once_and_says_where_it_is_from(book: PriceBook) -> None:
    """Guards against contradicting rows and rows without a source, in what the project carries."""
    prices = book.all()
    assert len({p.key for p in prices}) == len(prices)
    assert all(p.source and p.usd >= 0 and p.confidence in ("read", "derived", "remembered") for p in prices)
    for p in prices:
        tiers = book.tiers(p.service, p.item, p.region, p.unit, p.kind)
        assert tiers[0].above == 0, p.key


@pytest.mark.parametrize("region", REGIONS)
def test_every_class_of_the_catalogue_has_a_price(book: PriceBook, region: str) -> None:
    """Guards against choosing a class that cannot be priced."""
    for c in specs.classes("ec2"):
        assert book.price("ec2", c.name, region, "instance-hour").usd > 0
    for c in specs.classes("rds"):
        for deployment in ("Single-AZ", "Multi-AZ"):
            assert book.price("rds", f"{c.name} {deployment}", region, "instance-hour").usd > 0
    for c in specs.classes("elasticache"):
        for engine in ("Redis OSS", "Valkey"):
            assert book.price("elasticache", f"{c.name} {engine}", region, "node-hour").usd > 0


def test_prices_within_a_family_grow_with_its_vcpus(book: PriceBook) -> None:
    """Guards against a shifted digit: a family's price per vCPU is the same, to 3 %, whatever the size."""
    for service, suffix, unit in (("ec2", "", "instance-hour"), ("rds", " Single-AZ", "instance-hour")):
        per_vcpu: dict[str, list[Decimal]] = {}
        for c in specs.classes(service):
            price = book.price(service, c.name + suffix, "us-east-1", unit)
            per_vcpu.setdefault(c.family, []).append(price.usd / c.vcpu)
        for family, rates in per_vcpu.items():
            if not family.startswith("t"):
                assert max(rates) <= min(rates) * Decimal("1.03"), family
