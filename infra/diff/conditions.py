"""In which direction a value changes: what the table says of a property may hold for one direction only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from infra.diff.change import Absent, Side

When = Literal["changes", "falls", "rises", "shrinks", "vanishes"]


def happens(when: When, old: Side, new: Side) -> bool:
    """True if a value that differs does so in this way."""
    return _HAPPENS[when](old, new)


def falls(old: Side, new: Side) -> bool:
    """True if a number, a version, a quantity or a switch goes down; a switch that is left out is off."""
    before, after = _measure(old), _measure(False if old is True and isinstance(new, Absent) else new)
    return before is not None and after is not None and after < before


def _measure(value: Side) -> tuple[float, ...] | None:
    if isinstance(value, bool | int | float):
        return (float(value),)
    if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)*", value):
        return tuple(float(part) for part in value.split("."))
    quantity = re.fullmatch(r"(\d+(?:\.\d+)?)(m|[KMGTPE]i?)", value) if isinstance(value, str) else None
    return (float(quantity[1]) * _UNITS[quantity[2]],) if quantity else None


def _shrinks(old: Side, new: Side) -> bool:
    if not isinstance(old, list | tuple) or not isinstance(new, list | tuple):
        return False
    return len(new) < len(old) or any(item not in new for item in old if isinstance(item, str))


_UNITS = {"m": 1e-3} | {
    f"{letter}{suffix}": base**power
    for power, letter in enumerate("KMGTPE", 1)
    for suffix, base in (("", 1000.0), ("i", 1024.0))
}
"""Kubernetes' quantities."""

_HAPPENS: Mapping[When, Callable[[Side, Side], bool]] = {
    "changes": lambda old, new: not isinstance(old, Absent) and not isinstance(new, Absent),
    "falls": falls,
    "rises": lambda old, new: falls(new, old),
    "shrinks": _shrinks,
    "vanishes": lambda old, new: isinstance(new, Absent) and not isinstance(old, Absent),
}
