"""The two sides of a diff: a phase, a stack config, or the state of a deployed stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.config import PhaseConfig
from infra.diff.state import State
from infra.errors import InputError, Mistake
from infra.project import shown
from infra.textfile import read_text


@dataclass(frozen=True)
class Subject:
    """One side: what it is called, and the config or the state that it is."""

    name: str
    side: PhaseConfig | State


def subject(named: str, phase: Callable[[str], PhaseConfig]) -> Subject:
    """The subject of an argument: the path of a `.json` (a `pulumi stack export`), else what `phase` makes of it.

    Raises InputError.
    """
    if named.endswith(".json"):
        path, what = Path(named), "the output of `pulumi stack export`"
        text = read_text(path, what, most_bytes=None)
        try:
            state = State(json.loads(text))
        except (InputError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
            raise InputError([Mistake(shown(path), None, "file", "something else", what)]) from error
        return Subject(f"{state.stack or shown(path)} as deployed", state)
    config = phase(named)
    return Subject(config.name if not named.endswith((".yaml", ".yml")) else shown(Path(named)), config)
