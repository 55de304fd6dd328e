"""A plan's inputs as the stand-in's checks take them: on Pulumi's wire, unknown and secret values marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.graph.values import UNKNOWN, Secret, Value, to_json
from tests.engine.standin.wire import UNKNOWN_STRING


def as_wire(value: Value) -> Any:
    """The value with what isn't known, or not shown, as the engine marks it."""
    if value is UNKNOWN or isinstance(value, Secret):
        return UNKNOWN_STRING
    if isinstance(value, Mapping):
        return {key: as_wire(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_wire(item) for item in value]
    return to_json(value)
