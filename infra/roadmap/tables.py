"""Infrastructure tables: which column is which, and a Row from each line."""

from __future__ import annotations

import re
from dataclasses import replace

from infra.roadmap.cells import ALLOWED, SIZE, UNCHANGED, CellError, parse_cell, with_count
from infra.roadmap.columns import Layout, layout
from infra.roadmap.document import Entry, Listing, Table, TableRow
from infra.roadmap.fits import check_fit
from infra.roadmap.labels import role_names, role_of
from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import Capacity, CostRow, Fact, Role, Row, Size
from infra.roadmap.numbers import ARROW, DASHES, NUMBER, whole
from infra.roadmap.placeholders import is_blank

_HEADINGS = ["Component", "Current", "New", "Before", "After", "From", "To", "Target", "Spec", "Count", "Cost Impact"]


def read_rows(table: Table, phase: int, earlier: dict[Role, Row], reading: Reading) -> tuple[Row, ...]:
    """The rows of a phase's table; `earlier` holds each role's latest row. Reports what it cannot read."""
    where = layout(table, phase)
    if where.component < 0 or not where.sized:
        reading.gap(phase)
        report_columns(table, phase, reading)
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


def listed(block: Listing) -> list[Table]:
    """A list that sizes components, each of its entries `Component: current → new` or `Component: new` as a table of one row.

    Empty for any other list. An entry that names no component is left out.
    """
    tables = [table for entry in block.entries if (table := list_table(entry)) and role_of(table.rows[0].cells[0])]
    return tables if any(has_size(table, counted=True) for table in tables) else []


def list_table(entry: Entry) -> Table | None:
    """A list entry `Component: current → new` or `Component: new` as a table of one row; None for any other entry."""
    label, colon, cells = entry.text.partition(":")
    parts = [part.strip() for part in re.split(rf"{ARROW}|\s+to\s+", cells)]
    if not colon or not cells.strip() or len(parts) > 2:
        return None
    header = ("Component", "Current", "New")[:: 1 if len(parts) == 2 else 2]
    return Table(header, (TableRow((label.strip(), *parts), entry.line),), entry.line)


def has_size(table: Table, *, counted: bool = False) -> bool:
    """Whether any cell but a row's first states a size or, if `counted`, a count."""
    cells = [cell for row in table.rows for cell in row.cells[1:]]
    return any((said.size or (counted and said.count)) for cell in cells if (said := _said(cell)))


def _said(text: str) -> Capacity | None:
    try:
        return parse_cell(text)
    except CellError:
        return None


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


def report_columns(table: Table, phase: int, reading: Reading) -> None:
    """Reports a table that sizes something under headings that don't say what."""
    unknown = [table.header[i] for i in layout(table, phase).others]
    hint = next((h for name in unknown if (h := meant(name, _HEADINGS))), "")
    allowed = "a Component column and a New column (or Spec and Count), and a Current one if you like"
    reading.mistake(table.line, "infrastructure table", " | ".join(table.header), allowed, hint)
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
    if SIZE.search(label):
        reading.gap(phase, role)
        reading.mistake(
            line.line, "component", label, "its name alone; counts and sizes stand in the row's other cells"
        )
        return None
    if re.search(r"[\d(]", label):
        reading.remark(label, line.line, "component")
    previous = earlier.get(role)
    known = previous.after.value.size if previous else None
    before = _before(line, where, label, known, previous, reading)
    after = _after(line, where, label, before.size if before and before.size else known, before, reading)
    if before is None or after is None or not check_fit(role, label, after, line.line, reading):
        reading.gap(phase, role)
        return None
    if phase == 0:
        before = after
    return Row(role, label, Fact(before, line.line), Fact(after, line.line), line.line)


def _before(
    line: TableRow, where: Layout, label: str, known: Size | None, previous: Row | None, reading: Reading
) -> Capacity | None:
    if where.before:
        return _cell(line, where.said_before(line), label, known, reading)
    return previous.after.value if previous else Capacity(text="-", absent=True)


def _after(
    line: TableRow, where: Layout, label: str, known: Size | None, before: Capacity | None, reading: Reading
) -> Capacity | None:
    text = where.said_after(line)
    if before and UNCHANGED.fullmatch(text):
        return replace(before, text=text)
    cell = _cell(line, text, label, known, reading)
    return cell if cell is None or where.count < 0 else _counted(line, cell, label, line.cells[where.count], reading)


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
