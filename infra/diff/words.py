"""How a step tells of values and names, in a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from infra.diff.change import Side
from infra.graph import Secret
from infra.graph.values import Archive, Asset, Reference, Unknown, to_json


def text(value: Side) -> str:
    """A value on one line: text as it stands, lists and mappings as YAML has them, what can't be shown in brackets."""
    match value:
        case str():
            return " ".join(value.split())
        case bool() | None:
            return json.dumps(value)
        case Unknown():
            return "(unknown)"
        case Secret():
            return "(secret)"
        case Mapping():
            return f"{{{', '.join(f'{key}: {text(item)}' for key, item in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(text, value))}]"
        case Asset() | Archive() | Reference():
            return text(to_json(value))
        case _:
            return str(value)


def few(names: Sequence[str], most: int = 4) -> str:
    """Names in a row: the first ones, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
