"""How many users a text speaks of."""

from __future__ import annotations

import pytest

from infra.roadmap import read_text
from infra.roadmap.users import read_users
from tests.unit.roadmap.changed import changed, mistakes, roadmap


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1,000 → 2,000 Users", 1_000, 2_000),
        ("12'500 → 50'000 users (Q1 2027)", 12_500, 50_000),
        ("12’500 ⟶ 50’000 users", 12_500, 50_000),
        ("2,50,000 to 5,00,000 users (Jan – Mar 2027)", 250_000, 500_000),
        ("1 000 users → 2 500 users", 1_000, 2_500),
        ("5-10k users", 5_000, 10_000),
        ("800 → 2k users", 800, 2_000),
        ("1.5 to 2 million users", 1_500_000, 2_000_000),
        ("up to 2 lakh users", None, 200_000),
        ("1K-10K", 1_000, 10_000),
        ("2027-01-01 – 2027-03-31: 1000 → 2000 users", 1_000, 2_000),
        ("2026 → 2027: 1000 → 2000 users", 1_000, 2_000),
        ("Jan 1 → Mar 31, 2000 users", None, 2_000),
        ("5 → 10 servers for 2000 users", None, 2_000),
        ("500 to 1000 req/s, 2k users", None, 2_000),
        ("2,000 users (2k users)", None, 2_000),
    ],
)
def test_users_are_told_from_dates_and_from_what_else_is_counted(text: str, start: int | None, end: int) -> None:
    """Guards against a phase sized for a day of the month, a request rate or the first digits of an Indian number."""
    found = read_users(text)
    assert found and (found.start, found.end) == (start, end)


@pytest.mark.parametrize(
    "text", ["10,00 → 20,00 users", "2e3 users", "1_000 users", "5 → 10 servers", "2.50.00 users", "70% users"]
)
def test_what_is_no_number_of_users_is_not_taken_for_one(text: str) -> None:
    """Guards against reading a part of a figure."""
    assert read_users(text) is None


def test_two_numbers_of_users_in_one_heading_are_refused() -> None:
    """Guards against planning for the first of them without a word."""
    assert mistakes("lumen-notes", ("300 → 900 users", "300 users → 900 users, peak 1,400 users"))[0] == (
        "r.md:16: users: got '300 users → 900 users, peak 1,400 users (Months 1-6)'; allowed: a whole number from 1 to "
        "1000000000, as in 2,000 → 5,000 Users, once"
    )


def test_two_numbers_of_users_in_the_baseline_are_refused() -> None:
    """Guards against a range or a peak of which the first figure would be taken."""
    for value in ("300-400", "300 (peak 500)", "2,50", "−300"):
        assert mistakes("lumen-notes", ("- Concurrent users: 300", f"- Concurrent users: {value}"))[0] == (
            f"r.md:7: Concurrent users: got '{value}'; allowed: a whole number from 1 to 1000000000"
        )


def test_two_numbers_in_a_target_capacity_are_refused() -> None:
    """Guards against a peak that is dropped beside the capacity."""
    old = "**Target Capacity**: 2,000 concurrent users"
    assert mistakes("mgx-ai", (old, "**Target Capacity**: 2,000 at first, 2,500 later"))[0] == (
        "r.md:97: target capacity: got '2,000 at first, 2,500 later'; allowed: one number of users, or Unlimited"
    )


def test_what_a_heading_says_beside_its_users_is_listed() -> None:
    """Guards against a figure of a heading that is dropped silently."""
    heading = "Phase 1: 300 → 900 users at 50 req/s, until 2027-03-31"
    text = changed("lumen-notes", ("Phase 1: 300 → 900 users (Months 1-6)", heading))
    listed = [item.text for item in read_text(text, "r.md").unused if item.line == 16]
    assert listed == ["at 50 req/s, until", "2027-03-31"]
    assert roadmap("lumen-notes").phases[1].users.value == 900
