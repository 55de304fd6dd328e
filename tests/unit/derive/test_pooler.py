"""What the document says of the pooler and of shards in a stack config."""

from pathlib import Path

import pytest

from infra.derive import derive
from infra.derive.pooler import _asks_for_pooling  # pyright: ignore[reportPrivateUsage]
from infra.errors import InputError
from infra.project import SETTINGS, own_roadmap
from infra.roadmap import read
from infra.roadmap.model import Fact, Item, Phase
from infra.settings import load_settings
from tests.unit.documents import selected


def settings_with_moves(tmp_path: Path, moves: str) -> Path:
    text = SETTINGS.read_text(encoding="utf-8").replace("  servers: 1  ", "  servers: 2  ", 1)
    before = next(line for line in text.splitlines() if line.startswith("  moves: []"))
    path = tmp_path / "settings.yaml"
    path.write_text(text.replace(before, f"  moves:\n{moves}", 1), encoding="utf-8")
    return path


def phase(*items: str, shard_key: Fact[str] | None = None) -> Phase:
    entries = tuple(Item(text, line) for line, text in enumerate(items, start=10))
    return Phase("phase1", 1, "Phase 1", 1, Fact(10, 1), optimizations=entries, shard_key=shard_key)


@pytest.mark.parametrize(
    ("key", "pooled", "sharded"),
    [("baseline", False, False), ("phase1", True, False), ("phase2", True, False), ("phase3", True, True)],
)
def test_pooler_and_shards_are_there_from_the_phase_on_that_names_them(key: str, pooled: bool, sharded: bool) -> None:
    """Guards the phases before, and those after, whose lists don't say it again."""
    config = selected(key).config
    assert (config.pooler is not None, config.shards is not None) == (pooled, sharded)


def test_the_pooler_and_the_shard_key_name_the_lines_that_ask_for_them() -> None:
    """Guards provenance: every value has a source."""
    derived = selected("phase3")
    lines = own_roadmap().read_text(encoding="utf-8").splitlines()
    (asked,) = derived.provenance["pooler.replicas"].lines()
    assert "Pool database connections" in lines[asked - 1]
    assert "sharding by workspace_id" in lines[(derived.provenance["shards.key"].line or 0) - 1]
    assert derived.config.shards and derived.config.shards.key == "workspace_id"


@pytest.mark.parametrize(
    "text",
    ["Implement connection pooling", "Pool database connections", "Put PgBouncer in front", "Use a connection pooler"],
)
def test_a_pooler_is_asked_for_in_many_words(text: str) -> None:
    """Guards documents that say it otherwise."""
    asked = _asks_for_pooling(phase("Add indexes", text))
    assert asked == Fact(text, 11)


@pytest.mark.parametrize("text", ["Tune the thread pool", "A second node pool", "Spool events to disk"])
def test_other_pools_are_no_pooler(text: str) -> None:
    """Guards a pooler that nobody asked for."""
    assert _asks_for_pooling(phase(text)) is None


def test_sharding_asks_for_a_pooler_too() -> None:
    """Guards shards that nothing would route to."""
    key = Fact("tenant_id", 56)
    assert _asks_for_pooling(phase("Anything", shard_key=key)) is key


@pytest.mark.parametrize(("key", "connections"), [("phase1", 5000), ("phase2", 5000), ("phase3", 5000)])
def test_a_server_allows_what_rds_gives_its_class(key: str, connections: int) -> None:
    """Guards pools that would add up to more than the server takes."""
    pooler = selected(key).config.pooler
    assert pooler is not None
    assert pooler.max_connections == connections


def test_moves_of_shards_reach_the_config_with_the_lines_of_the_settings(tmp_path: Path) -> None:
    """Guards a recorded cutover that would be lost on the way to the stack config."""
    move = '    - {shards: [62, 63], to: 2, caught_up: "2026-11-24T10:00Z", cut_over: true}\n'
    path = settings_with_moves(tmp_path, move)
    last = derive(read(own_roadmap()), load_settings(path))[-1]
    assert last.config.shards is not None
    assert last.config.shards.moves[0].shards == (62, 63)
    line = last.provenance["shards.moves.0.caught_up"].line
    assert "2026-11-24T10:00Z" in path.read_text(encoding="utf-8").splitlines()[(line or 0) - 1]


def test_a_cutover_that_is_not_recorded_as_caught_up_is_refused_where_it_stands(tmp_path: Path) -> None:
    """Guards rows that the new server doesn't have yet."""
    path = settings_with_moves(tmp_path, "    - {shards: [62, 63], to: 2, caught_up: null, cut_over: true}\n")
    with pytest.raises(InputError) as refused:
        load_settings(path)
    (mistake,) = refused.value.mistakes
    assert (mistake.path, mistake.key) == (str(path), "shards")
    assert "cut over without being recorded as caught up; set `caught_up` to when it was" in str(mistake)
