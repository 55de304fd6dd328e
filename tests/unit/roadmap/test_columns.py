"""Which column says what, and what columns say together."""

from __future__ import annotations

import pytest

from infra.roadmap import read_text
from infra.roadmap.columns import Column, _column  # pyright: ignore[reportPrivateUsage]
from infra.roadmap.model import Capacity, Role
from tests.unit.roadmap.changed import mistakes

PLAN = """# Otter

## Baseline

| Component | Spec | Count |
|---|---|---|
| App | 2 vCPU, 4 GB | 2 |
| Database | 2 vCPU, 8 GB, 50 GB | 1 |

## Phase 1: 100 → 500 users

{table}
"""


def after(*rows: str) -> dict[Role, tuple[object, ...]]:
    """What phase 1 has by a table of these rows: count, vCPU, memory, disk and replicas."""
    phase = read_text(PLAN.format(table="\n".join(rows)), "r.md").phases[1]
    return {row.role: _said(row.after.value) for row in phase.rows}


def _said(cell: Capacity) -> tuple[object, ...]:
    size = cell.size
    return (cell.count, *((size.vcpu, size.memory_gib, size.storage_gib) if size else ()), cell.read_replicas)


@pytest.mark.parametrize(
    ("heading", "baseline", "first", "second"),
    [
        ("Server Count", Column.COUNT, Column.COUNT, Column.COUNT),
        ("Number of servers", Column.COUNT, Column.COUNT, Column.COUNT),
        ("# of nodes", Column.COUNT, Column.COUNT, Column.COUNT),
        ("Instances (min)", Column.COUNT, Column.COUNT, Column.COUNT),
        ("New Count", Column.SPEC, Column.AFTER, Column.AFTER),
        ("Specification (each)", Column.SPEC, Column.SPEC, Column.SPEC),
        ("Machine", Column.SPEC, Column.SPEC, Column.SPEC),
        ("RAM (GB)", Column.SPEC, Column.SPEC, Column.SPEC),
        ("Phase 1", Column.OTHER, Column.AFTER, Column.BEFORE),
        ("Service / Component", Column.COMPONENT, Column.COMPONENT, Column.COMPONENT),
        ("Planned date", Column.OTHER, Column.OTHER, Column.OTHER),
        ("Service owner", Column.OTHER, Column.OTHER, Column.OTHER),
        ("Instance type", Column.OTHER, Column.OTHER, Column.OTHER),
        ("Monthly cost (new)", Column.COST, Column.COST, Column.COST),
        ("Cost ($)", Column.COST, Column.COST, Column.COST),
    ],
)
def test_a_heading_says_what_its_column_holds(heading: str, baseline: Column, first: Column, second: Column) -> None:
    """Guards against a count under another heading that would be dropped, and a date that would be read as a size."""
    assert [_column(heading, phase) for phase in (0, 1, 2)] == [baseline, first, second]


def test_parts_of_a_size_may_have_columns_of_their_own() -> None:
    """Guards the commonest table of all: a column each for vCPU, memory and disk, with units in the headings or the cells."""
    assert after(
        "| | Instance type | Count | vCPU | RAM (GB) | Storage |",
        "|---|---|---|---|---|---|",
        "| App | c7g.xlarge | 3 | 4 | 8 | – |",
        "| Database | db.m7g.xlarge | 1 | 4 | 16 | 100 GB |",
    ) == {Role.APPLICATION: (3, 4, 8, None, None), Role.DATABASE: (1, 4, 16, 100, None)}


def test_a_count_beside_a_new_size_counts() -> None:
    """Guards against a Count column that is dropped where the table has a New column too."""
    assert after(
        "| Component | Current | New | Count |", "|---|---|---|---|", "| App | 2x 2 vCPU, 4 GB | 4 vCPU, 8 GB | 6 |"
    ) == {Role.APPLICATION: (6, 4, 8, None, None)}


def test_bare_numbers_beside_a_size_are_counts() -> None:
    """Guards `Size | Before | After` with counts alone in the last two."""
    assert after("| Tier | Size | Before | After |", "|---|---|---|---|", "| App | 2 vCPU, 4 GB | 2 | 6 |") == {
        Role.APPLICATION: (6, 2, 4, None, None)
    }


def test_columns_for_the_new_parts_are_read_together() -> None:
    """Guards against a second New column that is left out of account."""
    assert after(
        "| Tier | Current Count | New Count | Current vCPU | New vCPU | New memory (GiB) |",
        "|---|---|---|---|---|---|",
        "| App | 2 | 6 | 2 | 4 | 8 |",
    ) == {Role.APPLICATION: (6, 4, 8, None, None)}


def test_a_row_may_say_that_nothing_changes() -> None:
    """Guards `unchanged`, which is as much as the cell before."""
    assert after(
        "| Component | Current | New |",
        "|---|---|---|",
        "| App | 2x 2 vCPU, 4 GB | 6x 2 vCPU, 4 GB |",
        "| Database | 1x 2 vCPU, 8 GB | unchanged |",
    ) == {Role.APPLICATION: (6, 2, 4, None, None), Role.DATABASE: (1, 2, 8, None, None)}


def test_columns_that_contradict_each_other_are_refused() -> None:
    """Guards against planning from whichever comes first."""
    row = "| Application Server | 4x 8vCPU, 16GB | 8x 8vCPU, 16GB | +$XXX/mo |"
    found = mistakes(
        "mgx-ai",
        ("| Component | Current | New | Cost Impact |", "| Component | Current | New | Count |"),
        (row, row.replace("+$XXX/mo", "9")),
    )
    assert found[0] == (
        "r.md:102: Application Server: count: got '9'; allowed: the same count in both columns. "
        "the cell says 8 and the count column 9."
    )


def test_shares_under_cpu_and_memory_size_nothing() -> None:
    """Guards a table of how much is used, which stands beside the sizes in many baselines."""
    text = PLAN.replace(
        "## Phase 1", "| Service | CPU | Memory |\n|---|---|---|\n| App | 45% | 60% |\n\n## Phase 1"
    ).format(table="| Component | New |\n|---|---|\n| App | 4x 2 vCPU, 4 GB |")
    assert [item.text for item in read_text(text, "r.md").unused] == ["App | 45% | 60%"]


def test_a_size_in_a_component_s_name_is_refused() -> None:
    """Guards against a count that stands in the first cell, where nobody reads it."""
    old = "| Application Server | 8 vCPU, 16GB RAM | 4 |"
    assert mistakes("mgx-ai", (old, old.replace("Server |", "Server (4 nodes) |")))[0] == (
        "r.md:17: component: got 'Application Server (4 nodes)'; allowed: its name alone; counts and sizes stand in the "
        "row's other cells"
    )


def test_a_version_in_a_component_s_name_is_listed() -> None:
    """Guards against PostgreSQL 14 in a document of which nobody is told that another version is made."""
    text = PLAN.replace("| Database | 2", "| Database (PostgreSQL 14) | 2").format(
        table="| Component | New |\n|---|---|\n| App | 4x 2 vCPU, 4 GB |"
    )
    assert [item.text for item in read_text(text, "r.md").unused] == ["Database (PostgreSQL 14)"]
