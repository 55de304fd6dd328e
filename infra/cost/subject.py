"""The resource that a rule looks at, with what it may ask about the plan around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.catalogue.prices import GLOBAL, PriceBook
from infra.catalogue.quantities import quantity
from infra.config import PhaseConfig
from infra.cost.items import Charge, Group, Unpriced
from infra.cost.span import Number, Span
from infra.cost.usage import Usage
from infra.graph import Resource, ResourceGraph

Outcome = Iterator[Charge | Unpriced]
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


@dataclass(frozen=True)
class Plan:
    """One phase's plan as its bill sees it: the resources, the config, a month's use, and the prices to choose by."""

    graph: ResourceGraph
    config: PhaseConfig
    usage: Usage
    book: PriceBook

    @property
    def has_cdn(self) -> bool:
        """Whether users reach the system through CloudFront."""
        return bool(self.graph.of_type(DISTRIBUTION))

    def region_of(self, resource: Resource) -> str:
        """The AWS region of a resource; for one on Kubernetes, its cluster's; "global" for what has none."""
        own = self.graph.region_of(resource)
        if own:
            return own
        for ancestor in self.graph.ancestors(resource):
            around = self._regions_below[ancestor.urn]
            if len(around) == 1:
                return next(iter(around))
            if around:
                break
        return GLOBAL

    @cached_property
    def _regions_below(self) -> Mapping[str, set[str]]:
        """The AWS regions of what is below each resource, by its URN; found at once, from the leaves up."""
        below: dict[str, set[str]] = defaultdict(set)
        for resource in reversed(tuple(self.graph)):
            if resource.parent:
                own = self.graph.region_of(resource)
                below[resource.parent] |= below[resource.urn] | ({own} if own else set())
        return below


@dataclass(frozen=True)
class Subject:
    """One resource of a plan."""

    resource: Resource
    plan: Plan

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The resource's inputs, named as the engine has them."""
        return self.resource.inputs

    @property
    def region(self) -> str:
        """The region that it is in, or "global"."""
        return self.plan.region_of(self.resource)

    @property
    def active(self) -> bool:
        """Whether it is in the region that serves the users."""
        return self.region in (self.plan.config.active_region, GLOBAL)

    @property
    def usage(self) -> Usage:
        """A month's use of the phase."""
        return self.plan.usage

    @property
    def components(self) -> tuple[str, ...]:
        """The modules of this project's components above it, the innermost first: ("bucket", "cdn", "stack")."""
        above = self.plan.graph.ancestors(self.resource)
        return tuple(ancestor.type.split(":")[1] for ancestor in above if ancestor.package == "ramp")

    def charge(
        self, group: Group, service: str, item: str, unit: str, quantity: Span | Number, basis: str, **more: Any
    ) -> Charge:
        """A charge of this resource; `more` are the charge's other fields."""
        return Charge(
            resource=self.resource.key,
            group=group,
            region=more.pop("region", self.region),
            service=service,
            item=item,
            unit=unit,
            quantity=quantity if isinstance(quantity, Span) else Span.of(quantity),
            basis=basis,
            **more,
        )

    def hourly(self, group: Group, service: str, item: str, count: Span | Number, basis: str, **more: Any) -> Charge:
        """A charge for `count` of an item that runs all month; `unit` is "hour" unless given."""
        quantities = count if isinstance(count, Span) else Span.of(count)
        unit = more.pop("unit", "hour")
        return self.charge(group, service, item, unit, quantities * quantity("month hours"), basis, **more)

    def unpriced(self, reason: str) -> Unpriced:
        """This resource as one that costs something which isn't in the bill."""
        return Unpriced(self.resource.key, self.resource.type, reason)

    def takers(self, inputs: Mapping[str, str]) -> list[Subject]:
        """The resources whose input takes an output of this one; `inputs` names the input of each type to look at."""
        others = (Subject(r, self.plan) for type_ in inputs for r in self.plan.graph.of_type(type_))
        return [
            one
            for one in others
            if self.resource.urn in one.resource.property_dependencies.get(inputs[one.resource.type], ())
        ]

    def source(self, key: str) -> Subject | None:
        """The resource whose output the input `key` takes, or None where it takes none."""
        for urn in self.resource.property_dependencies.get(key, ()):
            if urn in self.plan.graph:
                return Subject(self.plan.graph[urn], self.plan)
        return None
