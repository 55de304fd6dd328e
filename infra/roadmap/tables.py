"""Infrastructure tables: which column is which, and a Row from each line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from infra.roadmap.cells import ALLOWED, CellError, parse_cell, with_count
from infra.roadmap.document import Entry, Table, TableRow
from infra.roadmap.fits import check_fit
from infra.roadmap.labels import role_names, role_of
from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import Capacity, CostRow, Fact, Role, Row, Size
from infra.roadmap.numbers import DASHES, NUMBER, whole
from infra.roadmap.placeholders import is_blank


class Column(StrEnum):
    """What a column of an infrastructure table holds."""

    COMPONENT = "Component"
    BEFORE = "Current"
    AFTER = "New"
    SPEC = "Spec"
    COUNT = "Count"
    COST = "Cost"
    OTHER = "other"


_COLUMNS: tuple[tuple[str, Column], ...] = (
    (r"cost|price|budget|spend|[$€£]", Column.COST),
    (r"(?:count|instances|nodes|quantity|qty|number|servers|replicas|#)$", Column.COUNT),
    (r"(?:components?|tiers?|layers?|resources?|services?|parts?|systems?)$", Column.COMPONENT),
    (r"(?:current|before|from|today|now|existing|as-is|baseline)\b", Column.BEFORE),
    (r"(?:new|after|to|target|planned|proposed|future|to-be)\b", Column.AFTER),
    (r".*\b(?:spec|specs|specification|size|sizing|configuration|config)$", Column.SPEC),
)
_HEADINGS = ["Component", "Current", "New", "Before", "After", "From", "To", "Target", "Spec", "Count", "Cost Impact"]


# A phase later than any: to it, every "Phase N" column says what there was before.
ANY_PHASE = 10_000


@dataclass(frozen=True)
class Layout:
    """Where the columns of a table stand; -1 for one that it lacks."""

    component: int
    before: int
    after: int
    spec: int
    count: int
    others: tuple[int, ...]
    costs: tuple[int, ...]

    @property
    def sized(self) -> bool:
        """Whether the table says what there is after the phase."""
        return self.after >= 0 or self.spec >= 0


def layout(table: Table, phase: int) -> Layout:
    """The columns of a table as phase `phase` (0: the baseline) reads them."""
    found = [_column(heading, phase) for heading in table.header]

    def at(column: Column) -> int:
        return found.index(column) if column in found else -1

    first = at(Column.COMPONENT)
    after = table.header[at(Column.AFTER)].lower() if at(Column.AFTER) > 0 else ""
    if first < 0 and found[:1] == [Column.OTHER] and (not table.header[0] or after.startswith("phase")):
        first = 0  # "| | Phase 1 | Phase 2 |": a table that compares phases names its parts in the first column
    others = tuple(i for i, column in enumerate(found) if i != first and _extra(i, column, found))
    costs = tuple(i for i, column in enumerate(found) if column is Column.COST)
    return Layout(first, at(Column.BEFORE), at(Column.AFTER), at(Column.SPEC), at(Column.COUNT), others, costs)


def is_infrastructure(table: Table, phase: int) -> bool:
    """Whether a table sizes components, rather than listing costs, risks or people."""
    where = layout(table, phase)
    return where.component >= 0 and (where.sized or where.before >= 0 or where.count >= 0)


def _extra(index: int, column: Column, found: list[Column]) -> bool:
    return column is Column.OTHER or (column is not Column.COST and found.index(column) != index)


def _column(heading: str, phase: int) -> Column:
    text = heading.strip().lower()
    if match := re.fullmatch(r"phase\s*(\d{1,3})\b.*", text):
        return Column.AFTER if int(match[1]) == phase else Column.BEFORE if int(match[1]) < phase else Column.OTHER
    for pattern, column in _COLUMNS:
        if re.match(pattern, text) or (column is Column.COST and re.search(pattern, text)):
            # The baseline has only what is current, whatever else its spec column is called.
            return Column.SPEC if phase == 0 and column in (Column.BEFORE, Column.AFTER) else column
    return Column.OTHER


def read_rows(table: Table, phase: int, earlier: dict[Role, Row], reading: Reading) -> tuple[Row, ...]:
    """The rows of a phase's table; `earlier` holds each role's latest row. Reports what it cannot read."""
    where = layout(table, phase)
    if where.component < 0 or not where.sized:
        reading.gap(phase)
        _report_columns(table, where, reading)
        return ()
    reading.use(table.line)
    _remark_columns(table, where, reading)
    rows: dict[Role, Row] = {}
    for line in table.rows:
        row = _row(line, where, phase, earlier, reading)
        if row and row.role in rows:
            first = rows[row.role].line
            reading.mistake(
                line.line, row.label, row.label, f"one row for the {row.role} (the first is on line {first})"
            )
        elif row:
            rows[row.role] = row
    return tuple(rows.values())


def list_table(entry: Entry) -> Table | None:
    """A list entry `Component: current → new` or `Component: new` as a table of one row; None for any other entry."""
    label, colon, cells = entry.text.partition(":")
    parts = [part.strip() for part in re.split(r"→|->|=>|⇒", cells)]
    if not colon or not cells.strip() or len(parts) > 2:
        return None
    header = ("Component", "Current", "New")[:: 1 if len(parts) == 2 else 2]
    return Table(header, (TableRow((label.strip(), *parts), entry.line),), entry.line)


def cost_rows(table: Table, name: str, label_column: int) -> tuple[CostRow, ...]:
    """Every row of a table as a cost row: its label, and its other cells as they stand."""
    return tuple(
        CostRow(
            table=name,
            label=row.cells[label_column],
            cells=tuple(
                (head, cell)
                for i, (head, cell) in enumerate(zip(table.header, row.cells, strict=True))
                if i != label_column
            ),
            line=row.line,
        )
        for row in table.rows
    )


def _remark_columns(table: Table, where: Layout, reading: Reading) -> None:
    for row in table.rows:
        for i, cell in enumerate(row.cells):
            if i in where.others or (i in where.costs and re.search(r"\d", cell) and not is_blank(cell)):
                reading.remark(cell, row.line, f"{row.cells[where.component]}, column {table.header[i]}")


def _report_columns(table: Table, where: Layout, reading: Reading) -> None:
    unknown = [table.header[i] for i in where.others]
    hint = next((h for name in unknown if (h := meant(name, _HEADINGS))), "")
    reading.mistake(
        table.line,
        "infrastructure table",
        " | ".join(table.header),
        "a Component column and a New column (or Spec and Count), and a Current one if you like",
        hint,
    )
    reading.use(*(row.line for row in table.rows))


def _row(line: TableRow, where: Layout, phase: int, earlier: dict[Role, Row], reading: Reading) -> Row | None:
    reading.use(line.line)
    label = line.cells[where.component]
    if line.surplus:
        reading.gap(phase, role_of(label))
        reading.report(
            line.line,
            label or "table row",
            f"{len(line.cells) + len(line.surplus)} cells",
            f"{len(line.cells)} cells, as many as the header has",
            "Write a | inside a cell as \\|.",
        )
        return None
    if re.match(r"(?:grand |sub-?)?total\b|sum\b", label, re.IGNORECASE) or not any(line.cells):
        return None
    role = role_of(label)
    if role is None:
        reading.mistake(line.line, "component", label, ", ".join(role_names()), meant(label, role_names()))
        return None
    previous = earlier.get(role)
    known = previous.after.value.size if previous else None
    before = _before(line, where, label, known, previous, reading)
    after = _after(line, where, label, before.size if before and before.size else known, reading)
    if before is None or after is None or not check_fit(role, label, after, line.line, reading):
        reading.gap(phase, role)
        return None
    if phase == 0:
        before = after
    return Row(role, label, Fact(before, line.line), Fact(after, line.line), line.line)


def _before(
    line: TableRow, where: Layout, label: str, known: Size | None, previous: Row | None, reading: Reading
) -> Capacity | None:
    if where.before >= 0:
        return _cell(line, line.cells[where.before], label, known, reading)
    return previous.after.value if previous else Capacity(text="-", absent=True)


def _after(line: TableRow, where: Layout, label: str, known: Size | None, reading: Reading) -> Capacity | None:
    text = line.cells[where.after if where.after >= 0 else where.spec]
    cell = _cell(line, text, label, known, reading)
    if cell is None or where.after >= 0 or where.count < 0:
        return cell
    return _counted(line, cell, label, line.cells[where.count], reading)


def _cell(line: TableRow, text: str, label: str, known: Size | None, reading: Reading) -> Capacity | None:
    try:
        return parse_cell(text, known)
    except CellError as error:
        reading.mistake(line.line, label, text, ALLOWED, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return None


def _counted(line: TableRow, cell: Capacity, label: str, written: str, reading: Reading) -> Capacity | None:
    if re.fullmatch(f"[{DASHES}]?", written):
        return cell
    if not re.fullmatch(NUMBER, written, re.ASCII) or not 1 <= whole(written) <= 10_000:
        reading.mistake(line.line, f"{label}: count", written, "a whole number from 1 to 10000")
        return None
    try:
        return with_count(cell, whole(written))
    except CellError as error:
        reading.mistake(line.line, f"{label}: count", written, "the same count in both columns", f"{error}.")
        return None
