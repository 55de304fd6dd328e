"""Which logical shard stands on which database server, and how shards move: pure functions, no resource.

Shards are numbered from 0 and servers from 1. All shards begin on server 1. A server that is added takes its even part
from the fullest ones, and nothing else moves. A shard is routed to its new server once a move says that it is cut over,
and not before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from components import naming


class Move(Protocol):
    """Shards on their way to another server. `caught_up` is when the copy was seen to follow the original, or None."""

    @property
    def shards(self) -> Sequence[int]: ...
    @property
    def to(self) -> int: ...
    @property
    def caught_up(self) -> str | None: ...
    @property
    def cut_over(self) -> bool: ...


def shard_name(database: str, shard: int) -> str:
    """The logical database of a shard. Raises InvalidName where PostgreSQL would refuse it."""
    return naming.physical(naming.DATABASE, f"{database}_s{shard:03}")


def assign(count: int, servers: int) -> tuple[int, ...]:
    """The server of each of `count` shards once every move is done.

    With each server that is added, `count // servers` shards move, all to the new one, each from the fullest server.
    """
    placed = [1] * count
    for new in range(2, servers + 1):
        load = Counter(placed)
        for _ in range(count // new):
            fullest = max(load, key=lambda server: (load[server] if server != new else 0, -server))
            shard = max(shard for shard, server in enumerate(placed) if server == fullest)
            placed[shard] = new
            load.update({fullest: -1, new: 1})
    return tuple(placed)


def takeover(count: int, server: int) -> tuple[int, ...]:
    """The shards that `server` takes over when it is added."""
    return tuple(shard for shard, placed in enumerate(assign(count, server)) if placed == server and server > 1)


def routed(count: int, moves: Sequence[Move]) -> tuple[int, ...]:
    """The server that serves each shard now: where the last move that is cut over brought it."""
    placed = [1] * count
    for move in moves:
        for shard in move.shards if move.cut_over else ():
            placed[shard] = move.to
    return tuple(placed)


def needed(count: int, moves: Sequence[Move], server: int) -> tuple[int, ...]:
    """The shards whose databases `server` must have: those that it serves, and those being copied to it."""
    served = {shard for shard, placed in enumerate(routed(count, moves)) if placed == server}
    copied = {shard for move in moves if move.to == server and not move.cut_over for shard in move.shards}
    return tuple(sorted(served | copied))


def mistakes(count: int, servers: int, moves: Sequence[Move]) -> list[str]:
    """What is wrong with a list of moves, the oldest move first; empty where nothing is."""
    found: list[str] = []
    placed, moving = [1] * count, set[int]()
    for index, move in enumerate(moves):
        name = f"moves[{index}] (to server {move.to})"
        allowed = takeover(count, move.to) if move.to <= servers else ()
        strange = [shard for shard in move.shards if shard not in allowed]
        if move.to > servers:
            found.append(f"{name}: there are {servers} servers; raise `servers` first")
        elif strange:
            found.append(f"{name}: shards {_list(strange)} don't move there; server {move.to} takes {_list(allowed)}")
        if move.cut_over and move.caught_up is None:
            found.append(f"{name}: cut over without being recorded as caught up; set `caught_up` to when it was")
        for shard in () if strange else move.shards:
            if placed[shard] == move.to or shard in moving:
                found.append(f"{name}: shard {shard} is there already, or on its way elsewhere")
            elif move.cut_over:
                placed[shard] = move.to
            else:
                moving.add(shard)
    return found


def _list(shards: Sequence[int]) -> str:
    return ", ".join(map(str, shards)) or "none"
