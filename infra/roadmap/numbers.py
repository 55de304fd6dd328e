"""Numbers and durations as people write them in a roadmap."""

from __future__ import annotations

import re

# Hyphen, en dash and em dash, for a character class: people write ranges and titles with any of them.
DASHES = "\u2013\u2014-"
# Bounded, for Python refuses to convert what has thousands of digits; no figure of a roadmap has thirteen.
NUMBER = r"(?<!\d)(?:\d{1,3}(?:[.,' \u00a0\u202f]\d{3}){1,3}|\d{1,12})(?!\d)"
_SCALE = {"": 1, "k": 1_000, "m": 1_000_000}
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "second": 1, "min": 60, "m": 60, "minute": 60, "h": 3600, "hour": 3600}
_USERS = re.compile(rf"(?<![A-Za-z_])({NUMBER})(?:[.,](\d{{1,6}}))?\s*([kKmM]?)\b", re.ASCII)
DURATION = re.compile(
    r"(?<![\d.,])(\d{1,9}(?:[.,]\d{1,6})?)\s*(ms|milliseconds?|s|secs?|seconds?|min|mins|minutes?|m|h|hours?)\b",
    re.I | re.ASCII,
)
MAX_USERS = 1_000_000_000


def whole(text: str) -> int:
    """A whole number without its thousands separators: "2,000", "2.000" and "2 000" are 2000."""
    return int(re.sub(r"\D", "", text))


def user_counts(text: str) -> list[int]:
    """Every user count in a text, in order: `1,000 → 2.000`, `10k`, `1.5M`."""
    return [_users(match) for match in _USERS.finditer(text)]


def _users(match: re.Match[str]) -> int:
    number, fraction, scale = match[1], match[2] or "", _SCALE[match[3].lower()]
    return whole(number) * scale + (int(fraction) * scale // 10 ** len(fraction) if fraction else 0)


def seconds(text: str) -> float | None:
    """The first duration in a text, in seconds: `30s`, `3 minutes`, `100ms`; None if it has none."""
    match = DURATION.search(text)
    if not match:
        return None
    unit = match[2].lower()
    factor = 0.001 if unit.startswith("mil") else _SECONDS[unit if unit in ("ms", "s") else unit.rstrip("s")]
    return float(match[1].replace(",", ".")) * factor
