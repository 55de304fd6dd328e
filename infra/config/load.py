"""Loading a stack config: from a `Pulumi.<phase>.yaml`, or from the JSON that Pulumi hands to the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.checked import check
from infra.config.phase import CONFIG_KEY, PhaseConfig
from infra.config.scalars import SCHEMA_VERSION
from infra.errors import InputError, Mistake
from infra.yamlfile import line_of, read_yaml


def load_file(path: Path) -> PhaseConfig:
    """The phase of a stack config file. What Pulumi adds beside it (`encryptionsalt` …) is ignored.

    Raises InputError with file, line, key, value and what is allowed for each mistake.
    """
    return load_tree(read_yaml(path), str(path))


def load_tree(tree: Any, path: str) -> PhaseConfig:
    """The same for the parsed content of a file; `path` is only named in errors."""
    return _load(tree, path, ("config", CONFIG_KEY))


def load_json(text: str | None, stack: str) -> PhaseConfig:
    """The phase from the config value that Pulumi passes to the program of a stack, None where the stack has none.

    Raises InputError. Pulumi tells no lines; `ramp plan` on the stack's config file does.
    """
    where = f"stack {stack}"
    if text is None:
        hint = "Name one, such as --config-file Pulumi.baseline.yaml."
        raise InputError(
            [Mistake(where, None, CONFIG_KEY, "nothing", "a stack config that `ramp generate` wrote", hint)]
        )
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(
            [Mistake(where, None, CONFIG_KEY, "text", "a mapping, as `ramp generate` writes it")]
        ) from None
    return _load(tree, where, ())


def _load(tree: Any, path: str, at: tuple[str, ...]) -> PhaseConfig:
    inside = tree
    for step in at:
        if not isinstance(inside, dict) or step not in inside:
            what = f"a stack config with {' → '.join(at)}; `ramp generate` writes one"
            raise InputError([Mistake(path, line_of(tree, at), step, "nothing", what)])
        inside = inside[step]
    if not isinstance(inside, dict):
        received = "nothing in it" if inside is None else type(inside).__name__
        raise InputError([Mistake(path, line_of(tree, at), CONFIG_KEY, received, "a mapping")])
    version = inside.get("schema_version")
    if isinstance(version, int) and version != SCHEMA_VERSION:
        line = line_of(tree, (*at, "schema_version"))
        hint = "Run `ramp generate` again to write the file in the current shape."
        raise InputError([Mistake(path, line, "schema_version", str(version), str(SCHEMA_VERSION), hint)])
    return check(PhaseConfig, tree, path, at)
