"""A YAML tree checked against a pydantic model, with every mistake told at its line in a person's words."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from infra.errors import InputError, Mistake
from infra.patterns import WORDS
from infra.yamlfile import line_of

M = TypeVar("M", bound=BaseModel)
MOST_TOLD = 100
"""Mistakes of one file that are told each."""


def check(model: type[M], tree: Any, path: str, at: Sequence[str] = ()) -> M:
    """The tree below `at`, validated strictly as `model`. Raises InputError with a mistake for each thing wrong."""
    subtree = tree
    for step in at:
        subtree = subtree[step]
    if subtree is None:
        raise InputError([Mistake(path, line_of(tree, at), ".".join(at) or "file", "nothing in it", "a mapping")])
    try:
        return model.model_validate_json(json.dumps(subtree, default=str))
    except ValidationError as error:
        details = _causes(error, model)
        found = [one for detail in details[:MOST_TOLD] for one in _mistakes(detail, model, tree, path, at)]
        if len(details) > MOST_TOLD:
            found.insert(0, _too_many(len(details), path))
        raise InputError(found) from None


def _too_many(mistakes: int, path: str) -> Mistake:
    hint = f"The first {MOST_TOLD} follow; it is probably another file."
    return Mistake(path, None, "file", f"{mistakes} mistakes", "none", hint)


def allowed_by(detail: Any) -> str:
    """What a pydantic error says is allowed, in a person's words."""
    context = detail.get("ctx", {})
    if "error" in context:
        return str(context["error"])
    if "pattern" in context:
        return WORDS.get(context["pattern"], f"text that matches {context['pattern']}")
    words = _ALLOWED.get(detail["type"])
    if words:
        return words.format(**context)
    return detail["msg"].removeprefix("Input should be ")


_ALLOWED = {
    "string_type": "text",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "bool_type": "true or false",
}


def named_first(text: str, is_key: Callable[[str], bool]) -> tuple[str, str]:
    """The key that a validator's text begins with, and the rest; no key where it begins with something else.

    A validator of a whole section so says which key of it to change: "min_replicas 9 is above max_replicas 8".
    """
    found = re.match(r"[\w.\-]+(?=[ :])", text)
    if found and is_key(found[0]):
        return found[0], text[found.end() :].lstrip(": ")
    return "", text


def named_each(text: str, is_key: Callable[[str], bool]) -> list[tuple[str, str]]:
    """The same for a text of several sentences behind semicolons, where each begins with a key; else for the whole."""
    found = [named_first(part, is_key) for part in text.split("; ")]
    return found if all(key for key, _ in found) else [named_first(text, is_key)]


def _causes(error: ValidationError, model: type[BaseModel]) -> list[Any]:
    """The mistakes without those that only follow.

    A list counts as too short when its entries are wrong, and a key as missing where it is there, misspelt.
    """
    details = error.errors()
    inner = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
    unknown = [detail for detail in details if detail["type"] == "extra_forbidden"][:MOST_TOLD]
    meant = {(*_location(detail)[:-1], _near(detail, model)) for detail in unknown}
    return [
        detail
        for detail in details
        if not (detail["type"] == "too_short" and detail["loc"] in inner)
        and not (detail["type"] == "missing" and _location(detail) in meant)
    ]


def _location(detail: Any) -> tuple[str | int, ...]:
    return tuple(step for step in detail["loc"] if step not in {"function-after", "[key]"})


def _mistakes(detail: Any, model: type[BaseModel], tree: Any, path: str, at: Sequence[str]) -> list[Mistake]:
    """One mistake a detail, but one a sentence for a validator of a whole section."""
    location = _location(detail)
    if detail["type"] != "value_error" or not isinstance(detail["input"], Mapping | list):
        return [_mistake(detail, model, tree, path, at)]
    found = named_each(allowed_by(detail), lambda name: _there(tree, (*at, *location, *_steps(name))))
    places = [((*location, *_steps(own)), text) for own, text in found]
    return [Mistake(path, line_of(tree, (*at, *place)), _key(place, at), "", text) for place, text in places]


def _mistake(detail: Any, model: type[BaseModel], tree: Any, path: str, at: Sequence[str]) -> Mistake:
    location, kind, value = _location(detail), detail["type"], detail["input"]
    key, line = _key(location, at), line_of(tree, (*at, *location))
    if kind == "extra_forbidden":
        near = _near(detail, model)
        known = ", ".join(_known_keys(model, location[:-1]))
        return Mistake(path, line, key, "an unknown key", known, f"Did you mean {near}?" if near else "")
    if kind == "missing":
        return Mistake(path, line, key, "nothing", "this key is required")
    quote = kind == "string_type" and not isinstance(value, Mapping | list) and value is not None
    hint = "Put it in quotes: without them it is not text, and a leading zero would be lost." if quote else ""
    return Mistake(path, line, key, _shown(value), allowed_by(detail), hint)


def _key(location: Sequence[str | int], at: Sequence[str]) -> str:
    return ".".join(str(step) for step in location) or (".".join(at) or "file")


def _steps(key: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in key.split(".") if step)


def _there(tree: Any, location: Sequence[str | int]) -> bool:
    for step in location:
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _shown(value: object) -> str:
    if isinstance(value, Mapping | list):
        return f"a {'mapping' if isinstance(value, Mapping) else 'list'} of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "…"


def _near(detail: Any, model: type[BaseModel]) -> str:
    location = _location(detail)
    near = difflib.get_close_matches(str(location[-1]), _known_keys(model, location[:-1]), n=1)
    return near[0] if near else ""


def _known_keys(model: type[BaseModel], location: Sequence[str | int]) -> list[str]:
    """The keys that `model` has at a path, read off its JSON Schema."""
    schema = _schema(model)
    definitions, node = schema.get("$defs", {}), schema
    for step in location:
        node = _inside(node, step, definitions)
    return sorted(_resolved(node, definitions).get("properties", {}))


@cache
def _schema(model: type[BaseModel]) -> Any:
    return model.model_json_schema()


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
