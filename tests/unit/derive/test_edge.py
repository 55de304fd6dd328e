"""What the document says of the edge in a stack config: failover, limits, CDN."""

import json
from pathlib import Path

import pytest

from infra.config import PhaseConfig
from infra.derive import derive
from infra.derive.rules import geography, systems
from infra.derive.sources import Source, Sourced
from infra.errors import InputError
from infra.project import SETTINGS, own_roadmap
from infra.roadmap import read
from infra.settings import load_settings
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")


def settings_with(tmp_path: Path, before: str, after: str) -> Path:
    text = SETTINGS.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "settings.yaml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_has_the_interval_and_limit_of_the_failover_strategy(phase: str) -> None:
    """Guards growth in place: an interval that differed in phase 3 would replace the health checks."""
    failover = selected(phase).config.failover
    assert (failover.check_interval_seconds, failover.limit_seconds) == (30, 60)


@pytest.mark.parametrize(("stated", "checked"), [(5, 10), (10, 10), (15, 10), (29, 10), (30, 30), (60, 30)])
def test_an_interval_that_route_53_lacks_becomes_the_next_shorter_one(stated: int, checked: int) -> None:
    """Guards a document that says 15 s: checking more seldom would break its promise."""
    assert systems.check_interval(Sourced(stated, Source("line", "line 1", line=1))).value == checked


@pytest.mark.parametrize(
    ("phase", "there"), [("baseline", False), ("phase1", False), ("phase2", True), ("phase3", True)]
)
def test_limit_and_cdn_are_there_from_the_phase_on_that_names_them(phase: str, there: bool) -> None:
    """Guards the phases before, which neither want nor pay for them."""
    config = selected(phase).config
    assert (config.web_acl.rate_limit is not None, config.cdn is not None) == (there, there)


def test_the_cdn_reaches_exactly_the_phases_regions() -> None:
    """Guards the balancers: a region whose list is missing would be cut off from the CDN."""
    cdn = selected("phase3").config.cdn
    assert cdn is not None
    assert dict(cdn.origin_prefix_lists) == {"us-east-1": "pl-3b927c52", "us-west-2": "pl-82a045eb"}


def test_a_ttl_that_breaks_the_budget_is_refused_with_the_sum(tmp_path: Path) -> None:
    """Guards the promise when a setting is changed: the plan stops before there is one."""
    settings = settings_with(tmp_path, "ttl_seconds: 20", "ttl_seconds: 30")
    with pytest.raises(InputError) as caught:
        derive(read(own_roadmap()), load_settings(settings))
    assert "30 × 1 + 6 + 30 = 66 s, allowed: below 60 s" in str(caught.value)


def test_a_region_without_cloudfronts_list_is_named(tmp_path: Path) -> None:
    """Guards a new region in the settings: AWS gives the list another id in each."""
    settings = settings_with(tmp_path, "    us-west-2: pl-82a045eb\n", "")
    with pytest.raises(InputError) as caught:
        derive(read(own_roadmap()), load_settings(settings))
    (mistake,) = caught.value.mistakes
    assert mistake.key == "cdn.origin_prefix_lists"
    assert "us-west-2" in mistake.allowed


def test_assets_are_copied_to_the_second_region_whoever_leads(tmp_path: Path) -> None:
    """Guards the copy's objects: a take-over must not move the bucket that holds them."""
    copies = [phase.cdn and phase.cdn.assets_copy_region for phase in (selected(name).config for name in PHASES)]
    assert copies == [None, None, None, "us-west-2"]
    settings = settings_with(tmp_path, "take_overs: []", "take_overs: [{to: US-West, servers: 1, former: keep}]")
    last = derive(read(own_roadmap()), load_settings(settings))[-1].config
    assert last.cdn is not None
    assert (last.active_region, last.cdn.assets_copy_region) == ("us-west-2", "us-west-2")


def test_assets_of_regions_elsewhere_are_copied_to_the_first_of_them() -> None:
    """Guards a document without us-east-1, where the CDN's own bucket stands all the same."""
    line = Source("line", "line 1", line=1)
    regions = [Sourced(region, line) for region in ("us-east-1", "eu-west-1", "eu-north-1")]
    assert (
        geography.assets_copy_region(*regions).value == geography.assets_copy_region(*regions[1:]).value == "eu-west-1"
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_copy_beside_its_original_or_in_no_region_of_the_phase_is_refused(region: str) -> None:
    """Guards a stack config that was edited: the copy would be lost with what it is a copy of, or have no provider."""
    tree = selected("phase3").config.model_dump(mode="json")
    tree["cdn"]["assets_copy_region"] = region
    with pytest.raises(ValueError, match=f"cdn.assets_copy_region {region} is not one of regions besides us-east-1"):
        PhaseConfig.model_validate_json(json.dumps(tree))
