"""The JSON Schema of a stack config file, for editors."""

from __future__ import annotations

from typing import Any

from infra.config.phase import CONFIG_KEY, PhaseConfig


def stack_schema() -> dict[str, Any]:
    """The schema of a whole `Pulumi.<phase>.yaml`. What Pulumi and other packages keep in it stays open."""
    phase = PhaseConfig.model_json_schema(ref_template="#/$defs/{model}")
    definitions = phase.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A ramp stack config",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {"type": "object", "required": [CONFIG_KEY], "properties": {CONFIG_KEY: phase}},
        },
        "$defs": definitions,
    }
