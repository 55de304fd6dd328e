"""Which product of AWS's bulk price lists is which item of the price book, from `data/offers.csv`.

`match` gives the attributes that a product must have (alternatives with `|`); `{attribute}` in an item or a match is
filled from the product. `per` is how many of AWS's units make one of the book's (1,000,000 requests for "1M requests").
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from infra.catalogue import specs

_FILE = Path(__file__).parent / "data" / "offers.csv"
_REGION_PREFIX = re.compile(r"^(?:[A-Z]{2,4}\d?|[a-z]{2}-[a-z]+-\d)-")
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Offer:
    """One line of the table: an item of the book, or all items of a pattern, and how AWS's list names them."""

    service: str
    item: str
    unit: str
    offer: str
    scope: str  # "region" | "global"
    per: Decimal
    reserved: bool
    match: tuple[tuple[str, tuple[str, ...]], ...]

    def item_of(self, product: Mapping[str, str], regions: tuple[str, ...]) -> str | None:
        """The book's name of a product (its attributes and `productFamily`), or None when the offer is not about it.

        Classes outside the catalogue and regions that the book does not cover are not about anything here.
        """
        if not all(_fits(product.get(name, ""), name, allowed, product) for name, allowed in self.match):
            return None
        fields = _FIELD.findall(self.item)
        if "instanceType" in fields and product.get("instanceType") not in _classes():
            return None
        if "toRegionCode" in fields and product.get("toRegionCode") not in regions:
            return None
        return _fill(self.item, product)

    def covers(self, service: str, item: str, unit: str) -> bool:
        """Whether an item of the book is one that this offer would find."""
        pattern = _FIELD.sub(r"\\S+", re.escape(self.item).replace(r"\{", "{").replace(r"\}", "}"))
        return (service, unit) == (self.service, self.unit) and re.fullmatch(pattern, item) is not None


@cache
def offers() -> tuple[Offer, ...]:
    """The whole table, in its order."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return tuple(_offer(row) for row in csv.DictReader(file))


def _offer(row: dict[str, str]) -> Offer:
    pairs = (part.split("=", 1) for part in row["match"].split(";"))
    return Offer(
        service=row["service"],
        item=row["item"],
        unit=row["unit"],
        offer=row["offer"],
        scope=row["scope"],
        per=Decimal(row["per"]),
        reserved=row["terms"] == "all",
        match=tuple((name, tuple(allowed.split("|"))) for name, allowed in pairs),
    )


def _fits(value: str, name: str, allowed: tuple[str, ...], product: Mapping[str, str]) -> bool:
    wanted = [_fill(one, product) for one in allowed]
    # AWS puts a region's short name before a usage type ("USW2-NatGateway-Hours"), and none in us-east-1.
    return value in wanted or (name == "usagetype" and _REGION_PREFIX.sub("", value) in wanted)


def _fill(template: str, product: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda field: product.get(field[1], ""), template)


@cache
def _classes() -> frozenset[str]:
    return frozenset(c.name for service in specs.SERVICES for c in specs.classes(service))
