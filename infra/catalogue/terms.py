"""What a product costs by a bulk price file's terms: on demand in tiers, reserved as one effective hourly rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

Tiers = dict[Decimal, Decimal]  # the quantity above which a price holds → the price, both in AWS's unit

_HOURS_A_YEAR = 8760
_YEARS = {"1yr": 1, "3yr": 3}
_NAMES = {"standard": "reserved", "convertible": "convertible"}
# What is sold without upfront payment is compared like that; RDS sells three years with partial upfront only.
_PREFERENCE = ("No Upfront", "Partial Upfront")
_MICRODOLLAR = Decimal("0.000001")


def on_demand(terms: Mapping[str, Any]) -> Tiers:
    """The on-demand prices of one product, in USD for one of AWS's units, by where each tier begins."""
    return {
        Decimal(dimension.get("beginRange") or 0): Decimal(dimension["pricePerUnit"]["USD"])
        for dimension in _dimensions(terms.values())
        if "USD" in dimension["pricePerUnit"]
    }


def reserved(terms: Mapping[str, Any]) -> dict[str, Decimal]:
    """The reserved rates of one product in USD an hour by kind ("reserved-1y", "convertible-3y" …).

    An upfront payment is spread over the hours of the term, rounded to a millionth of a dollar.
    """
    found: dict[str, dict[str, Decimal]] = {}
    for term in terms.values():
        attributes = term["termAttributes"]
        name, years = _NAMES.get(attributes["OfferingClass"]), _YEARS.get(attributes["LeaseContractLength"])
        if name and years and attributes["PurchaseOption"] in _PREFERENCE:
            kind = f"{name}-{years}y"
            found.setdefault(kind, {})[attributes["PurchaseOption"]] = _hourly(term, years)
    return {kind: next(by_option[o] for o in _PREFERENCE if o in by_option) for kind, by_option in found.items()}


def _hourly(term: Mapping[str, Any], years: int) -> Decimal:
    rate = Decimal(0)
    for dimension in _dimensions([term]):
        usd = Decimal(dimension["pricePerUnit"]["USD"])
        rate += usd / (years * _HOURS_A_YEAR) if dimension["unit"] == "Quantity" else usd
    return rate.quantize(_MICRODOLLAR)


def _dimensions(terms: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for term in terms:
        yield from term["priceDimensions"].values()
