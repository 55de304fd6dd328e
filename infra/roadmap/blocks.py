"""YAML blocks as plain values that know their lines. Composed, never constructed: no tag runs anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from infra.roadmap.document import Code
from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import Fact
from infra.yamlbounds import bounded

MAX_DEPTH = 20


@dataclass(frozen=True)
class Node:
    """One YAML value: a scalar's text, a sequence's nodes, or a mapping's, with its line in the document."""

    value: str | list[Node] | dict[str, Node]
    line: int

    def get(self, *keys: str) -> Node | None:
        """The node under a path of keys, or None where there is none."""
        node: Node | None = self
        for key in keys:
            node = node.value.get(key) if node and isinstance(node.value, dict) else None
        return node

    def plain(self) -> Any:
        """The value without lines: str, int, bool, None, list and dict."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return _scalar(self.value)

    def shown(self) -> str:
        """The value as a message quotes it."""
        return self.value if isinstance(self.value, str) else str(self.plain())


def load(code: Code, what: str, reading: Reading) -> Node | None:
    """The block's one YAML document; None, with a mistake reported, if it is not one."""
    try:
        return _node(bounded(YAML(typ="safe", pure=True)).compose(code.text), code.line, 0)
    except (YAMLError, ValueError, RecursionError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        at = mark.line if mark else 0
        problem = str(getattr(error, "problem", "") or "") or "it is empty, holds itself or is nested too deep"
        reading.mistake(code.line + at, what, _line_of(code, at), "one YAML document", f"YAML says: {problem}.")
        return None


def known_keys(node: Node, keys: Iterable[str], what: str, reading: Reading) -> None:
    """Reports every key of a mapping that the reader would not make use of."""
    allowed = list(keys)
    for key, value in node.value.items() if isinstance(node.value, dict) else ():
        if key not in allowed:
            reading.mistake(value.line, what, key, ", ".join(allowed), meant(key, allowed))


def text(node: Node | None, key: str, line: int, reading: Reading) -> Fact[str] | None:
    """A required word; None, with a mistake reported, if it is missing or no word."""
    if node is not None and isinstance(node.value, str) and node.value.strip():
        return Fact(node.value.strip(), node.line)
    reading.mistake(node.line if node else line, key, node.shown() if node else "", "a word")
    return None


def number(node: Node | None, key: str, line: int, low: int, high: int, reading: Reading) -> Fact[int] | None:
    """A required whole number within bounds; None, with a mistake reported, otherwise."""
    value = node.plain() if node else None
    if node and type(value) is int and low <= value <= high:
        return Fact(value, node.line)
    received = node.shown() if node else ""
    reading.mistake(node.line if node else line, key, received, f"a whole number from {low} to {high}")
    return None


def one_of(node: Node | None, key: str, allowed: tuple[str, ...], reading: Reading) -> str | None:
    """A word out of a few, None where there is none to read; a mistake is reported for any other."""
    if node is None:
        return None
    if isinstance(node.value, str) and node.value in allowed:
        return node.value
    reading.mistake(node.line, key, node.shown(), " or ".join(allowed), meant(node.shown(), allowed))
    return None


def _node(node: Any, first_line: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise RecursionError
    line = first_line + node.start_mark.line if node is not None else first_line
    match node:
        case ScalarNode():
            return Node(node.value, line)
        case SequenceNode():
            return Node([_node(item, first_line, depth + 1) for item in node.value], line)
        case MappingNode():
            keys = [key.value if isinstance(key, ScalarNode) else "?" for key, _ in node.value]
            seen: set[str] = set()
            for key, (written, _) in zip(keys, node.value, strict=True):
                if key in seen:
                    raise MarkedYAMLError(problem=f"key {key} twice", problem_mark=written.start_mark)
                seen.add(key)
            values = [_node(value, first_line, depth + 1) for _, value in node.value]
            return Node(dict(zip(keys, values, strict=True)), line)
        case _:
            raise ValueError("empty")


def _scalar(value: str) -> str | int | bool | None:
    if re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return int(value)
    return {"true": True, "false": False, "null": None, "": None, "~": None}.get(value, value)


def _line_of(code: Code, line: int) -> str:
    lines = code.text.split("\n")
    return lines[line] if line < len(lines) else ""
