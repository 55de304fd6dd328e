"""The bill of one phase: every resource of its plan priced, free, or listed as unpriced with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from infra.catalogue.prices import GLOBAL, Price
from infra.cost.bill import price
from infra.cost.items import Charge, Free, Group, LineItem, Unpriced
from infra.cost.rules import edge, eks, elasticache, kubernetes, monitoring, network, rds, security
from infra.cost.span import Span, total
from infra.cost.subject import Outcome, Plan, Subject
from infra.graph import Resource

Rule = Callable[[Subject], Outcome]

_MODULES = (edge, eks, elasticache, kubernetes, monitoring, network, rds, security)
RULES: dict[str, Rule] = {type_: rule for module in _MODULES for type_, rule in module.PRICED.items()}
FREE: dict[str, str] = {type_: reason for module in _MODULES for type_, reason in module.FREE.items()}
NOT_AWS = {
    "pulumi": "no resource of AWS",
    "ramp": "a component; its parts are charged",
    "random": "no resource of AWS",
    "tls": "no resource of AWS",
}
"""Packages none of whose resources cost anything."""


@dataclass(frozen=True)
class Estimate:
    """A phase's month, in exact US dollars. Every resource of the plan stands in one of the three tuples."""

    phase: str
    users: int
    active_region: str
    items: tuple[LineItem, ...]
    free: tuple[Free, ...]
    unpriced: tuple[Unpriced, ...]

    @property
    def total(self) -> Span:
        """The whole month."""
        return total(item.amount for item in self.items)

    @property
    def fixed(self) -> Span:
        """What is charged whether anybody comes or not."""
        return total(item.amount for item in self.items if item.charge.fixed)

    @property
    def by_use(self) -> Span:
        """What depends on use, by the settings' `usage`."""
        return total(item.amount for item in self.items if not item.charge.fixed)

    @property
    def prices(self) -> tuple[Price, ...]:
        """Every price that the bill rests on, once."""
        return tuple(dict.fromkeys(item.price for item in self.items))

    def of(self, group: Group) -> tuple[LineItem, ...]:
        """The line items of one component."""
        return tuple(item for item in self.items if item.group is group)

    def group(self, group: Group) -> Span:
        """A component's month."""
        return total(item.amount for item in self.of(group))

    def standby(self) -> Span:
        """What stands in regions other than the active one, with what is sent there."""
        return total(item.amount for item in self.items if self.is_standby(item))

    def is_standby(self, item: LineItem) -> bool:
        """Whether a line item stands in a region other than the active one, or is for what is sent there."""
        return (item.charge.serves or item.charge.region) not in (self.active_region, GLOBAL)


def estimate(plan: Plan) -> Estimate:
    """The bill of a plan. Raises MissingPrice where the book lacks the price of an item."""
    charges: list[Charge] = []
    free: list[Free] = []
    unpriced: list[Unpriced] = []
    for resource in plan.graph:
        found = tuple(_outcome(resource, plan))
        charges += (one for one in found if isinstance(one, Charge))
        free += (one for one in found if isinstance(one, Free))
        unpriced += (one for one in found if isinstance(one, Unpriced))
    config = plan.config
    return Estimate(
        config.name, config.users, config.active_region, price(charges, plan.book), tuple(free), tuple(unpriced)
    )


def _outcome(resource: Resource, plan: Plan) -> Iterable[Charge | Free | Unpriced]:
    if resource.package in NOT_AWS:
        return [Free(resource.key, resource.type, NOT_AWS[resource.package])]
    if resource.type in FREE:
        return [Free(resource.key, resource.type, FREE[resource.type])]
    if resource.type in RULES:
        charged = list(RULES[resource.type](Subject(resource, plan)))
        return charged or [Free(resource.key, resource.type, "nothing here is charged")]
    return [Unpriced(resource.key, resource.type, "no rule prices this type")]
