"""Infrastructure as a list, in the baseline and in phases, under any label or none."""

from __future__ import annotations

from infra.roadmap import read_text
from tests.unit.roadmap.conftest import _capacity  # pyright: ignore[reportPrivateUsage]
from tests.unit.roadmap.test_bad_documents import told

PLAN = """# Growth plan – Otter

## Where we are today

- **Application**: 3 servers, 4 vCPU and 8 GB each
- **Database**: PostgreSQL, 8 vCPU, 32 GB, 500 GB
- **Users**: 6 000 concurrent
- Two people look after it

## Phase 1 (6 000 → 18 000 users)

- **Application**: 3 servers → 9 servers
- **Database**: single instance to primary + 2 read replicas
- **Cache**: none ⟶ 3 × 2 vCPU, 4 GB (cluster)
- Move the sessions
"""


def rows(text: str) -> list[dict[str, str]]:
    """Each phase's rows after it, in a few words."""
    phases = read_text(text, "r.md").phases
    return [{str(row.role): _capacity(row.after.value) for row in phase.rows} for phase in phases]


def test_a_list_sizes_components_wherever_it_stands() -> None:
    """Guards plans without a single table, with `to` or any arrow between before and after."""
    assert rows(PLAN) == [
        {"application": "3x 4/8", "database": "8/32/500"},
        {"application": "9x", "database": "1x 2R", "cache": "3x 2/4 cluster"},
    ]
    roadmap = read_text(PLAN, "r.md")
    assert [phase.users.value for phase in roadmap.phases] == [6_000, 18_000]
    assert [item.text for item in roadmap.unused] == ["Two people look after it", "Move the sessions"]


def test_an_entry_of_such_a_list_that_cannot_be_read_is_refused() -> None:
    """Guards against a component that is taken for a remark because its neighbours alone are understood."""
    assert told(PLAN.replace("primary + 2 read replicas", "two of them"))[0].startswith(
        "r.md:13: Database: got 'two of them'; allowed: a count and a size"
    )


def test_an_entry_that_contradicts_the_phase_before_is_refused() -> None:
    """Guards the check of "current" cells for lists as well."""
    assert told(PLAN.replace("3 servers → 9", "4 servers → 9")) == [
        "r.md:12: phase1: Application: what there is before the phase: got '4 servers'; allowed: what line 5 leaves, "
        "'3 servers, 4 vCPU and 8 GB each'. They differ in the count."
    ]
