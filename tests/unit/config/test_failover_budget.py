"""The failover budget: which configs load, and what the others are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from infra.config.edge import FailoverConfig, RateLimitConfig

CHECKERS = ("15.177.0.0/18",)


def failover(interval: int = 30, threshold: int = 1, ttl: int = 20, limit: int = 60) -> FailoverConfig:
    return FailoverConfig.model_validate(
        {
            "check_interval_seconds": interval,
            "failure_threshold": threshold,
            "ttl_seconds": ttl,
            "limit_seconds": limit,
            "checker_cidrs": CHECKERS,
        }
    )


def test_the_documents_interval_with_a_ttl_of_20_stays_below_its_minute() -> None:
    """Guards the one combination of 30 s checks that does: threshold 1, TTL up to 23."""
    assert failover().worst_case_seconds == 30 + 6 + 20


@pytest.mark.parametrize(
    ("threshold", "ttl", "shown"),
    [(1, 24, "30 × 1 + 6 + 24 = 60 s"), (2, 20, "30 × 2 + 6 + 20 = 86 s"), (1, 60, "30 × 1 + 6 + 60 = 96 s")],
)
def test_a_sum_that_reaches_the_limit_is_refused_and_shown(threshold: int, ttl: int, shown: str) -> None:
    """Guards the promise: users must be elsewhere before the minute is over, so 60 s is too late."""
    with pytest.raises(ValidationError) as caught:
        failover(threshold=threshold, ttl=ttl)
    assert f"{shown}, allowed: below 60 s" in str(caught.value)


@given(interval=st.integers(1, 120), threshold=st.integers(0, 12), ttl=st.integers(0, 300), limit=st.integers(1, 600))
def test_whatever_is_accepted_keeps_the_budget(interval: int, threshold: int, ttl: int, limit: int) -> None:
    """Guards every config: what loads is checked at an interval that Route 53 has, and is elsewhere in time."""
    try:
        accepted = failover(interval, threshold, ttl, limit)
    except ValidationError:
        possible = interval in (10, 30) and 1 <= threshold <= 10 and ttl >= 1
        assert not possible or interval * threshold + 6 + ttl >= limit
    else:
        assert accepted.check_interval_seconds in (10, 30)
        assert interval * threshold + 6 + ttl < limit


def test_an_address_may_ask_at_least_as_often_as_a_user() -> None:
    """Guards the user's limit: a lower one of the address would always come first."""
    with pytest.raises(ValidationError, match="requests_per_address 100 is below requests_per_user 300"):
        RateLimitConfig(window_seconds=60, requests_per_user=300, requests_per_address=100)
