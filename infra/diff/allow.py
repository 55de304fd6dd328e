"""Dangerous changes that someone has let through: kept in a committed file, so that they are reviewed and CI knows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import StringIO
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from infra.checked import check
from infra.diff.change import Danger
from infra.errors import InputError, Mistake
from infra.graph import urn as urns
from infra.project import ROADMAPS, shown
from infra.textfile import write_all
from infra.yamlfile import read_yaml

FILE = ROADMAPS / "allowed-changes.yaml"
_HEAD = """\
# Dangerous changes that someone has let through, each for one step only. `ramp diff --allow … --because …` adds to it;
# commit it, so that the decision is reviewed. Take an entry out once its step is done.
"""


class Allowance(BaseModel):
    """One danger of one step that was let through, by the resource's URN without its stack; why, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    step: str = Field(description="Both sides, such as `phase1 → phase2`.")
    resource: str
    what: str
    because: str = Field(min_length=1)
    on: date

    def lets(self, danger: Danger, step: str) -> bool:
        """True if it is this danger of this step."""
        return (self.step, self.resource, self.what) == (step, danger.key, danger.what)


class AllowedChanges(BaseModel):
    """The file's content."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    allowed: tuple[Allowance, ...]


def read(path: Path = FILE) -> tuple[Allowance, ...]:
    """What has been let through; nothing where there is no file. Raises InputError for a file that isn't one."""
    if not path.exists():
        return ()
    return check(AllowedChanges, read_yaml(path), shown(path), ()).allowed


def chosen(
    urn_reasons: Sequence[tuple[str, str]], dangers: Sequence[Danger], step: str, today: date
) -> tuple[Allowance, ...]:
    """The allowances for pairs of a URN, with or without its stack, and a reason: one for each danger of the resource.

    Raises InputError for a resource of which nothing is dangerous, and for a reason that says nothing.
    """
    found: list[Allowance] = []
    mistakes: list[Mistake] = []
    for urn, because in urn_reasons:
        key = urns.without_stack(urn) if urn.startswith("urn:") else urn
        its = [danger for danger in dangers if danger.key == key]
        if not its:
            there = ", ".join(dict.fromkeys(danger.key for danger in dangers)) or "nothing: no change is dangerous"
            mistakes.append(Mistake("command line", None, "--allow", urn, there))
        elif not because.strip():
            mistakes.append(
                Mistake("command line", None, "--because", "nothing", "why it may happen, for who reads it later")
            )
        else:
            found += [Allowance(step=step, resource=key, what=danger.what, because=because, on=today) for danger in its]
    if mistakes:
        raise InputError(mistakes)
    return tuple(found)


def record(allowances: Sequence[Allowance], path: Path = FILE) -> None:
    """Adds to the file what isn't in it; the file is whole at any moment. Raises InputError where it can't be written."""
    there = read(path)
    known = {(a.step, a.resource, a.what) for a in there}
    entries = [*there, *(a for a in allowances if (a.step, a.resource, a.what) not in known)]
    text = StringIO()
    yaml = YAML()
    yaml.width = 200
    yaml.dump({"allowed": [entry.model_dump() for entry in entries]}, text)
    write_all([(path, (_HEAD + text.getvalue()).encode())], "--allow", "a file that the decision can be written to")
