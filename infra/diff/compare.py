"""Compares two graphs: what is created, updated, replaced and deleted, followed to the end of every replacement."""

from __future__ import annotations

from infra.diff.change import Action, Change
from infra.diff.match import match
from infra.diff.pair import Pair
from infra.diff.table import rule
from infra.graph import Resource, ResourceGraph


def compare(old: ResourceGraph, new: ResourceGraph, *, deployed: bool = False) -> tuple[Change, ...]:
    """Returns a change for each resource that isn't the same, in the order of the new graph, then what is gone.

    What is made anew makes every property changed that takes an unknown value from it, and what is deleted or replaced
    with it is replaced too, to a fixed point. `deployed` says that the old graph is a state, and that the new one was
    planned on it. Raises UnknownTypeError for a type without a row in the table.
    """
    matched = match(old, new)
    pairs = [
        Pair.of(a, b, (old.provider_of(a), new.provider_of(b)), matched.now, deployed=deployed)
        for a, b in matched.pairs
    ]
    _spread(pairs, {resource.key for resource in matched.added})
    changed = {pair.new.key: change for pair in pairs if (change := pair.change())}
    created = {resource.key: _single("create", resource) for resource in matched.added}
    both = {**changed, **created}
    gone = [_single("delete", resource) for resource in matched.gone]
    return (*(both[resource.key] for resource in new if resource.key in both), *gone)


def _spread(pairs: list[Pair], created: set[str]) -> None:
    """Follows what is made anew until nothing more is."""
    seen: set[str] = set()
    while anew := (created | {pair.new.key for pair in pairs if pair.replaced}) - seen:
        seen |= anew
        for pair in pairs:
            pair.spread(anew)


def _single(action: Action, resource: Resource) -> Change:
    old, new = (None, resource) if action == "create" else (resource, None)
    holds = rule(resource.type).row.holds if resource.custom else ""
    return Change(action=action, old=old, new=new, holds=holds)
