"""`refresh` against bulk price lists that the test makes in AWS's own format and serves from files or over HTTP."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.catalogue import bookfile
from infra.catalogue.bookfile import Price
from infra.catalogue.offers import offers
from infra.catalogue.refresh import RefreshError, refresh

TODAY = date(2026, 11, 24)
REGION = "us-east-1"
CLASS = {
    "instanceType": "c7g.2xlarge",
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
    "locationType": "AWS Region",
}


def product(sku: str, family: str = "", **attributes: str) -> tuple[str, dict[str, Any]]:
    return sku, {"sku": sku, "productFamily": family, "attributes": attributes}


def on_demand(sku: str, *tiers: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    dimensions = {
        f"{sku}.JRTCKXETXF.{i}": {"unit": "Hrs", "beginRange": begin, "pricePerUnit": {"USD": usd}}
        for i, (begin, usd) in enumerate(tiers)
    }
    return sku, {f"{sku}.JRTCKXETXF": {"priceDimensions": dimensions, "termAttributes": {}}}


def reserved(sku: str, *offers: tuple[str, str, str, str]) -> tuple[str, dict[str, Any]]:
    """Each offer is (years, purchase option, hourly USD, upfront USD)."""
    return sku, {
        f"{sku}.{i}": {
            "priceDimensions": {
                "hourly": {"unit": "Hrs", "pricePerUnit": {"USD": hourly}},
                "upfront": {"unit": "Quantity", "pricePerUnit": {"USD": upfront}},
            },
            "termAttributes": {"LeaseContractLength": years, "OfferingClass": "standard", "PurchaseOption": option},
        }
        for i, (years, option, hourly, upfront) in enumerate(offers)
    }


def price_list(products: list[Any], terms: list[Any], reserved_terms: list[Any] | None = None) -> dict[str, Any]:
    return {
        "formatVersion": "v1.0",
        "publicationDate": "2026-11-20T00:00:00Z",
        "products": dict(products),
        "terms": {"OnDemand": dict(terms), "Reserved": dict(reserved_terms or [])},
    }


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with every list that the book asks for, each with one product that the book has no place for."""
    for offer in offers():
        put(tmp_path, offer.offer, price_list([product("OTHER", usagetype="Other")], [on_demand("OTHER", ("0", "1"))]))
    return tmp_path


def put(site: Path, code: str, content: dict[str, Any]) -> None:
    scopes = {o.scope for o in offers() if o.offer == code}
    regions = (REGION, "us-west-2") if code == "AWSDataTransfer" else (REGION,)
    for place in (place for scope in scopes for place in (("",) if scope == "global" else regions)):
        path = site / "offers/v1.0/aws" / code / "current" / place / "index.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        _ = path.write_text(json.dumps(content, indent=1))


def ec2_list(usd: str = "0.31") -> dict[str, Any]:
    return price_list(
        [
            product("BOX", "Compute Instance", usagetype="BoxUsage:c7g.2xlarge", **CLASS),
            product("WIN", "Compute Instance", **{**CLASS, "operatingSystem": "Windows"}),
            product("GP3T", "Provisioned Throughput", usagetype="EBS:VolumeP-Throughput.gp3"),
        ],
        [on_demand("BOX", ("0", usd)), on_demand("WIN", ("0", "9.99")), on_demand("GP3T", ("0", "40.96"))],
        [reserved("BOX", ("1yr", "No Upfront", "0.19", "0"), ("3yr", "Partial Upfront", "0.06", "1576.80"))],
    )


def old(**changes: Any) -> Price:
    price = Price(
        "ec2", "c7g.2xlarge", REGION, "instance-hour", "on-demand", Decimal(0), Decimal("0.29"), "before",
        date(2025, 1, 1), "read",
    )  # fmt: skip
    return replace(price, **changes)


def run(site: Path, book: Path) -> Any:
    return refresh(site.as_uri(), (REGION,), book, TODAY)


def figures(book: Path, service: str, region: str = REGION) -> dict[tuple[str, str, str], str]:
    return {
        (p.item, p.kind, bookfile.plain(p.above)): bookfile.plain(p.usd) for p in bookfile.read(book, region, service)
    }


def test_a_refresh_says_what_was_added_changed_removed_and_kept(site: Path, tmp_path: Path) -> None:
    """Guards the review of a refresh: each price that moved is named, and what no list carries is not thrown away."""
    book = tmp_path / "prices"
    spot, gone = old(kind="spot", usd=Decimal("0.12")), old(item="c6i.large")
    bookfile.write(book, [old(), spot, gone, old(region="us-west-2")])
    put(site, "AmazonEC2", ec2_list())

    summary = run(site, book)

    assert [(b.usd, a.usd) for b, a in summary.changed] == [(Decimal("0.29"), Decimal("0.31"))]
    assert [(p.service, p.item, p.kind) for p in summary.added] == [
        ("ebs", "gp3 throughput", "on-demand"),
        ("ec2", "c7g.2xlarge", "reserved-1y"),
        ("ec2", "c7g.2xlarge", "reserved-3y"),
    ]
    assert summary.removed == (gone,)
    assert (summary.kept, summary.unchanged) == (2, 0)
    assert spot in bookfile.read(book, REGION, "ec2")
    assert bookfile.read(book, "us-west-2", "ec2") == (old(region="us-west-2"),)


