"""Counts as people write them."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """Such as "1 shard" and "3 shards"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
