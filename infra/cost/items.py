"""What a rule makes of a resource: charges, or the reason why it has none; and what a priced charge is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from infra.catalogue.prices import GLOBAL, ON_DEMAND, Price
from infra.cost.span import Span


class Group(StrEnum):
    """The roadmap's components, in the order of its cost breakdown; `OTHER` is what its tables have no row for."""

    APPLICATION = "application"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    LOAD_BALANCER = "load balancer"
    CDN = "CDN"
    MONITORING = "monitoring"
    NETWORK = "network"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A month's quantity of one item of the price book, in the item's unit, before it is priced.

    `resource` is the URN without its stack, `region` where the resource is ("global" for none); `price_region` is set
    where AWS prices it elsewhere, `serves` where another region is the reason for it (what is sent there). `basis` says
    how the quantity came about. `fixed` is false for what depends on use.
    """

    resource: str
    group: Group
    region: str
    service: str
    item: str
    unit: str
    quantity: Span
    basis: str
    fixed: bool = True
    kind: str = ON_DEMAND
    price_region: str | None = None
    serves: str | None = None

    @property
    def priced_in(self) -> str:
        """The region of the book that has its price."""
        return self.price_region or self.region


@dataclass(frozen=True, kw_only=True)
class LineItem:
    """A priced charge, or the part of it that falls into one tier: `quantity` times `price.usd` a month."""

    charge: Charge
    quantity: Span
    price: Price

    @property
    def amount(self) -> Span:
        """US dollars a month, exact."""
        return self.quantity * self.price.usd

    @property
    def group(self) -> Group:
        """The component of the roadmap that it counts to."""
        return self.charge.group

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What makes it the same line in another phase's bill: resource, item, unit, kind and tier."""
        tier = str(self.price.above) if self.price.above else ""
        return (
            self.charge.resource,
            f"{self.price.service}: {self.price.item}",
            self.price.unit,
            self.price.kind,
            tier,
        )


@dataclass(frozen=True)
class Unpriced:
    """A resource that costs something which isn't in the bill, and why."""

    resource: str
    type: str
    reason: str


@dataclass(frozen=True)
class Free:
    """A resource that AWS doesn't charge for, and why."""

    resource: str
    type: str
    reason: str


__all__ = ["GLOBAL", "Charge", "Free", "Group", "LineItem", "Unpriced"]
