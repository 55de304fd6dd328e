"""Which resource of one graph is which of another: by URN without its stack, then by the aliases of the new one."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property

from infra.graph import Resource, ResourceGraph
from infra.graph import urn as urns


@dataclass(frozen=True)
class Match:
    """Every resource of two graphs: pairs, those that only the old one has and those that only the new one has.

    The stack itself and the plugins' default providers, which no plan lists, are left out.
    """

    pairs: tuple[tuple[Resource, Resource], ...]
    gone: tuple[Resource, ...]
    added: tuple[Resource, ...]

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The new key of each old one; equal for all but those found by an alias."""
        return {old.key: new.key for old, new in self.pairs}

    def now(self, urn: str) -> str:
        """The key in the new graph of a resource that the old graph has under this URN."""
        key = urns.without_stack(urn)
        return self.renamed.get(key, key)


def match(old: ResourceGraph, new: ResourceGraph) -> Match:
    """Pairs the resources of two graphs, in the order of the new graph; what is gone in the order of the old."""
    waiting = {resource.key: resource for resource in old if _counts(resource)}
    keys = {resource.key for resource in new if _counts(resource)}
    pairs: list[tuple[Resource, Resource]] = []
    added: list[Resource] = []
    for resource in filter(_counts, new):
        found = matching_key(resource, waiting, keys)
        if found is None:
            added.append(resource)
        else:
            pairs.append((waiting.pop(found), resource))
    return Match(tuple(pairs), tuple(waiting.values()), tuple(added))


def matching_key(resource: Resource, there: Container[str], taken: Container[str] = ()) -> str | None:
    """The key among those that are there under which a resource is found: its own, else that of an alias.

    `taken` are the keys of the new graph: an alias that is another resource's own key names that one.
    """
    aliases = (key for key in map(urns.without_stack, resource.aliases) if key not in taken)
    return next((key for key in (resource.key, *aliases) if key in there), None)


def _counts(resource: Resource) -> bool:
    default = resource.is_provider and (resource.name == "default" or resource.name.startswith("default_"))
    return resource.type != urns.STACK_TYPE and not default
