"""What the loss of a region costs, from the config alone."""

from dataclasses import replace

import pytest

from infra.config import load_file
from infra.project import stack_file
from infra.recovery import Part, recovery


def test_a_standby_loses_what_the_alarms_on_its_lag_let_pass() -> None:
    """Guards the RPO that people are told: a system without a bound leaves the whole of it unknown."""
    known = recovery(load_file(stack_file("phase3")))
    assert {part.what: part.seconds for part in known.point} == {"database": 5, "cache": 5, "queue": None}
    assert known.recovery_point_seconds is None
    assert replace(known, point=known.point[:2]).recovery_point_seconds == 5


def test_users_read_again_within_the_documents_limit_and_write_when_a_person_decides() -> None:
    """Guards the RTO: 30 s × 1 + 6 s + 20 s of TTL for reading, and no invented figure for a person's decision."""
    known = recovery(load_file(stack_file("phase3")))
    assert known.reads.seconds == 56
    assert known.recovery_time_seconds is None
    assert replace(known, writes=(Part("promotion", 300, "measured"),)).recovery_time_seconds == 356


@pytest.mark.parametrize("phase", ["baseline", "phase1", "phase2"])
def test_one_region_promises_nothing_for_its_own_loss(phase: str) -> None:
    """Guards backups that stand in the region that is lost."""
    known = recovery(load_file(stack_file(phase)))
    assert {part.seconds for part in (known.reads, *known.point)} == {None}
