"""AWS's commercial regions, and the letters of the availability zones that an account may find in each.

Letters are given out by account: one that has `us-west-1a` and `us-west-1c` may not have `us-west-1b`. So a letter that
no account has is refused, and one that some accounts have is taken.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "zones.csv"


@cache
def zones() -> Mapping[str, tuple[str, ...]]:
    """The names of the zones by region: `us-east-1a` … `us-east-1f` of `us-east-1`."""
    with _DATA.open(newline="", encoding="utf-8") as file:
        return {
            row["region"]: tuple(row["region"] + letter for letter in row["letters"]) for row in csv.DictReader(file)
        }
