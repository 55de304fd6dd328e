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
from ruamel.yaml.scanner import Scanner

from infra.errors import InputError, Mistake
from infra.textfile import read_text
from infra.yamlbounds import MAX_DEPTH, BeyondBoundsError, bounded

MAX_BYTES = 256 * 1024
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_DIGITS = re.compile(r"\d{4000}")
_EXPECTED = re.compile(r"expected (?P<allowed>[^<>]+), but found (?P<received>.+)")


def read_yaml(path: Path) -> Any:
    """The file's content as ruamel's round-trip tree, which knows its lines.

    Raises InputError where the file can't be read, is not YAML, or holds what a config can't.
    """
    return parse_yaml(read_text(path, "a YAML file", MAX_BYTES), str(path))


def parse_yaml(text: str, path: str) -> Any:
    """The same for text; `path` is only named in errors."""
    try:
        reader = bounded(YAML(typ="rt"))
        reader.Scanner = Scanner  # that of a round trip collects comments, which nobody asks for
        tree = reader.load(StringIO(text))
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
    if isinstance(error, BeyondBoundsError):
        return Mistake(path, line, "YAML", problem, error.allowed)
    if isinstance(error, MaxDepthExceededError | RecursionError):
        return Mistake(path, line, "YAML", "a value nested too deep", f"at most {MAX_DEPTH} levels")
    if conflict := _CONFLICT.search(text):
        line, hint = _line(text, conflict), "Take either side of a stack config: `ramp generate` makes it right."
        return Mistake(path, line, "YAML", "a merge conflict", "one side of it", hint)
    if digits := _DIGITS.search(text):
        return Mistake(path, _line(text, digits), "YAML", "a number of thousands of digits", "a number")
    if "found another document" in problem:
        return Mistake(path, line, "YAML", "a second document (---)", "one document")
    if expected := _EXPECTED.fullmatch(problem):
        return Mistake(path, line, "YAML", expected["received"], expected["allowed"])
    hint = "Indent with spaces." if "'\\t'" in problem else ""
    return Mistake(path, line, "YAML", problem.removeprefix("found "), "valid YAML", hint)


def _line(text: str, found: re.Match[str]) -> int:
    return text[: found.start()].count("\n") + 1


def _only_plain(tree: Any, path: str) -> None:
    """Refuses what YAML has and a config hasn't: tags, keys that aren't text, aliases that nest without an end."""
    left: list[tuple[Any, tuple[Any, ...]]] = [(tree, ())]
    mistakes: list[Mistake] = []
    while left:
        node, at = left.pop()
        if wrong := _unusual(node, at):
            mistakes.append(Mistake(path, line_of(tree, at), ".".join(map(str, at[:MAX_DEPTH])) or "file", *wrong))
            continue
        children = list(
            node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
        )
        for key in (key for key, _ in children if isinstance(node, Mapping) and not isinstance(key, str)):
            found = "a key that is not text", "text, in quotes"
            mistakes.append(Mistake(path, line_of(tree, (*at, key)), str(key), *found))
        left += [(child, (*at, key)) for key, child in children]
    if mistakes:
        raise InputError(list(dict.fromkeys(mistakes)))


def _unusual(node: Any, at: Sequence[Any]) -> tuple[str, ...]:
    """What is wrong with a node, and what is allowed; nothing for a usual one."""
    if len(at) > MAX_DEPTH:
        return "a value nested too deep (an alias inside aliases?)", f"at most {MAX_DEPTH} levels"
    tag = str(getattr(getattr(node, "tag", None), "value", None) or "tag:yaml.org,2002:")
    plain = isinstance(node, Mapping | list | str | int | float | datetime.date | None)
    if not plain or not tag.startswith("tag:yaml.org,2002:"):
        return f"a value of the type {tag.rpartition(':')[2] or type(node).__name__}", "a value without a tag"
    return ()


def line_of(tree: Any, location: Sequence[str | int]) -> int | None:
    """The 1-based line of a path inside a round-trip tree: of its deepest key that exists.

    A value that a mapping takes over from another (`<<: *other`) stands where the other has it.
    """
    line: int | None = None
    node: Any = tree
    for step in location:
        try:
            position = _position(node, step)
            node = node[step]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
        line = position + 1
    return line


def _position(node: Any, step: str | int) -> int:
    """The 0-based line of a key or an item. Raises one of several errors where there is none."""
    if not isinstance(node, CommentedMap):
        return int(node.lc.item(step)[0])
    if step in (node.lc.data or {}):
        return int(node.lc.key(step)[0])
    return _position(next((other for other in node.merge if step in other), None), step)
