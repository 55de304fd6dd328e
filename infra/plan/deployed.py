"""What is there already, for a plan that builds on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.graph import Resource
from infra.graph.values import TYPE_KEY


@dataclass(frozen=True)
class Stays:
    """A deployed resource that a step doesn't make anew: its id, and its outputs as they go over the wire."""

    id: str
    outputs: Mapping[str, Any]

    def under(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs after an update in place: what is stored, with the new inputs laid over it at any depth."""
        return _under(self.outputs, given)


Deployed = Callable[[Resource], Stays | None]
"""Answers for a custom resource as it is registered; None for one that is created or made anew."""


def _under(told: Any, given: Any) -> Any:
    if isinstance(told, Mapping) and isinstance(given, Mapping) and TYPE_KEY not in given:
        return {**told, **{key: _under(told.get(key), item) for key, item in given.items()}}
    return given