def test_a_new_region_brings_what_travels_to_it_from_each_region_of_the_book(site: Path, tmp_path: Path) -> None:
    """Guards a standby in a new region: its replication is priced where it leaves, in a region that wasn't asked for."""
    book = tmp_path / "prices"
    bookfile.write(book, [old(region="us-west-2")])
    there = product("T", transferType="InterRegion Outbound", fromRegionCode="us-west-2", toRegionCode=REGION)
    put(site, "AWSDataTransfer", price_list([there], [on_demand("T", ("0", "0.02"))]))
    run(site, book)
    assert figures(book, "transfer", "us-west-2") == {(f"to {REGION}", "on-demand", "0"): "0.02"}


def test_prices_come_in_the_books_units_with_source_and_date(site: Path, tmp_path: Path) -> None:
    """Guards against a factor of 1024 or of a million, and against Windows prices for Linux servers."""
    book = tmp_path / "prices"
    put(site, "AmazonEC2", ec2_list())
    put(
        site,
        "awswaf",
        price_list(
            [product("W", usagetype="USE1-RequestV2-Tier1"), product("S", usagetype="USE1-ShieldProtected-RuleV2")],
            [on_demand("W", ("0", "0.0000006000")), on_demand("S", ("0", "7"))],
        ),
    )
    run(site, book)

    assert figures(book, "ec2") == {
        ("c7g.2xlarge", "on-demand", "0"): "0.31",
        ("c7g.2xlarge", "reserved-1y", "0"): "0.19",
        ("c7g.2xlarge", "reserved-3y", "0"): "0.12",
    }
    assert figures(book, "ebs") == {("gp3 throughput", "on-demand", "0"): "0.04"}
    assert figures(book, "waf") == {("requests", "on-demand", "0"): "0.6"}
    (price,) = bookfile.read(book, REGION, "ebs")
    assert (price.source, price.source_date) == ("AWS bulk price list, AmazonEC2, published 2026-11-20", TODAY)


def test_a_free_allowance_that_aws_does_not_list_stays_before_the_first_paid_tier(site: Path, tmp_path: Path) -> None:
    """Guards against losing CloudFront's free terabyte, or giving it twice, on the first refresh."""
    book = tmp_path / "prices"
    name = "data to viewers, United States"
    free = old(service="cloudfront", item=name, region="global", unit="GB", usd=Decimal(0))
    bookfile.write(book, [free, replace(free, above=Decimal(1024), usd=Decimal("0.085"))])
    put(
        site,
        "AmazonCloudFront",
        price_list(
            [product("OUT", usagetype="US-DataTransfer-Out-Bytes")],
            [on_demand("OUT", ("0", "0.08"), ("10240", "0.07"))],
        ),
    )
    summary = run(site, book)

    assert figures(book, "cloudfront", "global") == {
        (name, "on-demand", "0"): "0",
        (name, "on-demand", "1024"): "0.08",
        (name, "on-demand", "10240"): "0.07",
    }
    assert [a.above for _, a in summary.changed] == [1024]


def test_an_item_that_a_list_prices_in_two_ways_keeps_its_old_price_and_is_named(site: Path, tmp_path: Path) -> None:
    """Guards against choosing one of two contradicting figures by the order of a file."""
    book = tmp_path / "prices"
    bookfile.write(book, [old()])
    content = ec2_list()
    content["products"]["TWIN"] = {**content["products"]["BOX"], "sku": "TWIN"}
    content["terms"]["OnDemand"].update([on_demand("TWIN", ("0", "0.5"))])
    put(site, "AmazonEC2", content)

    summary = run(site, book)

    assert summary.disputed == ((REGION, "ec2", "c7g.2xlarge", "instance-hour", "on-demand"),)
    assert old() in bookfile.read(book, REGION, "ec2")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not a price file: Expecting"),
        ('{"products": {"A": {"sku": "A"', "not a price file: Expecting"),
        ('{"formatVersion": "v1.0"}', "not a price file: it lists no product"),
        ("<html>", "not a price file: expected {, got <"),
    ],
)
def test_a_broken_list_leaves_the_book_as_it_was_and_is_named(
    site: Path, tmp_path: Path, content: str, reason: str
) -> None:
    """Guards against half a book after a connection that broke or a list that AWS moved."""
    book = tmp_path / "prices"
    bookfile.write(book, [old()])
    broken = site / "offers/v1.0/aws/AmazonRDS/current" / REGION / "index.json"
    _ = broken.write_text(content)
    with pytest.raises(RefreshError) as error:
        run(site, book)
    assert str(error.value).startswith(f"{broken.as_uri()}: {reason}")
    assert bookfile.read(book, REGION, "ec2") == (old(),)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@pytest.fixture
def server(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


def test_lists_are_read_over_http_and_a_missing_one_is_named(site: Path, server: str, tmp_path: Path) -> None:
    """Guards the way it is used: AWS's host instead of a folder, and a service that a region does not have."""
    book = tmp_path / "prices"
    put(site, "AmazonEC2", ec2_list("0.3"))
    refresh(server, (REGION,), book, TODAY)
    assert figures(book, "ec2")["c7g.2xlarge", "on-demand", "0"] == "0.3"

    (site / "offers/v1.0/aws/awskms/current" / REGION / "index.json").unlink()
    with pytest.raises(RefreshError) as error:
        refresh(server, (REGION,), book, TODAY)
    assert str(error.value) == f"{server}/offers/v1.0/aws/awskms/current/{REGION}/index.json: File not found"
