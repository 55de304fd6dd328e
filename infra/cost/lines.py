"""Line items as people read them: those of one component, item, price and region added up, whatever resource they are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infra.cost.change import LineChange
from infra.cost.items import Group, LineItem
from infra.cost.span import Span, total

_Key = tuple[object, ...]


@dataclass(frozen=True)
class Line:
    """Equal line items: what they cost a month, how much of what, and whose they are, named without the stack."""

    items: tuple[LineItem, ...]

    @property
    def first(self) -> LineItem:
        """One of them, for what they have in common."""
        return self.items[0]

    @property
    def amount(self) -> Span:
        """US dollars a month, exact."""
        return total(item.amount for item in self.items)

    @property
    def quantity(self) -> Span:
        """In the item's unit."""
        return total(item.quantity for item in self.items)


@dataclass(frozen=True)
class ChangedLine:
    """Equal lines of two bills that differ."""

    changes: tuple[LineChange, ...]

    @property
    def first(self) -> LineItem:
        """One of them, for what they have in common."""
        return self.changes[0].line

    @property
    def before(self) -> Line | None:
        """What changes, as it was; None for what is new."""
        return _line(change.before for change in self.changes)

    @property
    def after(self) -> Line | None:
        """What changes, as it will be; None for what goes."""
        return _line(change.after for change in self.changes)

    @property
    def difference(self) -> Span:
        """US dollars a month, exact."""
        return total(change.difference for change in self.changes)


def lines(items: Iterable[LineItem], group: Group) -> tuple[Line, ...]:
    """A component's lines, the dearest first."""
    found: dict[_Key, list[LineItem]] = {}
    for item in items:
        if item.group is group:
            found.setdefault((*_key(item), item.charge.basis), []).append(item)
    return tuple(sorted(map(Line, map(tuple, found.values())), key=lambda line: -line.amount.expected))


def changed_lines(changes: Iterable[LineChange]) -> tuple[ChangedLine, ...]:
    """The lines of some changes, the largest difference first."""
    found: dict[_Key, list[LineChange]] = {}
    for change in changes:
        found.setdefault(_key(change.line), []).append(change)
    return tuple(sorted(map(ChangedLine, map(tuple, found.values())), key=lambda line: -abs(line.difference.expected)))


def _key(item: LineItem) -> _Key:
    price = item.price
    return (price.service, price.item, price.unit, price.kind, price.above, item.charge.region)


def _line(items: Iterable[LineItem | None]) -> Line | None:
    found = tuple(item for item in items if item)
    return Line(found) if found else None
