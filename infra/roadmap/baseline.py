"""The baseline: what runs today, and for how many users."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra.roadmap.columns import is_infrastructure, layout
from infra.roadmap.document import Listing, Paragraph, Section, Table
from infra.roadmap.labels import BASELINE
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import CostRow, Fact, Item, Phase, Row
from infra.roadmap.numbers import DASHES
from infra.roadmap.phases import report_broken_table, report_no_table
from infra.roadmap.tables import cost_rows, listed, read_rows
from infra.roadmap.users import MAX_USERS, sole_users

_USERS = re.compile(
    r"\b(?:concurrent |active |current |max(?:imum)? )+users\b|^(?:users|nutzer|benutzer|utilisateurs)$", re.IGNORECASE
)


def find_baseline(root: Section, phases: list[Section]) -> Section | None:
    """The section that holds the baseline's table: the first that calls itself the baseline or the current state.

    A section within a phase, or one that holds phases, is not it.
    """
    taken = {id(part) for phase in phases for part in phase.walk()}
    titled = [
        section
        for section in root.walk()
        if section.level and BASELINE.search(section.title) and not any(id(part) in taken for part in section.walk())
    ]
    return next((s for s in titled if _tables(s)), titled[0] if titled else None)


def read_baseline(
    section: Section, fallback: Fact[int] | None, checklist: tuple[Item, ...], reading: Reading
) -> tuple[Phase | None, tuple[CostRow, ...]]:
    """Phase 0 and its cost rows. `fallback` are the users that phase 1 starts from, where the baseline states none."""
    tables = _tables(section)
    if not tables:
        report_no_table(section, 0, "a table with Component, Spec and Count columns", reading)
    rows: dict[str, Row] = {}
    costs: tuple[CostRow, ...] = ()
    for table in tables:
        for row in read_rows(table, 0, {}, reading):
            if row.role in rows:
                first = rows[row.role].line
                reading.mistake(row.line, row.label, row.label, f"one row for it (the first is on line {first})")
            rows.setdefault(row.role, row)
        costs += cost_rows(table, "baseline", max(0, layout(table, 0).component))
    for block in (b for part in section.walk() for b in part.blocks):
        if isinstance(block, Paragraph) and block.text.startswith("|"):
            report_broken_table(block, 0, reading)
    users = _users(section, reading) or fallback
    if users is None:
        reading.report(section.line, section.title, "no user count", "a row Max Concurrent Users with a whole number")
        return None, costs
    title, line = section.title, section.line
    return Phase("baseline", 0, title, line, users, rows=tuple(rows.values()), checklist=checklist), costs


def _tables(section: Section) -> list[Table]:
    found: list[Table] = []
    for block in (block for part in section.walk() for block in part.blocks):
        if isinstance(block, Table) and is_infrastructure(block, 0):
            found.append(block)
        elif isinstance(block, Listing):
            found += listed(block)
    return found


def _users(section: Section, reading: Reading) -> Fact[int] | None:
    for label, value, line in _statements(section):
        if not _USERS.search(label):
            continue
        reading.use(line)
        found = None if re.match(f"[{DASHES}]", value) else sole_users(value, single=True)
        if found and found.start is None and 1 <= found.end <= MAX_USERS:
            reading.remark(found.rest if re.search(r"\w", found.rest) else "", line, label)
            return Fact(found.end, line)
        reading.mistake(line, label, value, f"a whole number from 1 to {MAX_USERS}")
    return None


def _statements(section: Section) -> Iterator[tuple[str, str, int]]:
    """Everything in the baseline that reads as `label: value`, with its line."""
    for part in section.walk():
        for block in part.blocks:
            match block:
                case Table():
                    yield from ((row.cells[0], row.cells[1], row.line) for row in block.rows if len(row.cells) > 1)
                case Listing():
                    yield from ((*_split(entry.text), entry.line) for entry in block.entries)
                case Paragraph():
                    yield part.title, block.text, block.line
                    yield (*_split(block.text), block.line)
                case _:
                    pass


def _split(text: str) -> tuple[str, str]:
    label, _, value = text.partition(":")
    return label.strip(), value.strip()
