"""Where a value comes from: a line of the document, a setting, or a rule applied to such values.

A derivation handles `Sourced` values; `split` parts them at the end into a plain tree, which becomes the config, and a
provenance, a mapping from config path to `Source`. No value of the config itself is wrapped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

from infra.catalogue.specs import NoInstanceClass
from infra.roadmap.model import Fact
from infra.settings import SettingsFile

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Source:
    """`kind` is "line", "setting" or "rule"; `text` is what a comment shows; `inputs` are what a rule was applied to."""

    kind: str
    text: str
    reason: str = ""
    inputs: tuple[Source, ...] = ()
    line: int | None = None

    def lines(self) -> tuple[int, ...]:
        """Every line of the document that the value rests on, in ascending order."""
        own = (self.line,) if self.line is not None and self.kind == "line" else ()
        return tuple(sorted({*own, *(line for source in self.inputs for line in source.lines())}))

    def comment(self) -> str:
        """The source in a few words, as it stands behind a value: a rule with the lines that it rests on."""
        lines = self.lines() if self.kind == "rule" else ()
        if not lines:
            return self.text
        return f"{self.text} ({'line' if len(lines) == 1 else 'lines'} {', '.join(str(line) for line in lines)})"

    def to_json(self) -> dict[str, Any]:
        """The source as plain data, with its inputs below it."""
        data: dict[str, Any] = {"source": self.text}
        if self.reason:
            data["reason"] = self.reason
        if self.inputs:
            data["inputs"] = [source.to_json() for source in self.inputs]
        return data


@dataclass(frozen=True)
class Sourced(Generic[T]):
    """A value and its source."""

    value: T
    source: Source

    def pick(self, select: Callable[[T], U]) -> Sourced[U]:
        """A part of the value, which stands on the same line."""
        return Sourced(select(self.value), self.source)


Provenance = Mapping[str, Source]


class RuleError(Exception):
    """A rule that finds no answer for its values: why, and the source that the value would have had."""

    def __init__(self, why: str, source: Source) -> None:
        super().__init__(why)
        self.source = source


def fact(stated: Fact[T]) -> Sourced[T]:
    """A fact of the document as a sourced value."""
    return Sourced(stated.value, Source("line", f"line {stated.line}", line=stated.line))


def setting(file: SettingsFile, key: str) -> Sourced[Any]:
    """The value of a dotted settings key. Raises AttributeError or KeyError for a key that the model doesn't have."""
    value: Any = file.settings
    for step in key.split("."):
        if isinstance(value, list | tuple):
            value = value[int(step)]
        else:
            value = value[step] if isinstance(value, Mapping) else getattr(value, step)
    return Sourced(value, Source("setting", f"settings: {key}", line=file.line(key)))


def settings_section(file: SettingsFile, key: str) -> dict[str, Any]:
    """Every value of a settings section, each with its own source."""
    section = setting(file, key).value
    return {name: setting(file, f"{key}.{name}") for name in type(section).model_fields}


def rule(function: Callable[..., T]) -> Callable[..., Sourced[T]]:
    """Make a pure function a derivation rule: it takes sourced values and returns a sourced value.

    The first line of its docstring is the rule, as it stands in comments; what follows says why.
    """
    text, _, reason = (function.__doc__ or "").partition("\n")
    why = " ".join(reason.split())

    @wraps(function)
    def derived(*arguments: Sourced[Any]) -> Sourced[T]:
        source = Source(
            "rule", f"rule: {text.rstrip('.')}", why, tuple(dict.fromkeys(argument.source for argument in arguments))
        )
        try:
            return Sourced(function(*(argument.value for argument in arguments)), source)
        except NoInstanceClass as error:
            raise RuleError(str(error), source) from error

    return derived


def split(tree: Any) -> tuple[Any, dict[str, Source]]:
    """A tree of sourced leaves as plain values, and the source of each leaf by its dotted path."""
    provenance: dict[str, Source] = {}

    def plain(node: Any, path: str) -> Any:
        if isinstance(node, Mapping):
            return {key: plain(child, f"{path}.{key}" if path else str(key)) for key, child in node.items()}
        if isinstance(node, list):
            return [plain(child, f"{path}.{index}") for index, child in enumerate(node)]
        provenance[path] = node.source
        return node.value

    return plain(tree, ""), provenance


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a plain config tree by dotted path. A list of scalars, or an empty mapping, is one leaf."""
    if isinstance(tree, Mapping) and tree:
        for key, child in tree.items():
            yield from leaves(child, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, list | tuple) and any(isinstance(child, Mapping) for child in tree):
        for index, child in enumerate(tree):
            yield from leaves(child, f"{path}.{index}")
    else:
        yield path, tree
