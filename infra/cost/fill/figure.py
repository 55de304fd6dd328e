"""The figure that a blank stands for, told from the row and the column that it stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from infra.cost.change import percent
from infra.cost.estimate import Estimate
from infra.cost.fill import notes
from infra.cost.items import Group, LineItem
from infra.roadmap.labels import role_of
from infra.roadmap.model import CostRow, Role
from infra.roadmap.users import sole_users

_GROUPS = {
    Role.APPLICATION: Group.APPLICATION,
    Role.DATABASE: Group.DATABASE,
    Role.CACHE: Group.CACHE,
    Role.QUEUE: Group.QUEUE,
    Role.LOAD_BALANCER: Group.LOAD_BALANCER,
    Role.CDN: Group.CDN,
}
_OTHER_ROWS = (
    (r"\bmonitoring|\bobservab|\blogging", Group.MONITORING),
    (r"\bnetwork|\btransfer|\bbandwidth", Group.NETWORK),
)
_CHANGE = re.compile(r"impact|change|delta|increase|difference", re.IGNORECASE)
_PER_THOUSAND = re.compile(r"per\s+1[,.]?000|per\s+thousand", re.IGNORECASE)
_PER_USER = re.compile(r"per\s+user", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """A figure in US dollars a month, or in percent of `whole`, and the footnote that explains it."""

    value: Decimal
    note: str
    whole: Decimal | None = None


@dataclass(frozen=True)
class Bills:
    """The bills of a document's phases in order, and the tables that give regions a row of their own."""

    estimates: Sequence[Estimate]
    with_regions: frozenset[str]

    def at(self, key: str) -> int | None:
        """The position of a phase, by its key."""
        return next((i for i, one in enumerate(self.estimates) if one.phase == key), None)

    def with_users(self, users: int) -> int | None:
        """The position of the phase that is sized for these users."""
        return next((i for i, one in enumerate(self.estimates) if one.users == users), None)


def bills(estimates: Sequence[Estimate], rows: Sequence[CostRow]) -> Bills:
    """The bills, with the tables among `rows` that have a row for regions."""
    return Bills(estimates, frozenset(row.table for row in rows if role_of(row.label) is Role.REGIONS))


def figure(row: CostRow, column: int, of: Bills) -> Figure | str:
    """What stands in a column (0 is the first after the label) of a cost row, or why that can't be known."""
    heading = row.cells[column][0]
    if row.table == "per_user":
        return _per_user(row, heading, of)
    if row.table == "breakdown":
        stated = row.users and of.with_users(row.users.value)
        return _amount(row, of.estimates[-1 if stated is None else stated], split=False)
    position = of.at(row.table)
    if position is None:
        return f"the plan has no phase {row.table}"
    split = row.table in of.with_regions
    after = of.estimates[position]
    before = of.estimates[position - 1] if position else None
    if _CHANGE.search(heading):
        return _difference(row, before, after, split)
    if before is not None and column == 0:
        return _amount(row, before, split)
    return _amount(row, after, split)


def per_user_target(of: Bills) -> Figure:
    """The cost of a user in the last phase."""
    return _for_users(of, len(of.estimates) - 1, 1)


def _per_user(row: CostRow, heading: str, of: Bills) -> Figure | str:
    stated = sole_users(row.label, single=True)
    found = of.with_users(stated.end) if stated else None
    if found is None:
        return f"no phase has {row.label} users"
    if _PER_THOUSAND.search(heading):
        return _for_users(of, found, 1000)
    if _PER_USER.search(heading):
        return _for_users(of, found, 1)
    return _total(of.estimates[found])


def _for_users(of: Bills, position: int, count: int) -> Figure:
    estimate, before = of.estimates[position], of.estimates[position - 1] if position else None
    value = _users_cost(estimate, count)
    return Figure(
        value, notes.per_users(estimate, value, count, (before, _users_cost(before, count)) if before else None)
    )


def _users_cost(estimate: Estimate, count: int) -> Decimal:
    return estimate.total.expected * count / estimate.users


def _total(estimate: Estimate) -> Figure:
    return Figure(estimate.total.expected, notes.total(estimate), estimate.total.expected)


def _amount(row: CostRow, estimate: Estimate, split: bool) -> Figure | str:
    """A row's amount in one phase; `split` leaves standby regions to the row that speaks of regions."""
    if _is_total(row):
        return _total(estimate)
    items = _items(row, estimate, split)
    if isinstance(items, str):
        return items
    if not items:
        return f"no resource of {estimate.phase}'s plan belongs to it"
    value = sum((item.amount.expected for item in items), Decimal(0))
    return Figure(value, notes.lines(estimate, items), estimate.total.expected)


def _difference(row: CostRow, before: Estimate | None, after: Estimate, split: bool) -> Figure | str:
    if before is None:
        return "there is no phase before"
    if _is_total(row):
        old, new = before.total.expected, after.total.expected
        return Figure(new - old, notes.total_step(before, after), old)
    old, new = _amount(row, before, split), _amount(row, after, split)
    if isinstance(new, str):
        return new
    if isinstance(old, str):
        old = Figure(Decimal(0), "")
    return Figure(new.value - old.value, notes.step(before, old.value, new.value, new.note), old.value)


def _items(row: CostRow, estimate: Estimate, split: bool) -> tuple[LineItem, ...] | str:
    role = role_of(row.label)
    if role is Role.REGIONS:
        return tuple(item for item in estimate.items if estimate.is_standby(item))
    group = _GROUPS.get(role) if role else None
    group = group or next((g for pattern, g in _OTHER_ROWS if re.search(pattern, row.label, re.IGNORECASE)), None)
    if group is None:
        return f"'{row.label}' names no component that the bill has"
    return tuple(item for item in estimate.of(group) if not (split and estimate.is_standby(item)))


def _is_total(row: CostRow) -> bool:
    return bool(re.search(r"\btotal\b|\bsum\b", row.label, re.IGNORECASE))


def share(found: Figure) -> Decimal | None:
    """The figure in percent of what it is compared with."""
    return percent(found.value, found.whole) if found.whole is not None else None
