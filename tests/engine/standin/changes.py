"""What a change of inputs does to a resource: nothing, an update in place, or a replacement."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import cfn
from .wire import Props, reveal

TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "changes.yaml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """The properties that differ, by path, and those among the type's that force a replacement."""

    paths: tuple[str, ...]
    replaces: tuple[str, ...]


def compare(token: str, old: Props, new: Props, settings: Props | None = None) -> Change:
    """Returns what differs between a resource's old and new inputs, under its provider's settings.

    Marks of secrets don't count.
    """
    old, new = _visible(old), _visible(new)
    paths = tuple(_differences(old, new, ""))
    if TABLE.get(token, {}).get("everything"):
        return Change(paths=paths, replaces=paths)
    forcing = (
        *_forcing(token, _lenient(token, new, settings or {})),
        *_at_times(TABLE.get(token, {}), old, new),
        *(key for key in new.keys() | old.keys() if _create_only(token, key)),
    )
    return Change(paths=paths, replaces=tuple(sorted({rule for rule in forcing if _at(old, rule) != _at(new, rule)})))


def changed_path(change: Change, path: str) -> bool:
    """Returns whether the changed path is one that replaces."""
    return any(path == rule or path.startswith((f"{rule}.", f"{rule}[")) for rule in change.replaces)


@cache
def _forcing(token: str, lenient: bool) -> tuple[str, ...]:
    always = ("region",) if token.startswith("aws:") else ()
    if token.startswith("kubernetes:"):
        always = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
    row = TABLE.get(token, {})
    return (*always, *row.get("replaces", []), *(() if lenient else row.get("contents", [])))


def _lenient(token: str, new: Props, settings: Props) -> bool:
    return bool(settings.get(TABLE.get(token, {}).get("unless", ""))) and new.get("immutable") is not True


def _at_times(row: dict[str, Any], old: Props, new: Props) -> Iterator[str]:
    """Yields what replaces in one direction only."""
    yield from (key for key in row.get("falls", []) if _version(new.get(key)) < _version(old.get(key)))
    yield from (key for key in row.get("vanishes", []) if key in old and key not in new)
    yield from (key for key, step in row.get("except", {}).items() if [old.get(key), new.get(key)] != step)


def _version(value: Any) -> tuple[int, ...]:
    return tuple(map(int, str(value).split("."))) if str(value).replace(".", "").isdigit() else ()


@cache
def _create_only(token: str, key: str) -> bool:
    if key in TABLE.get(token, {}).get("keeps", []):
        return False
    return cfn.cfn_name(token, key) in cfn.create_only(token)


def _visible(props: Props) -> Props:
    return {key: value for key, value in reveal(props).items() if not key.startswith("__")}


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _differences(old: Any, new: Any, path: str) -> list[str]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted((old.keys() | new.keys()) - {"__defaults"})
        found = [_differences(old.get(key), new.get(key), f"{path}.{key}" if path else key) for key in keys]
        return [item for items in found for item in items]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        found = [_differences(o, n, f"{path}[{i}]") for i, (o, n) in enumerate(zip(old, new, strict=True))]
        return [item for items in found for item in items]
    return [path]
