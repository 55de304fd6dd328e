"""A finding: something that a reader of the plan should know and the graph alone doesn't say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from infra.cost.estimate import Estimate
from infra.cost.phases import price_phase
from infra.errors import InputError
from infra.graph import ResourceGraph
from infra.selection import Selected

Severity = Literal["info", "warning"]


@dataclass(frozen=True)
class Finding:
    """`id` is stable; `source` names the lines or settings that it rests on. A warning wants a decision; info is told."""

    id: str
    severity: Severity
    message: str
    source: str


@dataclass(frozen=True)
class Situation:
    """What a finding is found in: a selected phase and the graph that it plans to."""

    selected: Selected
    graph: ResourceGraph

    @property
    def config(self):
        return self.selected.config

    @cached_property
    def bill(self) -> Estimate | InputError:
        """The bill, or the error that says which price is missing: a plan of a region without prices is still a plan."""
        try:
            return price_phase(self.config, self.selected.document, self.graph).estimate
        except InputError as error:
            return error

    def source(self, *keys: str) -> str:
        """The sources of config values, in one phrase: "lines 102, 126" or "settings: app.image"."""
        sources = [self.selected.provenance[key] for key in keys]
        numbers = sorted({line for source in sources for line in source.lines()})
        others = [source.text for source in sources if not source.lines()]
        return "; ".join([*([lines(*numbers)] if numbers else []), *dict.fromkeys(others)])


Rule = Callable[[Situation], Iterator[Finding]]


def lines(*numbers: int) -> str:
    """Line numbers in words: "line 7", "lines 7, 9"."""
    listed = ", ".join(str(number) for number in numbers)
    return f"{'line' if len(numbers) == 1 else 'lines'} {listed}"
