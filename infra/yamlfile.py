"""YAML files that people write: read with their line numbers, checked against a pydantic model, mistakes reported whole."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from infra.errors import InputError, Mistake

M = TypeVar("M", bound=BaseModel)
MAX_BYTES = 1_000_000


def read_yaml(path: Path) -> Any:
    """The file's content as ruamel's round-trip tree, which knows its lines.

    Raises InputError where the file is missing, too large, not UTF-8, not YAML, or holds a key twice.
    """
    shown = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError([Mistake(shown, None, "file", reason, "a readable YAML file")]) from None
    if len(raw) > MAX_BYTES:
        raise InputError([Mistake(shown, None, "file", f"{len(raw)} bytes", f"at most {MAX_BYTES} bytes")])
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Mistake(shown, line, "file", f"byte 0x{raw[error.start]:02x}", "UTF-8 text")]) from None
    return parse_yaml(text, shown)


def parse_yaml(text: str, path: str) -> Any:
    """The same for text; `path` is only named in errors."""
    try:
        return YAML(typ="rt").load(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError([Mistake(path, line, "YAML", str(error.problem), "valid YAML")]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputError([Mistake(path, None, "YAML", str(error).splitlines()[0], "valid YAML")]) from None


def line_of(tree: Any, location: Sequence[str | int]) -> int | None:
    """The 1-based line of a path inside a round-trip tree: of its deepest key that exists."""
    line: int | None = None
    node: Any = tree
    for step in location:
        try:
            position = node.lc.item(step) if isinstance(step, int) else node.lc.key(step)
            node = node[step]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
        line = position[0] + 1
    return line


def check(model: type[M], tree: Any, path: str, at: Sequence[str] = ()) -> M:
    """The tree below `at`, validated strictly as `model`. Raises InputError with a mistake for each thing wrong."""
    subtree = tree
    for step in at:
        subtree = subtree[step]
    try:
        text = json.dumps(subtree, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError([Mistake(path, line_of(tree, at), ".".join(at) or "file", str(error), "plain YAML")]) from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise InputError([_mistake(detail, model, tree, path, at) for detail in _causes(error.errors())]) from None


def _causes(details: Sequence[Any]) -> list[Any]:
    """The mistakes without those that only follow: a list counts as too short when its entries are wrong."""
    inner = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in inner]


def _mistake(detail: Any, model: type[BaseModel], tree: Any, path: str, at: Sequence[str]) -> Mistake:
    location = tuple(step for step in detail["loc"] if step not in {"function-after", "[key]"})
    key = ".".join(str(step) for step in location) or (".".join(at) or "file")
    received = _shown(detail["input"])
    line = line_of(tree, (*at, *location))
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        return Mistake(path, line, key, "an unknown key", ", ".join(known), hint)
    if kind == "missing":
        return Mistake(path, line, key, "nothing", "this key is required")
    if kind == "value_error":
        return Mistake(path, line, key, received, str(context["error"]))
    if kind == "string_pattern_mismatch":
        return Mistake(path, line, key, received, f"text that matches {context['pattern']}")
    message = detail["msg"].removeprefix("Input should be ")
    return Mistake(path, line, key, received, message)


def _shown(value: object) -> str:
    if isinstance(value, Mapping | list):
        return f"a {'mapping' if isinstance(value, Mapping) else 'list'} of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "…"


def _known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys that `model` has at a path, read off its JSON Schema."""
    schema: Any = model.model_json_schema()
    definitions, node = schema.get("$defs", {}), schema
    for step in location:
        node = _inside(node, step, definitions)
    return sorted(_resolved(node, definitions).get("properties", {}))


def _inside(node: Any, step: str | int, definitions: Any) -> Any:
    node = _resolved(node, definitions)
    if isinstance(step, int):
        return node.get("items", {})
    extra = node.get("additionalProperties")
    patterns = next(iter(node.get("patternProperties", {}).values()), {})
    return node.get("properties", {}).get(step) or (extra if isinstance(extra, dict) else patterns)


def _resolved(node: Any, definitions: Any) -> Any:
    for option in node.get("anyOf", ()):
        if "$ref" in option:
            node = option
    return definitions[node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
