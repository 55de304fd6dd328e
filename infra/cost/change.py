"""What changes between two phases' bills, line by line. Changes add up: A to B and B to C make A to C."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.cost.estimate import Estimate
from infra.cost.items import Group, LineItem
from infra.cost.span import ZERO, Span, total


@dataclass(frozen=True)
class LineChange:
    """One line of two bills; `before` or `after` is None where only the other one has it."""

    before: LineItem | None
    after: LineItem | None

    @property
    def line(self) -> LineItem:
        """The line as it is afterwards, or as it was where it is gone."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of a line that neither bill has")
        return found

    @property
    def difference(self) -> Span:
        """US dollars a month, exact; negative where it gets cheaper."""
        return _amount(self.after) - _amount(self.before)


@dataclass(frozen=True)
class CostChange:
    """The step from one bill to another. `lines` are those that change, by component and then in the bill's order."""

    before: Estimate
    after: Estimate
    lines: tuple[LineChange, ...]

    @property
    def difference(self) -> Span:
        """US dollars a month, exact."""
        return total(line.difference for line in self.lines)

    @property
    def percent(self) -> Decimal | None:
        """The expected difference in percent of the bill before; None where that is nothing."""
        return percent(self.difference.expected, self.before.total.expected)

    def of(self, group: Group) -> tuple[LineChange, ...]:
        """The changes of one component."""
        return tuple(line for line in self.lines if line.line.group is group)

    def group(self, group: Group) -> Span:
        """A component's difference, exact."""
        return total(line.difference for line in self.of(group))


def change(before: Estimate, after: Estimate) -> CostChange:
    """The step from `before` to `after`."""
    old, new = _by_key(before.items), _by_key(after.items)
    changes = (LineChange(old.get(key), new.get(key)) for key in {**new, **old})
    differing = [line for line in changes if line.difference]
    order = list(Group)
    return CostChange(before, after, tuple(sorted(differing, key=lambda line: order.index(line.line.group))))


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` in percent of `whole`, not rounded; None of nothing."""
    return 100 * part / whole if whole else None


def _by_key(items: Iterable[LineItem]) -> dict[tuple[str, ...], LineItem]:
    return {item.key: item for item in items}


def _amount(item: LineItem | None) -> Span:
    return item.amount if item else ZERO


def change_json(step: CostChange) -> dict[str, Any]:
    """A step as plain data; amounts are decimal strings, exact."""
    return {
        "from": step.before.phase,
        "to": step.after.phase,
        "currency": "USD",
        "before": str(step.before.total.expected),
        "after": str(step.after.total.expected),
        "change": str(step.difference.expected),
        "percent": None if step.percent is None else str(step.percent),
        "components": {group.value: str(step.group(group).expected) for group in Group if step.of(group)},
        "lines": [_line_json(line) for line in step.lines],
    }


def _line_json(line: LineChange) -> dict[str, Any]:
    item = line.line
    return {
        "component": item.group.value,
        "resource": item.charge.resource,
        "item": f"{item.price.service}: {item.price.item}",
        "unit": item.price.unit,
        "quantity_before": str(line.before.quantity.expected) if line.before else None,
        "quantity_after": str(line.after.quantity.expected) if line.after else None,
        "before": str(_amount(line.before).expected),
        "after": str(_amount(line.after).expected),
        "change": str(line.difference.expected),
    }
