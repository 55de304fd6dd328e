"""The columns of an infrastructure table: which is which, and what those that belong together say of a row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from infra.roadmap.document import Table, TableRow
from infra.roadmap.numbers import DASHES, FIGURE


class Column(StrEnum):
    """What a column of an infrastructure table holds."""

    COMPONENT = "Component"
    BEFORE = "Current"
    AFTER = "New"
    SPEC = "Spec"
    COUNT = "Count"
    COST = "Cost"
    OTHER = "other"


_COUNTED = r"(?:count|quantity|qty|instances|nodes|servers|replicas|pods|vms|units|machines)"
_PART = r"(?:v?cpus?|v?cores?|cpu cores|ram|memory|mem|disks?|storage|ssd|volumes?)(?: size)?"
_COLUMNS: tuple[tuple[str, Column], ...] = (
    (r".*(?:cost|price|budget|spend|[$€£]).*", Column.COST),
    (r".*\b(?:date|owner|team|utili[sz]ation|load|users|latency)\b.*", Column.OTHER),
    (rf"{_COUNTED}|#|(?:number|no\.?|#|count|quantity|qty)(?: of .*)?", Column.COUNT),
    (
        r"(?:.* ?/ ?)?(?:components?|tiers?|layers?|resources?|services?|parts?|systems?|items?|elements?|workloads?)"
        r"(?: names?)?(?: ?/ ?.*)?",
        Column.COMPONENT,
    ),
    (r"(?:current|before|from|today|now|existing|as-is|as is|baseline)\b.*", Column.BEFORE),
    (r"(?:new|after|to|target|planned|proposed|future|to-be)\b.*", Column.AFTER),
    (rf"(?:.*\b(?:spec|specs|specification|size|sizing|configuration|config)|machines?|hardware|{_PART})", Column.SPEC),
    (rf".*\b{_COUNTED}", Column.COUNT),
)
# What a bare number counts under a heading.
_UNITS = (
    (r"\b(?:v?cpus?|v?cores?)\b", "{number} vCPU"),
    (r"\b(?:ram|memory|mem)\b", "{number} {unit} RAM"),
    (r"\b(?:disks?|storage|ssd|volumes?)\b", "{number} {unit} SSD"),
    (rf"\b{_COUNTED}\b", "{number}x"),
)

# A phase later than any: to it, every "Phase N" column says what there was before.
ANY_PHASE = 10_000


@dataclass(frozen=True)
class Layout:
    """Where the columns of a table stand; -1 or nothing for what it lacks."""

    header: tuple[str, ...]
    component: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    spec: tuple[int, ...]
    count: int
    others: tuple[int, ...]
    costs: tuple[int, ...]

    @property
    def sized(self) -> bool:
        """Whether the table says what there is after the phase."""
        return bool(self.after or self.spec)

    def said_before(self, row: TableRow) -> str:
        """What a row says of before the phase."""
        return self._together(row, self.before)

    def said_after(self, row: TableRow) -> str:
        """What a row says of after the phase, its size included where that has columns of its own."""
        return self._together(row, self.after + self.spec)

    def _together(self, row: TableRow, columns: tuple[int, ...]) -> str:
        cells = [self._with_unit(row.cells[i], i) for i in columns]
        said = [cell for cell in cells if not re.fullmatch(f"[{DASHES}]*", cell)]
        return ", ".join(said) or next(filter(None, cells), "")

    def _with_unit(self, cell: str, column: int) -> str:
        """A cell with what its heading says of its number: 8 under vCPU, 16 under RAM (GB), 4 under New beside a Spec."""
        heading = self.header[column]
        match = re.fullmatch(rf"({FIGURE})\s*([mgt]i?b?)?", cell, re.IGNORECASE | re.ASCII)
        if not match:
            return cell
        unit = match[2] or next(iter(re.findall(r"\b[mgt]i?b\b", heading, re.IGNORECASE)), "")
        form = next((form for word, form in _UNITS if re.search(word, heading, re.IGNORECASE)), "")
        if not form and self.spec and column not in self.spec and not match[2]:
            form = "{number}x"
        sized = "{unit}" in form
        return form.format(number=match[1], unit=unit) if form and (bool(unit) if sized else not match[2]) else cell


def layout(table: Table, phase: int) -> Layout:
    """The columns of a table as phase `phase` (0: the baseline) reads them."""
    found = [_column(heading, phase) for heading in table.header]
    for i in range(len(found)):
        if re.fullmatch(_PART, _bare(table.header[i])) and any("%" in row.cells[i] for row in table.rows):
            found[i] = Column.OTHER  # how much of it is used, not how much there is

    def all_of(column: Column) -> tuple[int, ...]:
        return tuple(i for i, each in enumerate(found) if each is column)

    first, after, count = next(iter(all_of(Column.COMPONENT)), -1), all_of(Column.AFTER), all_of(Column.COUNT)
    compares = bool(after) and table.header[after[0]].lower().startswith("phase")
    if first < 0 and found[:1] == [Column.OTHER] and (not table.header[0] or compares):
        first = 0  # "| | Phase 1 | Phase 2 |": a table that compares phases names its parts in the first column
    extra = (*all_of(Column.OTHER), *all_of(Column.COMPONENT), *count[1:])
    return Layout(
        header=table.header,
        component=first,
        before=all_of(Column.BEFORE),
        after=after,
        spec=all_of(Column.SPEC),
        count=count[0] if count else -1,
        others=tuple(sorted(i for i in extra if i != first)),
        costs=all_of(Column.COST),
    )


def is_infrastructure(table: Table, phase: int) -> bool:
    """Whether a table sizes components, rather than listing costs, risks or people."""
    where = layout(table, phase)
    return where.component >= 0 and (where.sized or bool(where.before) or where.count >= 0)


def _bare(heading: str) -> str:
    """A heading in lower case, without what stands in brackets."""
    return re.sub(r"\s*\([^()]*\)", "", heading.lower()).strip(" :")


def _column(heading: str, phase: int) -> Column:
    text = _bare(heading)
    if match := re.fullmatch(r"phase\s*(\d{1,3})\b.*", text):
        return Column.AFTER if int(match[1]) == phase else Column.BEFORE if int(match[1]) < phase else Column.OTHER
    for pattern, column in _COLUMNS:
        if re.fullmatch(pattern, text) or (column is Column.COST and re.fullmatch(pattern, heading.lower())):
            # The baseline has only what is current, whatever else its spec column is called.
            return Column.SPEC if phase == 0 and column in (Column.BEFORE, Column.AFTER) else column
    return Column.OTHER
