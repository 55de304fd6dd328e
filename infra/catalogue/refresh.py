"""Rebuilds the price book from AWS's public bulk price lists: no credentials, one pass a file, all or nothing."""

from __future__ import annotations

import http.client
import io
import tempfile
import urllib.error
import urllib.request
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from infra.catalogue import bookfile
from infra.catalogue.bookfile import GLOBAL, Price, plain
from infra.catalogue.bulklist import Item, PriceList, read_list
from infra.catalogue.offers import offers

BASE_URL = "https://pricing.us-east-1.amazonaws.com"
_TRANSFER = "AWSDataTransfer"
_TIMEOUT_SECONDS = 60


class RefreshError(Exception):
    """A price list that could not be read: where it was looked for, and why it wasn't. The book is as it was."""

    def __init__(self, url: str, reason: object) -> None:
        self.url, self.reason = url, str(getattr(reason, "strerror", None) or reason)
        super().__init__(f"{self.url}: {self.reason}")


@dataclass(frozen=True)
class RefreshSummary:
    """What a refresh did: new prices, figures that moved (before, after), prices that AWS lists no more.

    `kept` counts the prices that no list carries (spot averages, flat-rate plans …) or whose region wasn't asked for,
    and `disputed` names the items that a list prices in two ways; both stand as they were, with their old date.
    """

    added: tuple[Price, ...]
    changed: tuple[tuple[Price, Price], ...]
    removed: tuple[Price, ...]
    unchanged: int
    kept: int
    disputed: tuple[Item, ...]

    def lines(self) -> tuple[str, ...]:
        """The summary in words, a line a price that is new, gone, moved or disputed, and the counts."""
        return (
            *(f"added    {_name(price)}: {plain(price.usd)}" for price in self.added),
            *(f"changed  {_name(after)}: {plain(before.usd)} -> {plain(after.usd)}" for before, after in self.changed),
            *(f"removed  {_name(price)}: {plain(price.usd)}" for price in self.removed),
            *(f"disputed {': '.join(item)}: the list has two prices; the old one is kept" for item in self.disputed),
            f"{len(self.added)} added, {len(self.changed)} changed, {len(self.removed)} removed, "
            f"{self.unchanged} unchanged, {self.kept} kept that no list carries",
        )


def refresh(base_url: str, regions: Sequence[str], out_dir: Path, today: date) -> RefreshSummary:
    """Replaces the book in `out_dir` by one read from `base_url` for `regions` and for global prices, dated `today`.

    Raises RefreshError, and leaves the book as it was, when a list is missing or broken.
    """
    old = _everything(out_dir)
    known = tuple(dict.fromkeys((*bookfile.regions(out_dir), *regions)))
    wanted = _lists(regions, known)
    lists = [_download(base_url, code, region, known, today) for code, region in wanted]
    disputed = frozenset[Item]().union(*(one.disputed for one in lists))
    kept = [p for p in old if p.key[:-1] in disputed or not _is_listed(p, wanted)]
    new = kept + _with_allowances([p for one in lists for p in one.prices], old)
    _replace(out_dir, new)
    return _summary(old, new, len(kept), disputed)


def _lists(regions: Sequence[str], known: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The lists to read, as (offer code, region), each once.

    What travels to a region is priced where it leaves, so transfer is read for every region of the book.
    """
    places = {GLOBAL: (GLOBAL,), "region": tuple(regions)}
    everywhere = tuple(region for region in known if region != GLOBAL)
    lists = ((o.offer, r) for o in offers() for r in (everywhere if o.offer == _TRANSFER else places[o.scope]))
    return tuple(dict.fromkeys(lists))


def _download(base_url: str, code: str, region: str, known: tuple[str, ...], today: date) -> PriceList:
    place = "" if region == GLOBAL else f"{region}/"
    url = f"{base_url.rstrip('/')}/offers/v1.0/aws/{code}/current/{place}index.json"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
            return read_list(io.TextIOWrapper(response, encoding="utf-8"), code, region, known, today)
    except urllib.error.URLError as error:
        raise RefreshError(url, error.reason) from error
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise RefreshError(url, error) from error


def _is_listed(price: Price, lists: Collection[tuple[str, str]]) -> bool:
    """Whether one of the lists that were read would carry the price, so that its absence there means something."""
    return any(
        (o.offer, price.region) in lists
        and o.covers(price.service, price.item, price.unit)
        and (price.kind == "on-demand" or (o.reserved and price.kind.startswith(("reserved", "convertible"))))
        for o in offers()
    )


def _with_allowances(new: Iterable[Price], old: Iterable[Price]) -> list[Price]:
    """`new` with the free first part of an item that AWS's lists leave out; the first paid tier begins at its end."""
    free = {p.key: p for p in old if p.above == 0 and p.usd == 0}
    ends: dict[Item, Price] = {}
    for price in sorted((p for p in old if p.above > 0), key=lambda p: p.above, reverse=True):
        ends[price.key[:-1]] = price
    result: list[Price] = []
    for price in new:
        end = ends.get(price.key[:-1])
        if price.key in free and price.usd > 0 and end:
            result += [free[price.key], replace(price, above=end.above)]
        else:
            result.append(price)
    return result


def _replace(out_dir: Path, prices: Iterable[Price]) -> None:
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=f".{out_dir.name}-") as work:
        fresh, before = Path(work) / "new", Path(work) / "old"
        bookfile.write(fresh, prices)
        if out_dir.exists():
            out_dir.rename(before)
        try:
            fresh.rename(out_dir)
        except OSError:
            before.rename(out_dir)
            raise


def _summary(old: Iterable[Price], new: Iterable[Price], kept: int, disputed: Iterable[Item]) -> RefreshSummary:
    before, after = {p.key: p for p in old}, {p.key: p for p in new}
    both = [(before[key], after[key]) for key in sorted(before.keys() & after.keys())]
    return RefreshSummary(
        added=tuple(after[key] for key in sorted(after.keys() - before.keys())),
        changed=tuple((b, a) for b, a in both if b.usd != a.usd),
        removed=tuple(before[key] for key in sorted(before.keys() - after.keys())),
        unchanged=sum(b.usd == a.usd for b, a in both) - kept,
        kept=kept,
        disputed=tuple(sorted(disputed)),
    )


def _name(price: Price) -> str:
    tier = f" above {plain(price.above)}" if price.above else ""
    return f"{price.region} {price.service}: {price.item}, per {price.unit}, {price.kind}{tier}"


def _everything(book: Path) -> list[Price]:
    return [
        price
        for region in bookfile.regions(book)
        for service in bookfile.services(book, region)
        for price in bookfile.read(book, region, service)
    ]
