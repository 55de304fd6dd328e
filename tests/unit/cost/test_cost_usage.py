"""A month's use: what the settings' figures make for a phase's users."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from infra.cost.usage import Usage
from tests.unit.cost.handmade import usage


def test_requests_follow_from_users_the_load_curve_and_730_hours() -> None:
    """Worked by hand: 1,000 users, half of them on average, 60 requests an hour each: 21.9 million a month."""
    month = Usage(usage(load_curve=(0, 100) * 12, requests_per_user_hour=60, response_kib=1024), 1000)
    assert month.requests == 21_900_000
    assert month.uncompressed_gib == Decimal("21386.71875")
    assert f"{month.new_connections_a_second:.4f}" == "8.3333"


def test_a_phase_may_have_figures_of_its_own() -> None:
    """Guards against an override that reaches other phases, or is lost."""
    settings = usage(response_kib=24, phases={"phase3": {"response_kib": 20}})
    assert (settings.of("phase3").response_kib, settings.of("phase2").response_kib) == (20, 24)


@pytest.mark.parametrize("own", [{"respons_kib": 20}, {"response_kib": -1}])
def test_a_phases_own_figure_is_checked_like_any_other(own: dict[str, int]) -> None:
    """Guards against a misspelt or impossible figure that is noticed in phase 3 only, or never."""
    with pytest.raises(ValidationError):
        usage(phases={"phase3": own})


@given(users=st.integers(1, 100_000), more=st.integers(1, 100_000))
def test_use_grows_with_users(users: int, more: int) -> None:
    """Guards against a figure that doesn't depend on users where it should."""
    settings = usage(
        requests_per_user_hour=60, response_kib=24, assets_mib_per_user_hour=4, internal_kib_per_request=80,
        cross_zone_percent=67, written_kib_per_request=4, log_kib_per_request=1,
    )  # fmt: skip
    fewer, all_of_them = Usage(settings, users), Usage(settings, users + more)
    for figure in ("requests", "responses_gib", "assets_gib", "cross_zone_gib", "written_gib", "logs_gib"):
        assert getattr(fewer, figure) < getattr(all_of_them, figure), figure
