"""Tracing a config value to its sources."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.derive import Source, leaves
from infra.errors import InputError, Mistake
from infra.roadmap.document import source_lines
from infra.roadmap.source import read_file
from infra.selection import Selected


def traced(selected: Selected, key: str) -> list[tuple[str, Any, Source]]:
    """Path, value and source of a config path, or of every value below it.

    Raises InputError that names the nearest path where the config has none of that name.
    """
    values = dict(leaves(selected.config.model_dump(mode="json")))
    found = [path for path in values if path == key or path.startswith(f"{key}.")]
    if not found:
        near = difflib.get_close_matches(key, values, n=1) or [path for path in values if path.endswith(f".{key}")]
        hint = f"Did you mean {near[0]}?" if near else "`ramp plan PHASE --json` lists them under provenance."
        name = selected.config.name
        raise InputError([Mistake(name, None, "key", key or "nothing", "a path of the stack config", hint)])
    return [(path, values[path], selected.provenance[path]) for path in found]


def document_lines(selected: Selected) -> Sequence[str]:
    """The document's lines as the reader counts them, to quote from."""
    return source_lines(read_file(Path(selected.document.roadmap.path)))
