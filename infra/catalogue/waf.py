"""AWS's managed rule groups that need no configuration of their own, with the names of their rules.

AWS takes an override of a rule that a group hasn't, and does nothing with it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "waf-rules.csv"


@cache
def rule_groups() -> Mapping[str, tuple[str, ...]]:
    """The rules of each group, by the group's whole name."""
    found: dict[str, tuple[str, ...]] = {}
    with _DATA.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["group"]] = (*found.get(row["group"], ()), row["rule"])
    return found
