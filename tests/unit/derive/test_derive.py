"""What each phase of the document becomes in a stack config."""

from pathlib import Path

import pytest

from infra.derive import leaves
from tests.unit.documents import document, selected

PHASES = ("baseline", "phase1", "phase2", "phase3")


@pytest.mark.parametrize(
    ("phase", "servers", "least", "most"),
    [("baseline", 4, 4, 4), ("phase1", 8, 4, 10), ("phase2", 20, 10, 25), ("phase3", 50, 25, 63)],
)
def test_the_range_is_the_documents_or_keeps_its_ratio(phase: str, servers: int, least: int, most: int) -> None:
    """Guards the document's 4-10 for 8 servers, and that later phases scale by it instead of repeating it."""
    region = selected(phase).config.regions["us-east-1"]
    assert (region.servers, region.min_replicas, region.max_replicas) == (servers, least, most)


def test_a_standby_region_runs_its_own_count_and_may_grow_to_the_active_regions_maximum() -> None:
    """Guards a failover: ten warm pods, and room for the whole load."""
    standby = selected("phase3").config.regions["us-west-2"]
    assert (standby.servers, standby.min_replicas, standby.max_replicas) == (10, 10, 63)


@pytest.mark.parametrize("phase", PHASES[:3])
def test_a_phase_before_the_second_region_has_the_one_that_stays_active(phase: str) -> None:
    """Guards against a region too many, and against a database that must move later."""
    config = selected(phase).config
    assert (tuple(config.regions), config.active_region) == (("us-east-1",), "us-east-1")


@pytest.mark.parametrize(
    ("phase", "instance_class", "replicas"),
    [
        ("baseline", "db.m7g.4xlarge", 0),
        ("phase1", "db.m7g.8xlarge", 0),
        ("phase2", "db.m7g.8xlarge", 2),
        ("phase3", "db.m7g.12xlarge", 4),
    ],
)
def test_the_database_has_the_smallest_class_that_holds_the_cell(
    phase: str, instance_class: str, replicas: int
) -> None:
    """Guards the sizes of the table: 24 vCPU exist in no class, so the next one up is taken."""
    database = selected(phase).config.database
    assert (database.instance_class, database.read_replicas) == (instance_class, replicas)
    assert database.storage_gib == 1024


def test_replicas_beyond_the_block_are_numbered_on() -> None:
    """Guards the private names of phase 3, whose four replicas the document only counts."""
    hosts = selected("phase3").config.database.replica_hosts
    assert hosts == tuple(f"db-replica-{number}.internal" for number in range(1, 5))


def test_scaling_follows_the_block_and_the_triggers() -> None:
    """Guards 70 and 80 percent, three minutes up, ten down, and the band down to 40 percent."""
    scaling = selected("phase2").config.app.scaling
    assert (scaling.cpu_percent, scaling.memory_percent) == (70, 80)
    assert (scaling.scale_up_window_seconds, scaling.scale_down_window_seconds) == (180, 600)
    assert scaling.scale_down_tolerance == "0.4286"


@pytest.mark.parametrize("phase", PHASES)
def test_every_leaf_of_the_config_has_one_source_and_no_source_hangs_loose(phase: str) -> None:
    """Guards the promise that each value is traced: keys of the provenance equal the config's leaves."""
    config = selected(phase).config.model_dump(mode="json")
    assert {path for path, _ in leaves(config)} == set(selected(phase).provenance)


@pytest.mark.parametrize("phase", PHASES)
def test_every_line_that_a_value_names_exists_in_the_document(phase: str) -> None:
    """Guards against line numbers that point past the document or at nothing."""

    text = Path(document().roadmap.path).read_text(encoding="utf-8").splitlines()
    for source in selected(phase).provenance.values():
        assert all(text[line - 1].strip() for line in source.lines())


@pytest.mark.parametrize("phase", PHASES)
def test_a_value_of_a_phase_rests_on_no_line_of_a_later_sizing_table(phase: str) -> None:
    """Guards against a later phase's table leaking into an earlier config; names may come from anywhere."""
    later = [p for p in document().roadmap.phases if p.number > selected(phase).phase.number]
    tables = {row.line for p in later for row in p.rows}
    sizes = {key: source for key, source in selected(phase).provenance.items() if not key.endswith("replica_hosts")}
    assert not [key for key, source in sizes.items() if tables & set(source.lines())]
