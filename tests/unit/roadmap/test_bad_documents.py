"""Whole documents with a mistake each: what a team is told that comes with a plan of its own."""

from __future__ import annotations

import pytest

from infra.errors import InputError
from infra.roadmap import read_text

PLAN = """# Growth plan – Otter

## Baseline

| Component | Size | Count |
|---|---|---|
| Application | 4 vCPU, 16 GB | 4 |

## Phase 1: 2.000 → 8.000 users

| Component | Current | New |
|---|---|---|
| Application | 4x 4vCPU, 16GB | 8x 4vCPU, 16GB |
"""


def told(text: str) -> list[str]:
    """The messages for a document; fails if it is read."""
    with pytest.raises(InputError) as caught:
        read_text(text, "r.md")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_table_with_foreign_headings_is_told_at_its_line() -> None:
    """Guards against "no infrastructure table" where one stands in plain sight."""
    text = PLAN.replace("| Component | Size | Count |", "| Komponente | Größe | Anzahl |")
    assert told(text) == [
        "r.md:5: infrastructure table: got 'Komponente | Größe | Anzahl'; allowed: a Component column and a New column "
        "(or Spec and Count), and a Current one if you like. Probably meant: 'Component'."
    ]


@pytest.mark.parametrize(
    "heading", ["Phase A: 2.000 → 8.000 users", "Q1: 2.000 → 8.000 users", "Phase 1b: 8.000 users"]
)
def test_a_phase_without_a_number_is_named(heading: str) -> None:
    """Guards phases named by letters or quarters: whoever wrote them must see which heading isn't one."""
    assert told(PLAN.replace("Phase 1: 2.000 → 8.000 users", heading))[-1] == (
        "r.md:11: infrastructure table: got 'Component | Current | New'; allowed: a table under the baseline or under a "
        f"phase. The heading '{heading}' is neither Current Baseline nor Phase and a number."
    )
