"""Whole documents with a mistake each: what a team is told that comes with a plan of its own."""

from __future__ import annotations

import pytest

from infra.errors import InputError
from infra.roadmap import read_text
from tests.unit.roadmap.changed import mistakes

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


def test_a_table_that_breaks_off_is_one_mistake() -> None:
    """Guards against a row in a comment, or an empty line, that is told once a row and again in every phase after."""
    row = "| Redis Cache | 1x 4vCPU, 8GB | 1x 8vCPU, 16GB | +$XXX/mo |"
    for broken in (f"\n{row}", f"<!-- {row} -->"):
        found = mistakes("mgx-ai", (row, broken))
        assert len(found) == 1
        assert "allowed: a header row, then |---|---| with as many cells, then the rows" in found[0]


def test_a_row_that_is_struck_out_sizes_nothing() -> None:
    """Guards against planning what its authors took out: its name is gone, and the row is refused."""
    change = ("| Message Queue | 1x 4vCPU, 8GB |", "| ~~Message Queue~~ | 1x 4vCPU, 8GB |")
    assert mistakes("mgx-ai", change)[0].startswith("r.md:105: component: got nothing; allowed: Application Server,")


def test_a_label_under_a_phase_without_a_number_names_the_phase() -> None:
    """Guards `Phase I`, whose table stands under a label that is no mistake."""
    found = mistakes("mgx-ai", ("### Phase 1: 1,000", "### Phase I: 1,000"))[0]
    assert "The heading 'Phase I: 1,000 → 2,000 Users (Months 1-3)' is neither" in found
