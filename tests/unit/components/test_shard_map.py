"""The map of shards to servers, and moves."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.shard_map import assign, mistakes, needed, routed, shard_name, takeover

counts, servers = st.integers(1, 200), st.integers(1, 12)


@dataclass(frozen=True)
class Move:
    shards: tuple[int, ...]
    to: int
    caught_up: str | None = None
    cut_over: bool = False


NOON = "2026-11-24T12:00Z"


@given(counts, servers)
def test_a_server_that_is_added_takes_shards_over_and_no_other_shard_moves(count: int, already: int) -> None:
    """Guards data that would be copied for nothing."""
    before, after = assign(count, already), assign(count, already + 1)
    moved = [shard for shard in range(count) if before[shard] != after[shard]]
    assert {after[shard] for shard in moved} <= {already + 1}
    assert tuple(moved) == takeover(count, already + 1)
    assert len(moved) == count // (already + 1)


@given(counts, servers)
def test_the_servers_hold_evenly_many_shards(count: int, number: int) -> None:
    """Guards one server that would carry the load of two."""
    load = Counter(assign(count, number))
    held = [load[server] for server in range(1, number + 1)]
    assert sum(held) == count
    assert max(held) - min(held) <= 1


@given(counts, servers, st.data())
def test_shards_are_routed_where_their_last_cutover_brought_them_and_nowhere_else(
    count: int, number: int, data: st.DataObject
) -> None:
    """Guards a shard that would be served by a server without its rows."""
    moves = [Move(takeover(count, s), s, NOON, cut_over=True) for s in range(2, number + 1) if takeover(count, s)]
    done = data.draw(st.integers(0, len(moves)))
    under_way = [Move(move.shards, move.to) for move in moves[done : done + 1]]
    assert mistakes(count, number, [*moves[:done], *under_way]) == []
    assert routed(count, [*moves[:done], *under_way]) == routed(count, moves[:done])
    assert routed(count, moves) == assign(count, number)


def test_the_new_server_has_the_databases_that_are_copied_to_it_before_it_serves_them() -> None:
    """Guards a copy that would find no database to go to."""
    moves = [Move((2, 3), 2)]
    assert needed(4, moves, 2) == (2, 3)
    assert needed(4, moves, 1) == (0, 1, 2, 3)
    assert needed(4, [Move((2, 3), 2, NOON, cut_over=True)], 1) == (0, 1)


@pytest.mark.parametrize(
    ("moves", "text"),
    [
        (
            [Move((2, 3), 2, None, cut_over=True)],
            "moves[0] (to server 2): cut over without being recorded as caught up",
        ),
        ([Move((0,), 2)], "moves[0] (to server 2): shards 0 don't move there; server 2 takes 2, 3"),
        ([Move((2,), 3)], "moves[0] (to server 3): there are 2 servers; raise `servers` first"),
        ([Move((2,), 2), Move((2,), 2)], "moves[1] (to server 2): shard 2 is there already, or on its way elsewhere"),
        ([Move((2,), 2, NOON, True), Move((2,), 2)], "moves[1] (to server 2): shard 2 is there already"),
    ],
)
def test_a_move_that_would_lose_rows_is_refused(moves: list[Move], text: str) -> None:
    """Guards a cutover to an incomplete copy, and a map that contradicts itself."""
    assert any(mistake.startswith(text) for mistake in mistakes(4, 2, moves))


def test_shard_names_sort_as_their_numbers_do() -> None:
    """Guards a name that would change with the count."""
    assert [shard_name("mgx_ai", n) for n in (0, 7, 63)] == ["mgx_ai_s000", "mgx_ai_s007", "mgx_ai_s063"]
