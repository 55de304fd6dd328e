"""What of a step is dangerous: what holds something is replaced or deleted, loses its protection, or is changed unsafely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from infra.diff.change import ABSENT, Absent, Change, Danger, PropertyChange, Side
from infra.diff.conditions import happens
from infra.diff.match import match
from infra.diff.properties import is_blank, same
from infra.diff.table import rule
from infra.diff.words import text
from infra.graph import Resource, ResourceGraph


def dangers(old: ResourceGraph, new: ResourceGraph, changes: Iterable[Change]) -> tuple[Danger, ...]:
    """Returns every danger of a step whose changes these are, in their order; then what no change shows."""
    found = (danger for change in changes if change.resource.custom for danger in _dangers(change))
    pairs = [(a, b) for a, b in match(old, new).pairs if b.custom and rule(b.type).row.holds]
    return (*found, *(danger for a, b in pairs for danger in (*_unprotected(a, b), *_held_back(a, b))))


def _dangers(change: Change) -> Iterator[Danger]:
    key = change.key
    if change.holds and change.action == "replace":
        why = "; ".join([c.path for c in change.properties if c.effect == "replaces"]) or change.reason
        yield Danger(key, f"replaced because of {why}", f"lost with it: {change.holds}")
    elif change.holds and change.action == "delete" and not change.resource.retain_on_delete:
        yield Danger(key, "deleted", f"lost with it: {change.holds}")
    if change.action == "update":
        yield from (danger for each in change.properties for danger in _unsafe(change, each))


def _unprotected(old: Resource, new: Resource) -> Iterator[Danger]:
    """Protection is no property: it goes without the engine's calling it a change."""
    if old.protect and not new.protect:
        yield Danger(new.key, "no longer protected", "the engine would let a later step delete it")


def _held_back(old: Resource, new: Resource) -> Iterator[Danger]:
    """What would replace, and the program ignores: nothing is lost, but everything else takes the new value."""
    for name in new.ignore_changes:
        before, after = old.inputs.get(name, ABSENT), new.inputs.get(name, ABSENT)
        there = not any(isinstance(side, Absent) or is_blank(side) for side in (before, after))
        if there and not same(before, after) and rule(new.type).replacing(name, before, after):
            what = f"{name} stays {_said(before)}, though the program now says {_said(after)}"
            yield Danger(new.key, what, "it can't be changed in place, and what else takes the value won't fit it")


def _unsafe(change: Change, each: PropertyChange) -> Iterator[Danger]:
    plain = re.sub(r"\[[^]]*]", "", each.path)
    for name, condition in rule(change.resource.type).row.unsafe.items():
        if plain == name and happens(condition.when, each.old, each.new):
            yield Danger(
                change.key, f"{each.path} {condition.when}: {_said(each.old)} → {_said(each.new)}", condition.because
            )


def _said(value: Side) -> str:
    return text(value)[:60]
