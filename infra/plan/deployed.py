"""What is there already, for a plan that builds on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.graph import Resource


@dataclass(frozen=True)
class Stays:
    """A deployed resource that a step doesn't make anew: its id, and its outputs as they go over the wire."""

    id: str
    outputs: Mapping[str, Any]


Deployed = Callable[[Resource], Stays | None]
"""Answers for a custom resource as it is registered; None for one that is created or made anew."""
