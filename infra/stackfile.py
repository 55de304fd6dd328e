"""What others wrote into a stack config: Pulumi's `encryptionsalt`, `secretsprovider` …, and config of other packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.config import CONFIG_KEY
from infra.errors import InputError, Mistake
from infra.yamlfile import parse_yaml


@dataclass(frozen=True)
class Foreign:
    """Lines as they stand: other top-level keys, and other keys below `config`, each with what hangs on it."""

    top: tuple[str, ...] = ()
    config: tuple[str, ...] = ()


def foreign(text: str, path: str) -> Foreign:
    """Everything in a stack config that ramp didn't write. Raises InputError where the file isn't a stack config."""
    text = text.removeprefix("\ufeff")
    tree = parse_yaml(text, path) or {}
    if not isinstance(tree, dict) or not isinstance(tree.get("config") or {}, dict):
        raise InputError([Mistake(path, None, "file", type(tree).__name__, "a stack config, or no file")])
    try:
        kept = _cut_out(text.splitlines(), tree)
        same = _alone(kept, path) == _others(tree)
    except (InputError, KeyError):
        kept, same = Foreign(), False
    if not same:
        what = "block style, each key on a line of its own, so that what isn't ramp's can be kept"
        raise InputError([Mistake(path, None, "file", "YAML of another style", what)])
    return kept


def _cut_out(lines: list[str], tree: dict[str, Any]) -> Foreign:
    top = _blocks(lines, tree, "config", 0, len(lines))
    if not tree.get("config"):
        return Foreign(top)
    begin, end = _span(tree, "config", len(lines))
    return Foreign(top, _blocks(lines, tree["config"], CONFIG_KEY, begin + 1, end))


def _alone(kept: Foreign, path: str) -> tuple[Any, Any]:
    """What the kept lines say without the rest of the file."""
    top = parse_yaml("\n".join(kept.top), path) or {}
    config = parse_yaml("\n".join(("config:", *kept.config)), path)["config"] or {}
    return top, config


def _others(tree: dict[str, Any]) -> tuple[Any, Any]:
    config = tree.get("config") or {}
    top = {key: value for key, value in tree.items() if key != "config"}
    return top, {key: value for key, value in config.items() if key != CONFIG_KEY}


def _blocks(lines: list[str], mapping: dict[str, object], ours: str, begin: int, end: int) -> tuple[str, ...]:
    """The lines of a mapping's keys but ours. Comments before the first key are the generated header."""
    kept: list[str] = []
    for key in mapping:
        start, stop = _span(mapping, key, end)
        if key != ours:
            kept += lines[max(start, begin) : stop]
    return tuple(kept)


def _span(mapping: dict[str, object], key: str, end: int) -> tuple[int, int]:
    """The 0-based first line of a key and the line after its last."""
    starts = sorted(mapping.lc.key(other)[0] for other in mapping)  # type: ignore[attr-defined]
    start = mapping.lc.key(key)[0]  # type: ignore[attr-defined]
    return start, next((other for other in starts if other > start), end)
