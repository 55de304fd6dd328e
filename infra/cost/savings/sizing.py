"""Savings on size: what a class has beyond the document's figures, and one architecture instead of the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from infra.catalogue import specs
from infra.catalogue.prices import MissingPrice, Price, PriceBook
from infra.catalogue.specs import InstanceClass, NoInstanceClass
from infra.cost.estimate import Estimate
from infra.cost.items import Group, LineItem
from infra.cost.savings.saving import Saving
from infra.roadmap.model import Size

_CLASSES = {"ec2": "ec2", "eks-auto-mode": "ec2", "rds": "rds", "elasticache": "elasticache"}
"""The services that charge for a class, and whose class it is."""


def right_sizing(estimate: Estimate, sizes: Mapping[Group, Size], book: PriceBook) -> Saving:
    """What the cheaper architecture saves, or does save already, and what is paid beyond the document's sizes.

    A class is the smallest that holds the document's size, so what it has beyond that can't be given back.
    """
    items = [item for item in estimate.items if _class_of(item)]
    base = sum((item.amount.expected for item in items), Decimal(0))
    surplus = sum((item.amount.expected * _surplus(item, sizes) for item in items), Decimal(0))
    others = [(item, _counterpart(item, book)) for item in items]
    dearer = sum((max(_difference(item, other), Decimal(0)) for item, other in others), Decimal(0))
    share = 100 * surplus / base if base else Decimal(0)
    return Saving(
        name="Right-Sizing",
        amount=estimate.total.expected - on_the_cheaper(estimate, book).total.expected,
        base=base,
        in_plan=dearer,
        how="the same sizes on the other architecture (arm64 is in the plan already where it is used)",
        why=f"{share:.1f}% of this pays for what classes have beyond the document's sizes, and AWS sells no smaller class",
    )


def on_the_cheaper(estimate: Estimate, book: PriceBook) -> Estimate:
    """The bill with each class on the architecture that costs less for the same size and generation."""
    return replace(estimate, items=tuple(_cheaper(item, book) for item in estimate.items))


def _cheaper(item: LineItem, book: PriceBook) -> LineItem:
    other = _counterpart(item, book)
    return replace(item, price=other) if other and other.usd < item.price.usd else item


def _difference(item: LineItem, other: Price | None) -> Decimal:
    return (other.usd - item.price.usd) * item.quantity.expected if other else Decimal(0)


def _surplus(item: LineItem, sizes: Mapping[Group, Size]) -> Decimal:
    """The part of a class that the document's size leaves unused, by the dimension that fills it most."""
    size, held = sizes.get(item.group), _class_of(item)
    if size is None or held is None:
        return Decimal(0)
    filled = max(Decimal(size.vcpu) / held.vcpu, Decimal(size.memory_gib) / Decimal(str(held.memory_gib)))
    return max(Decimal(1) - filled, Decimal(0))


def _counterpart(item: LineItem, book: PriceBook) -> Price | None:
    """The price of the cheapest class of equal size and generation on the other architecture; None if there is none."""
    held = _class_of(item)
    if held is None:
        return None
    price, suffix = item.price, item.price.item.removeprefix(held.name)
    found: list[Price] = []
    for other in _peers(held, specs.classes(_CLASSES[price.service])):
        try:
            found.append(book.price(price.service, other.name + suffix, price.region, price.unit, price.kind))
        except MissingPrice:
            continue
    return min(found, key=lambda one: one.usd, default=None)


def _peers(held: InstanceClass, classes: Iterable[InstanceClass]) -> list[InstanceClass]:
    """Classes of the same vCPUs, memory, purpose and generation (`c7`) on the other architecture."""
    return [
        c
        for c in classes
        if (c.vcpu, c.memory_gib, c.family[:2]) == (held.vcpu, held.memory_gib, held.family[:2])
        and c.architecture != held.architecture
    ]


def _class_of(item: LineItem) -> InstanceClass | None:
    """The class that a line pays for; None for a line that pays for something else."""
    if item.price.service not in _CLASSES:
        return None
    try:
        return specs.find(_CLASSES[item.price.service], item.price.item.split(" ")[0])
    except NoInstanceClass:
        return None
