"""One of AWS's bulk price lists as prices of the book: what `data/offers.csv` looks for, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TextIO, cast

from infra.catalogue import terms
from infra.catalogue.bookfile import GLOBAL, Price
from infra.catalogue.bulkfile import BrokenPriceFile, entries
from infra.catalogue.offers import Offer, offers

Item = tuple[str, str, str, str, str]  # region, service, item, unit, kind


@dataclass(frozen=True)
class PriceList:
    """One list's prices, and the items that it prices in two ways (whose prices are then left out)."""

    prices: tuple[Price, ...]
    disputed: frozenset[Item]


def read_list(text: TextIO, code: str, region: str, regions: tuple[str, ...], today: date) -> PriceList:
    """The prices of the list of AWS's offer `code` in `region`, dated `today`; `regions` are those a book covers.

    Raises BrokenPriceFile when the text is not a price list, or lists no product before its terms.
    """
    wanted = [o for o in offers() if o.offer == code and (o.scope == GLOBAL) == (region == GLOBAL)]
    products: dict[str, list[tuple[Offer, str]]] = {}
    found: dict[tuple[Any, ...], Price] = {}
    disputed: set[Item] = set()
    listed = False
    source = f"AWS bulk price list, {code}"
    for path, value in entries(text):
        match path:
            case ("publicationDate",):
                source += f", published {str(value)[:10]}"
            case ("products", sku):
                listed = True
                if items := _items(cast("dict[str, Any]", value), wanted, regions):
                    products[sku] = items
            case ("terms", kind, sku) if sku in products:
                for offer, item in products[sku]:
                    base = Price(
                        offer.service,
                        item,
                        region,
                        offer.unit,
                        "on-demand",
                        Decimal(0),
                        Decimal(0),
                        source,
                        today,
                        "read",
                    )
                    for price in _prices(cast("dict[str, Any]", value), kind, offer, base):
                        if found.setdefault(price.key, price).usd != price.usd:
                            disputed.add(price.key[:-1])
            case _:
                pass
    if not listed:
        raise BrokenPriceFile("not a price file: it lists no product")
    return PriceList(tuple(p for p in found.values() if p.key[:-1] not in disputed), frozenset(disputed))


def _items(product: Mapping[str, Any], wanted: list[Offer], regions: tuple[str, ...]) -> list[tuple[Offer, str]]:
    attributes = {**product.get("attributes", {}), "productFamily": product.get("productFamily", "")}
    return [(offer, item) for offer in wanted if (item := offer.item_of(attributes, regions))]


def _prices(value: Mapping[str, Any], kind: str, offer: Offer, base: Price) -> Iterator[Price]:
    if kind == "OnDemand":
        for above, usd in terms.on_demand(value).items():
            yield replace(base, above=above / offer.per, usd=usd * offer.per)
    elif offer.reserved:
        for name, usd in terms.reserved(value).items():
            yield replace(base, kind=name, usd=usd)
