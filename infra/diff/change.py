"""What a step does: a change for each resource that isn't the same on both sides, and what is dangerous among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.graph import Resource
from infra.graph.values import Value, to_json

Action = Literal["create", "update", "replace", "delete"]
Effect = Literal["replaces", "interrupts", "restarts", "in place"]


class Absent:
    """The type of `ABSENT`: a property that one side doesn't have, which is not the same as null."""

    def __repr__(self) -> str:
        return "(none)"


ABSENT = Absent()
Side = Value | Absent


@dataclass(frozen=True)
class PropertyChange:
    """One property that differs: its path (`spec.replicas`, `env[PORT].value`), what it does, and why.

    `reason` is why it has that effect, or why it changes where the program says the same on both sides.
    """

    path: str
    old: Side
    new: Side
    effect: Effect = "in place"
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; a side that isn't there is left out. A secret shows as `[secret]`."""
        sides = {name: to_json(v) for name, v in (("old", self.old), ("new", self.new)) if not isinstance(v, Absent)}
        return {"path": self.path, **sides, "effect": self.effect, "reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one resource. `old` is None for a creation, `new` for a deletion.

    `reason` says why it is replaced where none of its own properties forces it. `holds` says what would be lost with
    it, for a type that holds something; else it is empty.
    """

    action: Action
    old: Resource | None
    new: Resource | None
    properties: tuple[PropertyChange, ...] = ()
    reason: str = ""
    holds: str = ""

    @property
    def resource(self) -> Resource:
        """The resource as it will be, or as it was where it goes."""
        resource = self.new or self.old
        assert resource is not None
        return resource

    @property
    def key(self) -> str:
        """The resource's URN without its stack."""
        return self.resource.key

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data. No secret is in it."""
        renamed = self.old and self.new and self.old.key != self.new.key
        return {
            "action": self.action,
            "resource": self.key,
            "type": self.resource.type,
            **({"formerly": self.old.key} if renamed and self.old else {}),
            **({"holds": self.holds} if self.holds else {}),
            **({"reason": self.reason} if self.reason else {}),
            "properties": [change.to_json() for change in self.properties],
        }


@dataclass(frozen=True)
class Danger:
    """Something that must not happen unseen: to which resource, what, and what is lost or refused."""

    key: str
    what: str
    because: str

    def to_json(self) -> dict[str, str]:
        return {"resource": self.key, "what": self.what, "because": self.because}


def counts(changes: tuple[Change, ...]) -> Mapping[Action, int]:
    """How many resources each action has, components not counted."""
    actions: tuple[Action, ...] = ("create", "update", "replace", "delete")
    return {action: sum(1 for c in changes if c.action == action and c.resource.custom) for action in actions}
