"""What a change does to a resource of each type, as data: rows read from the providers' own sources (data/*.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from infra.diff.change import Absent, Side
from infra.diff.conditions import When, happens

DATA = Path(__file__).parent / "data"
TABLES = ("data", "network", "compute", "edge", "kubernetes", "random", "tls", "providers")

Paths = tuple[str, ...]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Row):
    """Where a row was read.

    `file` is a path in the table's repository, at `commit`, or at the table's own commit; `note` is what else holds there.
    `aws_schema` is AWS's own resource schema of a CloudFormation type, as the pinned cfn-lint ships it.
    """

    file: str
    commit: Commit | None = None
    aws_schema: Annotated[str, Field(pattern=r"^AWS::\w+::\w+$")] | None = None
    note: str = ""


class Unsafe(_Row):
    """A change that the service refuses, or that loses something, although nothing is replaced."""

    when: When
    because: str


class TypeRow(_Row):
    """One resource type. A path without list indices stands for itself and everything below it.

    `replaces` are the properties that force a replacement ("everything": any). Some do only at times:
    `replaces_if_presence_changes` when they come or go, `replaces_when` in one direction, `replaces_except` but for the
    step from the first value to the second, `replaces_unless_mutable` unless the provider has the flag `mutable_if` and
    the object isn't immutable. `interrupts` and `restarts` say why a change in place is felt: the service stops answering
    for a while, or pods or nodes are made anew in turn. `unsafe` are changes that the service refuses or that lose
    something. `holds` says what is lost with the resource; empty for what can be made again from the program. `differs`
    says where the row departs from AWS's schema, property by property.
    """

    source: Source
    replaces: Paths | Literal["everything"]
    replaces_if_presence_changes: Paths = ()
    replaces_when: Mapping[str, When] = {}
    replaces_except: Mapping[str, tuple[str, str]] = {}
    replaces_unless_mutable: Paths = ()
    mutable_if: str | None = None
    interrupts: Mapping[str, str] = {}
    restarts: Mapping[str, str] = {}
    unsafe: Mapping[str, Unsafe] = {}
    holds: str = ""
    differs: Mapping[str, str] = {}


class Table(_Row):
    """The rows of one file: the repository that they were read from, at a commit, and what replaces in every type of it."""

    repository: str
    commit: Commit | None = None
    always: Paths = ()
    types: Mapping[str, TypeRow]

    @model_validator(mode="after")
    def _each_row_is_pinned(self) -> Self:
        loose = [type_ for type_, row in self.types.items() if not (row.source.commit or self.commit)]
        if loose:
            raise ValueError(f"no commit says at which state these were read: {', '.join(loose)}")
        return self


@dataclass(frozen=True)
class Rule:
    """A type's row with what its table says of every type."""

    row: TypeRow
    always: Paths

    def replacing(self, path: str, old: Side, new: Side, *, mutable: bool = False) -> str | None:
        """The property of the row because of which a change at `path` replaces; None if it doesn't.

        `mutable` is whether the row's flag is set.
        """
        row = self.row
        if row.replaces == "everything":
            return path
        passing = isinstance(old, Absent) or isinstance(new, Absent)
        here = (
            *row.replaces,
            *(row.replaces_if_presence_changes if passing else ()),
            *(name for name, when in row.replaces_when.items() if happens(when, old, new)),
            *(name for name, step in row.replaces_except.items() if (old, new) != step),
            *(() if mutable else row.replaces_unless_mutable),
            *self.always,
        )
        return _matching(path, here)

    def interrupting(self, path: str) -> str:
        """Why a change at `path` interrupts the service; empty if it doesn't."""
        return self.row.interrupts.get(_matching(path, tuple(self.row.interrupts)) or "", "")

    def restarting(self, path: str) -> str:
        """Why a change at `path` makes pods or servers anew, one after the other; empty if it doesn't."""
        return self.row.restarts.get(_matching(path, tuple(self.row.restarts)) or "", "")


class UnknownTypeError(LookupError):
    """A resource type that no row of the table describes."""

    def __init__(self, type_: str) -> None:
        self.type = type_
        super().__init__(f"{type_} has no row in infra/diff/data: read from its provider what replaces it")


def rule(type_: str) -> Rule:
    """The rule of a custom resource's type. Raises UnknownTypeError."""
    found = rules().get(type_)
    if found is None:
        raise UnknownTypeError(type_)
    return found


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by resource type. Raises ValueError if a type has two rows."""
    found: dict[str, Rule] = {}
    for name in TABLES:
        table = Table.model_validate(YAML(typ="safe").load(DATA / f"{name}.yaml"))
        for type_, row in table.types.items():
            if type_ in found:
                raise ValueError(f"{type_} has two rows")
            found[type_] = Rule(row, table.always)
    return found


def _matching(path: str, properties: Paths) -> str | None:
    """The property that a path is at, inside of, or (where a whole object came or went) above."""
    plain = re.sub(r"\[[^]]*]", "", path)
    inside = [p for p in properties if plain == p or plain.startswith(f"{p}.") or p.startswith(f"{plain}.")]
    return max(inside, key=len, default=None)
