"""The table of what replaces: complete for what the components use, and held against AWS's own schemas."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.diff.table import Table, TypeRow, rules
from infra.graph import ResourceGraph
from infra.project import ROOT

PHASES = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


@pytest.mark.parametrize("phase", PHASES)
def test_every_type_of_every_phase_has_a_row(phase: str, phase_graph: Callable[[str], ResourceGraph]) -> None:
    """Guards against a component whose resources nobody looked up: `ramp diff` would stop at them."""
    assert {resource.type for resource in phase_graph(phase) if resource.custom} <= rules().keys()


def test_every_row_names_the_file_that_it_was_read_from() -> None:
    """Guards against a row from memory, or from AWS's schema alone: the plugin decides what is replaced."""
    assert [type_ for type_, rule in rules().items() if not rule.row.source.file.endswith(".go")] == []


def test_a_row_that_no_commit_pins_is_refused() -> None:
    """Guards against a source that has moved on, so that nobody can look a row up again."""
    row = {"source": {"file": "a.go"}, "replaces": []}
    table = {"repository": "a/b", "types": {"aws:a/b:C": row}}
    with pytest.raises(ValidationError, match="no commit says at which state these were read: aws:a/b:C"):
        Table.model_validate(table)
    Table.model_validate({**table, "commit": "0" * 40})


@cache
def _schemas() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"


def _create_only(cfn_type: str) -> set[str]:
    """The top properties, in lower case, that AWS's schema says can't be changed after creation."""
    names: dict[str, str] = json.loads((_schemas() / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    schema: dict[str, Any] = json.loads(
        (_schemas() / "resources" / f"{names[cfn_type]}.json").read_text(encoding="utf-8")
    )
    return {path.removeprefix("/properties/").split("/")[0].lower() for path in schema.get("createOnlyProperties", [])}


def _replacing(row: TypeRow) -> set[str]:
    return {path.split(".")[0].lower() for path in row.replaces}


WITH_SCHEMA = {type_: rule.row for type_, rule in rules().items() if rule.row.source.aws_schema}


@pytest.mark.parametrize("type_", sorted(WITH_SCHEMA))
def test_a_row_agrees_with_awss_own_schema_or_says_why_not(type_: str) -> None:
    """Guards against a property that AWS can't change and that the table calls harmless, or the other way round."""
    row = WITH_SCHEMA[type_]
    if row.replaces == "everything":
        return
    explained = {name.lower() for name in row.differs}
    different = _create_only(str(row.source.aws_schema)) ^ _replacing(row)
    assert different - explained == set()
    assert explained <= different, "an explanation of what doesn't differ"
