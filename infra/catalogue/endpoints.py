"""The AWS services that a VPC reaches by a private interface endpoint, as the end of `com.amazonaws.<region>.` names them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "endpoints.csv"


@cache
def endpoints() -> frozenset[str]:
    """The names: `ecr.api`, `ecr.dkr`, `logs`, … Not every region has every one."""
    with _DATA.open(newline="", encoding="utf-8") as file:
        return frozenset(row["service"] for row in csv.DictReader(file))
