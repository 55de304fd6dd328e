"""Where two values differ: a path for each leaf, lists of named things lined up by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from infra.diff.change import ABSENT, Absent, Side
from infra.graph import UNKNOWN, Secret
from infra.graph.values import Value

Difference = tuple[str, Side, Side]

_NAMES = ("name", "key", "id", "originId", "pathPattern", "metricName", "Sid")
"""What tells the items of a list apart, where all items have it."""


def differences(old: Side, new: Side, path: str = "") -> Iterator[Difference]:
    """Yields (path, old, new) for each leaf that differs.

    Two unknowns are equal here, as are two secrets of which either can't be read: what they depend on decides then.
    """
    if same(old, new):
        return
    old, new = _opened(old, new), _opened(new, old)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), f"{path}.{key}" if path else key)
    elif _is_list(old) and _is_list(new) and any(isinstance(item, Mapping) for item in (*old, *new)):
        before, after = _by_name(old, new)
        for key in dict.fromkeys((*before, *after)):
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), f"{path}[{key}]")
    else:
        yield path, old, new


def same(old: Side, new: Side) -> bool:
    """True if two values are equal as far as can be seen."""
    if isinstance(old, Secret) and isinstance(new, Secret):
        return old.digest == new.digest or None in (old.digest, new.digest)
    if is_blank(old) and is_blank(new):
        return True
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
    if _is_list(old) and _is_list(new):
        return len(old) == len(new) and all(same(a, b) for a, b in zip(old, new, strict=True))
    return type(old) is type(new) and old == new


def is_blank(value: Side) -> bool:
    """True for what only exists after creation, and for a secret whose text isn't shown."""
    return value is UNKNOWN or (isinstance(value, Secret) and (not value.known or value.digest is None))


def blanks(value: Side, path: str = "") -> Iterator[tuple[str, Value]]:
    """Yields (path, value) for each leaf that is blank."""
    if isinstance(value, Absent):
        return
    if is_blank(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from blanks(item, f"{path}.{key}" if path else key)
    elif _is_list(value):
        for key, item in _by_name(value, value)[0].items():
            yield from blanks(item, f"{path}[{key}]")


def _opened(value: Side, other: Side) -> Side:
    """The data inside a text that is JSON, where the other side is JSON too: policies, dashboards, definitions."""
    if not (isinstance(value, str) and isinstance(other, str) and value[:1] in "{[" and other[:1] == value[:1]):
        return value
    try:
        json.loads(other)
        return json.loads(value)
    except ValueError:
        return value


def _by_name(old: Sequence[Value], new: Sequence[Value]) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    for name in _NAMES:
        if all(isinstance(item, Mapping) and isinstance(item.get(name), str) for item in (*old, *new)):
            sides = [{str(item[name]): item for item in side if isinstance(item, Mapping)} for side in (old, new)]
            if (len(sides[0]), len(sides[1])) == (len(old), len(new)):
                return sides[0], sides[1]
    return {str(i): item for i, item in enumerate(old)}, {str(i): item for i, item in enumerate(new)}


def _is_list(value: Side) -> TypeGuard[Sequence[Value]]:
    return isinstance(value, list | tuple)
