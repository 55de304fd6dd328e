"""Whole documents: the project's own roadmap and the differing ones in tests/roadmaps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from infra.roadmap import read
from infra.roadmap.model import Roadmap

ROOT = Path(__file__).parents[3]
BESIDE = ROOT / "tests" / "roadmaps"
DOCUMENTS = [ROOT / "roadmap" / "mgx-ai.md", *sorted(BESIDE.glob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_roadmap_reads_to_what_its_reads_file_states(
    document: Path, summary: Callable[[Roadmap], dict[str, Any]]
) -> None:
    """Guards against a reader that knows only the document it was written for."""
    expected: dict[str, Any] = YAML(typ="safe").load(BESIDE / f"{document.stem}.reads.yaml")
    found = summary(read(document))
    if "unused" not in expected:
        found.pop("unused", None)
    assert found == expected


def test_there_are_at_least_six_documents() -> None:
    """Guards against a glob that finds nothing and a parametrized test that then passes by not running."""
    assert len(DOCUMENTS) > 6
