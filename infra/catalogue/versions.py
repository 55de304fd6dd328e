"""The engine versions that AWS sells without a surcharge: Kubernetes, RDS for PostgreSQL by its major, and Valkey.

One that is past its standard support isn't in the list, and neither is one that this project's resources don't work with.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "versions.csv"


@cache
def versions(engine: str) -> tuple[str, ...]:
    """The versions of "eks", "rds" or "valkey", the oldest first."""
    with _DATA.open(newline="", encoding="utf-8") as file:
        return tuple(row["version"] for row in csv.DictReader(file) if row["engine"] == engine)
