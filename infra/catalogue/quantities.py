"""Quantities of AWS's bill that are no prices: hours of a month, what a price includes. Each with its source."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "quantities.csv"


def quantity(name: str) -> Decimal:
    """The quantity of that name, in the unit that `data/quantities.csv` gives. KeyError when it has none."""
    return _quantities()[name]


@cache
def _quantities() -> dict[str, Decimal]:
    with _FILE.open(newline="", encoding="utf-8") as file:
        return {row["name"]: Decimal(row["value"]) for row in csv.DictReader(file)}
