"""What a phase's cache and queue follow from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.config.queue import tolerated_failures
from infra.derive.rules import sizes
from infra.derive.sources import Source, Sourced
from tests.unit.documents import selected

PHASES = ("baseline", "phase1", "phase2", "phase3")


def sourced(value: int) -> Sourced[int]:
    return Sourced(value, Source("line", "line 1", line=1))


def shards(*nodes: int) -> int:
    return sizes.cache_shards(*(sourced(count) for count in nodes)).value


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [((1,), 1), ((2,), 1), ((3,), 3), ((6,), 3), ((1, 1, 3, 6), 3), ((1, 3, 4), 4), ((5, 6), 6), ((1, 1, 3, 6, 12), 6)],
)
def test_nodes_become_pairs_unless_that_would_give_shards_up(nodes: tuple[int, ...], expected: int) -> None:
    """Guards the split: 3 nodes are 3 shards, 6 nodes 3 pairs, and no shard is given up to make pairs."""
    assert shards(*nodes) == expected


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6).map(sorted))
def test_a_cache_that_only_grows_never_gives_a_shard_up_and_uses_every_node(nodes: list[int]) -> None:
    """Guards online growth: fewer shards would move keys back, and a node outside a shard would cost and hold nothing."""
    made = [shards(*nodes[: step + 1]) for step in range(len(nodes))]
    assert made == sorted(made)
    for count, parts in zip(nodes, made, strict=True):
        per_shard = sizes.nodes_per_shard(sourced(count), sourced(parts)).value
        assert parts * per_shard == count
        assert per_shard in (1, 2)


@given(st.integers(1, 9))
def test_a_quorum_queue_is_no_larger_than_it_is_useful(nodes: int) -> None:
    """Guards the group size: it fits the cluster, and one member fewer would tolerate less."""
    size = sizes.quorum_group_size(sourced(nodes)).value
    assert size <= min(nodes, 5)
    if nodes > 2:
        assert size % 2 == 1
        assert tolerated_failures(size) == min(2, tolerated_failures(nodes))


def test_two_nodes_tolerate_no_failure() -> None:
    """Guards what the plan says of the document's two nodes called HA."""
    assert [tolerated_failures(members) for members in (1, 2, 3, 5, 6)] == [0, 0, 1, 2, 2]


@pytest.mark.parametrize(
    ("phase", "cache", "queue"),
    [
        ("baseline", ("cache.m7g.xlarge", 1, 1), (1, 4, 8)),
        ("phase1", ("cache.m7g.2xlarge", 1, 1), (2, 4, 8)),
        ("phase2", ("cache.m7g.2xlarge", 3, 1), (3, 8, 16)),
        ("phase3", ("cache.m7g.2xlarge", 3, 2), (6, 8, 16)),
    ],
)
def test_sizes_and_counts_are_the_documents(
    phase: str, cache: tuple[str, int, int], queue: tuple[int, int, int]
) -> None:
    """Guards the two rows of every table."""
    config = selected(phase).config
    assert config.cache is not None
    assert config.queue is not None
    assert (config.cache.node_type, config.cache.shards, config.cache.nodes_per_shard) == cache
    assert (config.queue.replicas, config.queue.vcpu, config.queue.memory_gib) == queue
    assert config.cache.standby_nodes_per_shard == 2
    assert config.queue.events is (phase == "phase3")
