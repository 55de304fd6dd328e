"""The price book: what one unit of anything costs in a region, with the source and date of each figure.

A file is read when the first price of its service is asked for, so that a plan pays only for what it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from infra.catalogue.bookfile import DATA, GLOBAL, Price, read, regions, services

__all__ = ["GLOBAL", "MAX_AGE", "MissingPrice", "Price", "PriceBook", "stale"]

ON_DEMAND = "on-demand"
MAX_AGE = timedelta(days=365)

_Key = tuple[str, str, str]


class MissingPrice(LookupError):
    """The book has no such price; the message names it and says what the book has instead."""


class MissingRegions(MissingPrice):
    """The book has no prices at all for `missing`, only for the regions `known`."""

    def __init__(self, missing: Sequence[str], known: Sequence[str]) -> None:
        self.missing, self.known = tuple(missing), tuple(known)
        super().__init__(
            f"no prices for {', '.join(missing)} in the price book; there are {', '.join(known) or 'none'}"
        )


class PriceBook:
    """The prices of some regions and of what AWS prices globally. Build it with `PriceBook.load`."""

    def __init__(self, regions: tuple[str, ...], directory: Path) -> None:
        self.regions = regions
        self._directory = directory
        self._files: dict[tuple[str, str], dict[_Key, tuple[Price, ...]]] = {}

    @classmethod
    def load(cls, wanted: Iterable[str], directory: Path = DATA) -> PriceBook:
        """The book of the regions named (as AWS codes them, "us-east-1") and of "global".

        Raises MissingPrice when the book has no prices for one of them.
        """
        known = regions(directory)
        chosen = tuple(dict.fromkeys((*wanted, GLOBAL)))
        missing = [region for region in chosen if region not in known]
        if missing:
            raise MissingRegions(missing, [region for region in known if region != GLOBAL])
        return cls(chosen, directory)

    def price(self, service: str, item: str, region: str, unit: str, kind: str = ON_DEMAND) -> Price:
        """The one price of an item. Raises MissingPrice when there is none, or more than one (see `tiers`)."""
        first, *others = self.tiers(service, item, region, unit, kind)
        if others:
            name = _name(service, item, region, unit, kind)
            raise MissingPrice(f"{name} is priced in {len(others) + 1} tiers, not by one price")
        return first

    def tiers(self, service: str, item: str, region: str, unit: str, kind: str = ON_DEMAND) -> tuple[Price, ...]:
        """The prices of an item by rising `above`, one where it has no tiers. Raises MissingPrice when it has none."""
        file = self._file(region, service)
        if found := file.get((item, unit, kind)):
            return found
        similar = sorted({f"{unit}, {kind}" for name, unit, kind in file if name == item})
        hint = f"; it is priced per {' and per '.join(similar)}" if similar else ""
        raise MissingPrice(f"no price for {_name(service, item, region, unit, kind)}{hint}")

    def has(self, service: str, item: str, region: str, unit: str, kind: str = ON_DEMAND) -> bool:
        """Whether the book has a price of an item."""
        return (item, unit, kind) in self._file(region, service)

    def all(self) -> tuple[Price, ...]:
        """Every price of the book's regions."""
        return tuple(
            price
            for region in self.regions
            for service in services(self._directory, region)
            for tiers in self._file(region, service).values()
            for price in tiers
        )

    def stale(self, today: date) -> tuple[Price, ...]:
        """The book's prices that were read more than a year before `today`, or that carry no date."""
        return stale(self.all(), today)

    def _file(self, region: str, service: str) -> dict[_Key, tuple[Price, ...]]:
        if region not in self.regions:
            raise MissingPrice(f"the book was loaded for {', '.join(self.regions)}, not for {region}")
        if (region, service) not in self._files:
            self._files[region, service] = _by_key(read(self._directory, region, service))
        return self._files[region, service]


def stale(prices: Iterable[Price], today: date) -> tuple[Price, ...]:
    """Those of `prices` that were read more than a year before `today`, or that carry no date, each once."""
    old = (p for p in prices if p.source_date is None or today - p.source_date > MAX_AGE)
    return tuple(dict.fromkeys(old))


def _by_key(prices: Iterable[Price]) -> dict[_Key, tuple[Price, ...]]:
    found: dict[_Key, tuple[Price, ...]] = {}
    for price in prices:
        key = (price.item, price.unit, price.kind)
        found[key] = tuple(sorted((*found.get(key, ()), price), key=lambda p: p.above))
    return found


def _name(service: str, item: str, region: str, unit: str, kind: str) -> str:
    return f"{service}: {item} in {region}, per {unit}, {kind}"
