"""What others wrote into a stack config: Pulumi's `encryptionsalt`, `secretsprovider` …, and config of other packages."""

from __future__ import annotations

from typing import Any, NamedTuple

from infra.config import CONFIG_KEY
from infra.errors import InputError, Mistake
from infra.yamlfile import parse_yaml


class Around(NamedTuple):
    """Lines as they stand before and after ramp's own key."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Foreign(NamedTuple):
    """Other top-level keys, and other keys below `config`, each with what hangs on it."""

    top: Around = Around()
    config: Around = Around()


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
    top = _around(lines, tree, "config", 0, len(lines))
    if not tree.get("config"):
        return Foreign(top)
    begin, end = _span(tree, "config", len(lines))
    return Foreign(top, _around(lines, tree["config"], CONFIG_KEY, begin + 1, end))


def _alone(kept: Foreign, path: str) -> tuple[Any, Any]:
    """What the kept lines say without the rest of the file."""
    top = parse_yaml("\n".join((*kept.top.before, *kept.top.after)), path) or {}
    config = parse_yaml("\n".join(("config:", *kept.config.before, *kept.config.after)), path)["config"] or {}
    return top, config


def _others(tree: dict[str, Any]) -> tuple[Any, Any]:
    config = tree.get("config") or {}
    top = {key: value for key, value in tree.items() if key != "config"}
    return top, {key: value for key, value in config.items() if key != CONFIG_KEY}


def _around(lines: list[str], mapping: dict[str, object], ours: str, begin: int, end: int) -> Around:
    """The lines of a mapping's keys but ours. Comments before the first key are the generated header."""
    before: list[str] = []
    after: list[str] = []
    kept = before
    for key in mapping:
        start, stop = _span(mapping, key, end)
        if key == ours:
            kept = after
        else:
            kept += lines[max(start, begin) : stop]
    return Around(tuple(before), tuple(after))


def _span(mapping: dict[str, object], key: str, end: int) -> tuple[int, int]:
    """The 0-based first line of a key and the line after its last."""
    starts = sorted(mapping.lc.key(other)[0] for other in mapping)  # type: ignore[attr-defined]
    start = mapping.lc.key(key)[0]  # type: ignore[attr-defined]
    return start, next((other for other in starts if other > start), end)
