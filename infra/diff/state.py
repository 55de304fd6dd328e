"""The state of a deployed stack, as `pulumi stack export` gives it, for a plan that builds on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.diff.match import matching_key
from infra.diff.pair import Pair
from infra.graph import Resource, ResourceGraph
from infra.graph import urn as urns
from infra.graph.values import SECRET_MARK, TYPE_KEY
from infra.plan.deployed import Stays


class State:
    """A deployed stack: its graph, and its answers to a plan of its next phase."""

    def __init__(self, export: Mapping[str, Any]) -> None:
        """Takes a parsed export. Raises InputError for another document."""
        self.graph = ResourceGraph.from_export(export)
        states = [state for state in export["deployment"].get("resources") or () if not state.get("delete")]
        self._outputs = {state["urn"]: _wire(state.get("outputs") or {}) for state in states}
        self._by_key = {resource.key: resource for resource in self.graph}

    @property
    def stack(self) -> str:
        """The stack's name, by the URNs in it."""
        return next((resource.urn.split(":", 3)[2] for resource in self.graph), "")

    def answers(self) -> Answers:
        """Answers for one plan."""
        return Answers(self)

    def find(self, resource: Resource) -> Resource | None:
        """The deployed resource that a planned one is."""
        key = matching_key(resource, self._by_key)
        return None if key is None else self._by_key[key]

    def outputs(self, resource: Resource) -> Mapping[str, Any]:
        """What a deployed resource has told, as it goes over the wire; without secrets that the export doesn't show."""
        return self._outputs[resource.urn]


class Answers:
    """Answers a plan in the program's order: what stays answers with what is stored, what is made anew with nothing."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._planned: dict[str, Resource] = {}
        self._renamed: dict[str, str] = {}
        self._anew: set[str] = set()

    def __call__(self, resource: Resource) -> Stays | None:
        """Answers for a custom resource as it is registered."""
        self._planned[resource.urn] = resource
        old = self._state.find(resource)
        if old is None or old.id is None:
            self._anew.add(resource.key)
            return None
        self._renamed[old.key] = resource.key
        providers = self._state.graph.provider_of(old), self._planned.get(resource.provider or "")
        pair = Pair.of(old, resource, providers, self._now, deployed=True)
        pair.spread(self._anew)
        if pair.replaced:
            self._anew.add(resource.key)
            return None
        return Stays(old.id, self._state.outputs(old))

    def _now(self, urn: str) -> str:
        key = urns.without_stack(urn)
        return self._renamed.get(key, key)


_GONE = object()


def _wire(value: Any) -> Any:
    """The stored data as it goes over the wire: a secret that is shown by its value, one that isn't left out."""
    if isinstance(value, Mapping):
        if value.get(TYPE_KEY) == SECRET_MARK and "value" not in value:
            if "plaintext" not in value:
                return _GONE
            return {TYPE_KEY: SECRET_MARK, "value": json.loads(value["plaintext"])}
        return {key: wired for key, item in value.items() if (wired := _wire(item)) is not _GONE}
    if isinstance(value, list):
        return [wired for item in value if (wired := _wire(item)) is not _GONE]
    return value
