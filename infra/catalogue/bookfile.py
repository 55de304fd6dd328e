"""The price book's files: `<book>/<region>/<service>.csv`, sorted, one price a row: a pull request shows what moved."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

from infra.errors import InputError, Mistake
from infra.textfile import read_text

DATA = Path(__file__).parent / "data" / "prices"
GLOBAL = "global"
COLUMNS = ("item", "unit", "kind", "from", "usd", "source", "source_date", "confidence")


@dataclass(frozen=True)
class Price:
    """One price in USD for one `unit` of an item, and where and when it was read.

    A tiered item has several, each for the part of a month's quantity above `above` (in `unit`); every other price has
    `above` 0. `confidence` is "read" (stands in the source), "derived" (computed from one that does) or "remembered".
    `source_date` is None where the source carries no date.
    """

    service: str
    item: str
    region: str
    unit: str
    kind: str
    above: Decimal
    usd: Decimal
    source: str
    source_date: date | None
    confidence: str

    @property
    def key(self) -> tuple[str, str, str, str, str, Decimal]:
        """What makes the price the same price in another edition of the book: all but the figure and its source."""
        return (self.region, self.service, self.item, self.unit, self.kind, self.above)


def regions(book: Path) -> tuple[str, ...]:
    """The regions that a book has prices for, sorted; "global" is one of them."""
    return tuple(sorted(p.name for p in book.iterdir() if p.is_dir())) if book.is_dir() else ()


def services(book: Path, region: str) -> tuple[str, ...]:
    """The services that a book has prices for in one region, sorted."""
    return tuple(sorted(p.stem for p in (book / region).glob("*.csv")))


def foreign(book: Path) -> Path | None:
    """What stands in a book's place, or in it, and is not of a price book; None where nothing does."""
    if not book.is_dir():
        return book if book.exists() else None
    entries = sorted(book.iterdir())
    folders = [entry for entry in entries if entry.is_dir()]
    files = [file for folder in folders for file in sorted(folder.iterdir())]
    strange = [entry for entry in entries if entry not in folders]
    strange += [file for file in files if not (file.is_file() and file.suffix == ".csv")]
    return strange[0] if strange else None


def read(book: Path, region: str, service: str) -> tuple[Price, ...]:
    """The prices of one file, in its order; none when the book has no such file. Raises InputError at a row that is none."""
    path = book / region / f"{service}.csv"
    if not path.is_file():
        return ()
    rows = csv.DictReader(StringIO(read_text(path, "a file of prices")))
    return tuple(_checked(region, service, row, str(path), rows.line_num) for row in rows)


def write(book: Path, prices: Iterable[Price]) -> None:
    """Writes the files of a book that hold `prices`, each sorted by item, unit, kind and tier."""
    files: dict[Path, list[Price]] = {}
    for price in prices:
        files.setdefault(book / price.region / f"{price.service}.csv", []).append(price)
    for path, rows in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(_row(price) for price in sorted(rows, key=lambda p: p.key))


def plain(number: Decimal) -> str:
    """A decimal as a person writes it: no exponent, no trailing zeros ("0.09", "10240")."""
    return format(number.normalize() + 0, "f")


def _checked(region: str, service: str, row: dict[str, str], path: str, line: int) -> Price:
    try:
        price = _price(region, service, row)
        if not (price.usd >= 0 and price.usd.is_finite() and price.above.is_finite()):
            raise ValueError
        return price
    except (KeyError, TypeError, ValueError, ArithmeticError):
        received = ",".join(str(value) for value in row.values())
        raise InputError([Mistake(path, line, "price", received, f"a row of {','.join(COLUMNS)}")]) from None


def _price(region: str, service: str, row: dict[str, str]) -> Price:
    return Price(
        service=service,
        item=row["item"],
        region=region,
        unit=row["unit"],
        kind=row["kind"],
        above=Decimal(row["from"]),
        usd=Decimal(row["usd"]),
        source=row["source"],
        source_date=date.fromisoformat(row["source_date"]) if row["source_date"] else None,
        confidence=row["confidence"],
    )


def _row(price: Price) -> tuple[str, ...]:
    return (
        price.item,
        price.unit,
        price.kind,
        plain(price.above),
        plain(price.usd),
        price.source,
        price.source_date.isoformat() if price.source_date else "",
        price.confidence,
    )
