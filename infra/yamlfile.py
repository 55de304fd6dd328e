"""YAML files that people write: a tree that knows its lines and holds only what a config may hold."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError

from infra.errors import InputError, Mistake
from infra.textfile import read_text

MAX_BYTES = 256 * 1024
MAX_DEPTH = 30
MAX_VALUES = 50_000
_DIGITS = re.compile(r"\d{4000}")


def read_yaml(path: Path) -> Any:
    """The file's content as ruamel's round-trip tree, which knows its lines.

    Raises InputError where the file can't be read, is not YAML, or holds what a config can't.
    """
    return parse_yaml(read_text(path, "a YAML file", MAX_BYTES), str(path))


def parse_yaml(text: str, path: str) -> Any:
    """The same for text; `path` is only named in errors."""
    try:
        yaml = YAML(typ="rt")
        yaml.max_depth = MAX_DEPTH  # a thousand brackets would take it seconds
        tree = yaml.load(StringIO(text))
    except Exception as error:  # of many kinds, and each says that the text is no YAML: ruamel documents none
        raise InputError([_no_yaml(error, text, path)]) from error
    _only_plain(tree, path)
    return tree


def _no_yaml(error: Exception, text: str, path: str) -> Mistake:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    line = mark.line + 1 if mark else None
    problem = str(getattr(error, "problem", None) or error or type(error).__name__).splitlines()[0]
    if isinstance(error, DuplicateKeyError) and (key := re.search(r'duplicate key "(.*?)" with', problem)):
        return Mistake(path, line, key[1], "this key a second time", "each key once")
    if isinstance(error, MaxDepthExceededError | RecursionError):
        return Mistake(path, line, "YAML", "a value nested too deep", f"at most {MAX_DEPTH} levels")
    if digits := _DIGITS.search(text):
        line = text[: digits.start()].count("\n") + 1
        return Mistake(path, line, "YAML", "a number of thousands of digits", "a number")
    if "found another document" in problem:
        return Mistake(path, line, "YAML", "a second document (---)", "one document")
    hint = "Indent with spaces." if "'\\t'" in problem else ""
    return Mistake(path, line, "YAML", problem.removeprefix("found "), "valid YAML", hint)


def _only_plain(tree: Any, path: str) -> None:
    """Refuses what YAML has and a config hasn't: tags, keys that aren't text, a value inside itself, an alias bomb."""
    left: list[tuple[Any, tuple[Any, ...]]] = [(tree, ())]
    seen = 0
    while left:
        node, at = left.pop()
        seen += 1
        if wrong := _unusual(node, at, seen):
            key = ".".join(map(str, at[:MAX_DEPTH])) or "file"
            raise InputError([Mistake(path, line_of(tree, at), key, *wrong)])
        if isinstance(node, Mapping) and (keys := [key for key in node if not isinstance(key, str)]):
            raise InputError(
                [
                    Mistake(
                        path, line_of(tree, (*at, keys[0])), str(keys[0]), "a key that is not text", "text, in quotes"
                    )
                ]
            )
        children = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
        left += [(child, (*at, key)) for key, child in children]


def _unusual(node: Any, at: Sequence[Any], seen: int) -> tuple[str, ...]:
    """What is wrong with a node, and what is allowed; nothing for a usual one."""
    if seen > MAX_VALUES:
        return "more values than a config has (an alias inside aliases?)", f"at most {MAX_VALUES}"
    if len(at) > MAX_DEPTH:
        return "a value nested too deep (an alias to what it stands in?)", f"at most {MAX_DEPTH} levels"
    tag = str(getattr(getattr(node, "tag", None), "value", None) or "tag:yaml.org,2002:")
    plain = isinstance(node, Mapping | list | str | int | float | datetime.date | None)
    if not plain or not tag.startswith("tag:yaml.org,2002:"):
        return f"a value of the type {tag.rpartition(':')[2] or type(node).__name__}", "a value without a tag"
    return ()


def line_of(tree: Any, location: Sequence[str | int]) -> int | None:
    """The 1-based line of a path inside a round-trip tree: of its deepest key that exists."""
    line: int | None = None
    node: Any = tree
    for step in location:
        try:
            position = node.lc.key(step) if isinstance(node, CommentedMap) else node.lc.item(step)
            node = node[step]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
        line = position[0] + 1
    return line
