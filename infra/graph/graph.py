"""The resources of one stack and how they hang together: the value that plans, diffs, costs and tests are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.graph import engine_json
from infra.graph.resource import Resource
from infra.graph.urn import STACK_TYPE
from infra.graph.values import Value


class ResourceGraph:
    """All resources of a stack, each once by URN. Immutable.

    Iteration goes down the tree: every resource after its parent, siblings by type and then name. The order depends on
    nothing but the resources, so that a plan, a preview and an export of one program line up.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        """Takes the resources in any order. Raises ValueError if two have one URN."""
        by_urn: dict[str, Resource] = {}
        for resource in resources:
            if by_urn.setdefault(resource.urn, resource) is not resource:
                raise ValueError(f"two resources have the URN {resource.urn}; each needs a name of its own")
        self._by_urn = {resource.urn: resource for resource in _down_the_tree(by_urn)}

    @staticmethod
    def from_preview(preview: Mapping[str, Any] | Path) -> ResourceGraph:
        """Returns what a stack will hold after the `pulumi preview --json` given as parsed JSON or as its file.

        A preview doesn't say `aliases`, `deleteBeforeReplace`, outputs or what secrets are.
        Raises InputError for another file.
        """
        return ResourceGraph(engine_json.read_preview(preview))

    @staticmethod
    def from_export(export: Mapping[str, Any] | Path) -> ResourceGraph:
        """Returns what a stack holds by its `pulumi stack export`, given as parsed JSON or as its file.

        Left out: what the last update still has to delete. Secrets compare only if exported with `--show-secrets`.
        Raises InputError for another file.
        """
        return ResourceGraph(engine_json.read_export(export))

    def to_json(self) -> list[dict[str, Any]]:
        """Returns the resources as plain JSON data, in the graph's order. No secret is in it."""
        return [resource.to_json() for resource in self]

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_urn.values())

    def __len__(self) -> int:
        return len(self._by_urn)

    def __contains__(self, urn: object) -> bool:
        return urn in self._by_urn

    def __getitem__(self, urn: str) -> Resource:
        """Returns the resource with this URN; KeyError if there is none."""
        return self._by_urn[urn]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceGraph) and self._by_urn == other._by_urn

    __hash__ = None  # pyright: ignore[reportAssignmentType] - compared by value, and inputs are no hash keys

    def of_type(self, type_: str) -> tuple[Resource, ...]:
        """Returns all resources of a type, such as "aws:rds/instance:Instance"; empty if there is none."""
        return tuple(self._by_type.get(type_, ()))

    def one(self, type_: str, name: str | None = None) -> Resource:
        """Returns the only resource of a type, or of a type and logical name; LookupError says what there is."""
        candidates = self.of_type(type_)
        found = [resource for resource in candidates if name in (None, resource.name)]
        if len(found) == 1:
            return found[0]
        wanted = type_ if name is None else f"{type_} named {name!r}"
        there = ", ".join(sorted(resource.name for resource in candidates)) or "none"
        raise LookupError(f"{len(found)} resources are {wanted}, not one; of that type there are: {there}")

    def children(self, resource: Resource) -> tuple[Resource, ...]:
        """Returns the resources whose parent this is."""
        return tuple(self._children.get(resource.urn, ()))

    def descendants(self, resource: Resource) -> tuple[Resource, ...]:
        """Returns everything below a resource, its children first-born first, each followed by its own."""
        return tuple(below for child in self.children(resource) for below in (child, *self.descendants(child)))

    def ancestors(self, resource: Resource) -> tuple[Resource, ...]:
        """Returns the resource's parent, the parent's parent, and so on up to the stack."""
        parent = self._by_urn.get(resource.parent or "")
        return () if parent is None else (parent, *self.ancestors(parent))

    def provider_of(self, resource: Resource) -> Resource | None:
        """Returns the provider that makes this resource. None for components, and for a package's default provider."""
        return self._by_urn.get(resource.provider or "")

    def region_of(self, resource: Resource) -> str | None:
        """Returns the AWS region a resource is made in: its own `region`, else its provider's; None outside AWS.

        A global service (IAM, Route 53, CloudFront) has the region that it is called through.
        """
        if resource.package == "aws":
            provider = self.provider_of(resource)
            region = resource.inputs.get("region") or (provider and provider.inputs.get("region"))
            return region if isinstance(region, str) else None
        return None

    def dependents(self, resource: Resource) -> tuple[Resource, ...]:
        """Returns the resources that wait for this one directly, by a property or by `depends_on`."""
        return tuple(self._dependents.get(resource.urn, ()))

    @property
    def exports(self) -> Mapping[str, Value]:
        """The stack's outputs by name, as `pulumi.export` gave them. Empty if the source doesn't say."""
        stack = self.of_type(STACK_TYPE)
        return stack[0].outputs if stack else {}

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        return _grouped((resource.type, resource) for resource in self)

    @cached_property
    def _children(self) -> Mapping[str, list[Resource]]:
        return _grouped((resource.parent, resource) for resource in self if resource.parent)

    @cached_property
    def _dependents(self) -> Mapping[str, list[Resource]]:
        return _grouped((urn, resource) for resource in self for urn in resource.dependencies)


def _grouped(pairs: Iterable[tuple[str, Resource]]) -> dict[str, list[Resource]]:
    groups: dict[str, list[Resource]] = {}
    for key, resource in pairs:
        groups.setdefault(key, []).append(resource)
    return groups


def _down_the_tree(by_urn: Mapping[str, Resource]) -> Iterator[Resource]:
    ranked = sorted(by_urn.values(), key=lambda resource: (resource.type, resource.name))
    below = _grouped(((resource.parent or "") if resource.parent in by_urn else "", resource) for resource in ranked)
    waiting = below.get("", [])[::-1]
    while waiting:
        resource = waiting.pop()
        yield resource
        waiting.extend(reversed(below.get(resource.urn, [])))
