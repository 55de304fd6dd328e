"""Numbers and durations as people write them in a roadmap."""

from __future__ import annotations

import re

# Hyphen, en dash and em dash, for a character class: people write ranges and titles with any of them.
DASHES = "\u2013\u2014-"
ARROW = "(?:[\u2192\u21d2\u27f6\u27f9\u2794\u2799\u279c\u279d\u279e\u27a1]\ufe0f?|[-=]>)"
_SPACES = " \u00a0\u2009\u202f"
# Thousands by a dot, a comma, an apostrophe or a space; lakhs and crores (2,50,000) by commas. Bounded, for Python refuses
# to convert what has thousands of digits; no figure of a roadmap has thirteen.
NUMBER = rf"(?<!\d)(?:[1-9]\d{{0,2}}(?:[.,'\u2019{_SPACES}]\d{{3}}){{1,3}}|[1-9]\d?(?:,\d\d){{1,3}},\d{{3}}|\d{{1,12}})(?!\d)"
# A figure that may have decimals.
FIGURE = rf"(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}}){{1,3}}(?!\d)|\d{{1,12}}(?:[.,'\u2019]\d{{1,12}}){{0,6}})"
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "second": 1, "min": 60, "m": 60, "minute": 60, "h": 3600, "hour": 3600}
DURATION = re.compile(
    rf"(?<![\d.,])(?<!\d[{DASHES}])({FIGURE})\s*(ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|m|h|hours?)\b",
    re.I | re.ASCII,
)


def whole(text: str) -> int:
    """A whole number without its thousands separators: "2,000", "2.000", "2 000" and "2'000" are 2000."""
    return int(re.sub(r"\D", "", text))


def figure(text: str, unit: str = "") -> float:
    """A figure with either decimal sign; three digits after a dot are thousands unless a share or seconds have them."""
    *head, tail = re.split(r"[.,]", re.sub(rf"['\u2019{_SPACES}]", "", text))
    if not head:
        return float(tail)
    dotted = text[-len(tail) - 1] == "."
    decimal = len(tail) != 3 or head == ["0"] or (dotted and unit.lower() in ("%", "s"))
    return float(f"{''.join(head)}.{tail}") if decimal else float(f"{''.join(head)}{tail}")


def seconds(text: str) -> float | None:
    """The first duration in a text, in seconds: `30s`, `3 minutes`, `100ms`, `1,500 ms`; None if it has none."""
    match = DURATION.search(text)
    if not match:
        return None
    unit = match[2].lower()
    factor = 0.001 if unit.startswith("mil") else _SECONDS[unit if unit in ("ms", "s") else unit.rstrip("s")]
    return figure(match[1], unit) * factor
