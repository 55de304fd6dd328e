"""Maintenance windows: shifted and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.maintenance import DAY, DAYS, overlap, overlaps_daily, staggered

WINDOWS = st.builds(
    lambda day, hour: f"{day}:{hour:02}:00-{DAYS[(DAYS.index(day) + (hour == 23)) % 7]}:{(hour + 1) % 24:02}:00",
    st.sampled_from(DAYS),
    st.integers(0, 23),
)


@given(WINDOWS, st.integers(0, 4), st.integers(0, 4), st.integers(0, 20), st.integers(0, 20))
def test_members_and_rows_never_meet(window: str, row: int, other_row: int, member: int, other: int) -> None:
    """Guards a primary and its replicas against being down at once, up to three rows of seven for each of five servers."""
    one = staggered(window, member, row * 3)
    two = staggered(window, other, other_row * 3)
    assert overlap(one, two) is ((row, member) == (other_row, other))


def test_each_member_is_a_day_later_and_the_eighth_an_hour_later() -> None:
    """Guards the rule as it is told."""
    assert staggered("sun:05:00-sun:06:00", 0) == "sun:05:00-sun:06:00"
    assert staggered("sun:05:00-sun:06:00", 1) == "mon:05:00-mon:06:00"
    assert staggered("sun:05:00-sun:06:00", 7) == "sun:06:00-sun:07:00"
    assert staggered("sun:23:30-mon:00:30", 1) == "mon:23:30-tue:00:30"


@pytest.mark.parametrize(
    ("window", "daily", "meets"),
    [
        ("sun:05:00-sun:06:00", "03:00-04:00", False),
        ("sun:03:30-sun:04:30", "03:00-04:00", True),
        ("sun:23:30-mon:00:30", "00:00-01:00", True),
        ("mon:00:30-mon:01:00", "23:00-00:30", False),
    ],
)
def test_a_weekly_window_meets_a_daily_one_on_any_day(window: str, daily: str, meets: bool) -> None:
    """Guards a create that RDS refuses: maintenance within the backup window."""
    assert overlaps_daily(window, daily) is meets


def test_a_moment_that_is_none_is_told() -> None:
    """Guards a typing error in the settings."""
    with pytest.raises(ValueError, match="son:05:00 is no moment of a week such as sun:05:00"):
        staggered("son:05:00-sun:06:00", 1)
    assert DAY == 1440
