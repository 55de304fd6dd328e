"""How much a YAML text may hold, held while it is composed: what a few lines can claim in memory and time is bounded."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent

MAX_VALUES = 20_000
"""Keys and values in all. The largest config that we met has some 800; ruamel takes a second for this many."""
MAX_DEPTH = 30


class BeyondBoundsError(MarkedYAMLError):
    """A text that holds more than it may: `problem` is what was met, `allowed` what may be."""

    def __init__(self, problem: str, allowed: str, mark: Any) -> None:
        super().__init__(problem=problem, problem_mark=mark)
        self.allowed = allowed


class BoundedComposer(Composer):
    """Composes at most MAX_VALUES nodes, where an alias counts as all that it stands for, and none inside itself."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self._seen = 0
        self._sizes: dict[int, int] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node of the text. Raises BeyondBoundsError at the node that is too much."""
        before, event = self._seen, self.parser.peek_event()
        self._count(1, event)
        node = super().compose_node(parent, index)
        if not isinstance(event, AliasEvent):
            self._sizes[id(node)] = self._seen - before
        elif id(node) in self._sizes:
            self._count(self._sizes[id(node)], event)
        else:
            raise BeyondBoundsError(f"a value inside itself (*{event.anchor})", "a value that ends", event.start_mark)
        return node

    def _count(self, nodes: int, event: Any) -> None:
        self._seen += nodes
        if self._seen > MAX_VALUES:
            what = "more values than a config has (an alias inside aliases?)"
            raise BeyondBoundsError(what, f"at most {MAX_VALUES}", event.start_mark)


def bounded(yaml: YAML) -> YAML:
    """The same reader, of texts within the bounds. What it raises beyond them is a MarkedYAMLError."""
    yaml.max_depth = MAX_DEPTH  # a thousand brackets would take it seconds
    yaml.Composer = BoundedComposer
    return yaml
