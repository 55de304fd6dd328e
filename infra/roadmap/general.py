"""What a roadmap says once for all its phases: who owns it, triggers, metrics, targets, risks, costs, advice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from infra.roadmap.columns import layout
from infra.roadmap.document import Listing, Paragraph, Section, Table, TableRow, entries
from infra.roadmap.labels import Kind, kind_of
from infra.roadmap.measures import check_triggers, read_key_metric, read_target, read_trigger
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import CostRow, Fact, Item, KeyMetric, Risk, SavingsClaim, Target, Trigger
from infra.roadmap.numbers import DASHES
from infra.roadmap.phases import items
from infra.roadmap.placeholders import is_blank
from infra.roadmap.tables import cost_rows
from infra.roadmap.users import sole_users

# Beneath a checklist or a list of metrics a title is a group's name; elsewhere these kinds speak for themselves.
_LAST_WORD = (Kind.CHECKLIST, Kind.METRICS)
_OWN_WORD = (Kind.CHECKLIST, Kind.METRICS, Kind.TRIGGERS, Kind.TARGETS, Kind.SAVINGS)
Parts = list[tuple[Section, Kind | None]]

_RISK_COLUMNS = {
    "risk": r"risk|threat",
    "probability": r"probability|likelihood|chance",
    "impact": r"impact|severity|effect",
    "mitigation": r"mitigation|countermeasure|response|action",
}
_RANGE = re.compile(rf"(\d{{1,3}})\s*(?:%?\s*[{DASHES}]\s*(\d{{1,3}})\s*)?%")
_SAVE = re.compile(rf"(.+?)\s*\((?:saves?|savings?)\s*:?\s*{_RANGE.pattern}\s*\)", re.IGNORECASE)


def outline(section: Section, skip: set[int], above: Kind | None = None) -> Iterator[tuple[Section, Kind | None]]:
    """Sections with the kind they or one above them announce, without those whose lines are in `skip`."""
    # The document's own title ("Scaling Recommendations - …") would make everything beneath a recommendation.
    own = kind_of(section.title) if section.level > 1 else None
    kind = own if above is None or (own in _OWN_WORD and above not in _LAST_WORD) else above
    yield section, kind
    for child in section.children:
        if child.line not in skip:
            yield from outline(child, skip, kind)


def labelled(root: Section, pattern: str, reading: Reading) -> Fact[str] | None:
    """The text after a bold label (`**Owner**: Platform Team`), wherever it stands in the document."""
    for section in root.walk():
        if not re.fullmatch(pattern, section.title, re.IGNORECASE):
            continue
        block = next((b for b in section.blocks if isinstance(b, Paragraph)), None)
        if block:
            reading.use(block.line)
            return Fact(block.text, block.line)
    return None


def read_triggers(parts: Parts, reading: Reading) -> tuple[Trigger, ...]:
    """The scale-up and scale-down triggers."""
    found = []
    for section, kind in parts:
        if kind is not Kind.TRIGGERS:
            continue
        direction = _direction(section.title)
        for entry in entries(section):
            if direction is None:
                reading.mistake(
                    entry.line, "auto-scaling trigger", entry.text, "entries under a label Scale Up or Scale Down"
                )
            elif trigger := read_trigger(entry.text, entry.line, direction, reading):
                found.append(trigger)
    check_triggers(found, reading)
    return tuple(found)


def read_key_metrics(parts: Parts, reading: Reading) -> tuple[KeyMetric, ...]:
    """The metrics the document wants watched, by group."""
    found = []
    for section, kind in parts:
        if kind is Kind.METRICS:
            for entry in entries(section):
                reading.use(entry.line)
                found.append(read_key_metric(entry.text, entry.line, section.title))
    return tuple(found)


def read_targets(parts: Parts, reading: Reading) -> tuple[Target, ...]:
    """The objectives for the whole roadmap; one without a figure stays among what was not used."""
    found = []
    for section, kind in parts:
        if kind is not Kind.TARGETS:
            continue
        for entry in entries(section):
            if is_blank(entry.text):
                reading.use(entry.line)
            elif target := read_target(entry.text, entry.line, section.title, reading):
                found.append(target)
    return tuple(found)


def read_recommendations(parts: Parts, reading: Reading) -> tuple[Item, ...]:
    """Advice for the team: the recommendation lists, the cost advice, and how a strategy is implemented."""
    found = []
    for section, kind in parts:
        wanted = kind in (Kind.RECOMMENDATIONS, Kind.SAVINGS, Kind.OPTIMIZATIONS)
        if wanted or (kind is Kind.STRATEGIES and re.match(r"implementation", section.title, re.IGNORECASE)):
            for block in section.blocks:
                if isinstance(block, Listing):
                    found += items(block, section.title, reading)
    return tuple(found)


def read_savings(parts: Parts, reading: Reading) -> tuple[SavingsClaim, ...]:
    """The savings that the document claims, in percent; the overall one is named "total"."""
    found = []
    for section, _ in parts:
        for entry in entries(section):
            if match := _SAVE.fullmatch(entry.text):
                low = int(match[2])
                found.append(SavingsClaim(match[1].strip("* "), low, int(match[3] or low), entry.line))
        if re.fullmatch(r"(?:potential|total|overall|expected) savings", section.title, re.IGNORECASE):
            found += _total(section, reading)
    return tuple(found)


def read_risks(root: Section, reading: Reading) -> tuple[Risk, ...]:
    """The rows of every risk table, wherever it stands."""
    found = []
    for section in root.walk():
        for block in section.blocks:
            columns = _risk_columns(block) if isinstance(block, Table) else None
            if isinstance(block, Table) and columns:
                reading.use(block.line)
                found += [_risk(row, columns, reading) for row in block.rows]
    return tuple(found)


def read_costs(parts: Parts, reading: Reading) -> tuple[CostRow, ...]:
    """The rows of the cost tables that belong to no phase: "per_user", and "breakdown" by component."""
    found: tuple[CostRow, ...] = ()
    for section, _ in parts:
        for block in section.blocks:
            name = _cost_table(block) if isinstance(block, Table) else None
            if isinstance(block, Table) and name:
                reading.use(block.line, *(row.line for row in block.rows))
                users = _users(section)
                found += tuple(replace(row, users=users) for row in cost_rows(block, name, 0))
    return found


def _users(section: Section) -> Fact[int] | None:
    """The one number of users that a heading names; None for a heading of none, or of several."""
    found = sole_users(section.title)
    return Fact(found.end, section.line) if found and found.start is None else None


def _cost_table(table: Table) -> str | None:
    """What a table's costs are listed by, which is what its first column names; None if it is no cost table."""
    if not any(re.search(r"cost|price", heading, re.IGNORECASE) for heading in table.header):
        return None
    if re.search(r"users", table.header[0], re.IGNORECASE):
        return "per_user"
    return "breakdown" if layout(table, 0).component == 0 else None


def _direction(title: str) -> str | None:
    match = re.search(r"\b(up|out|down|in)\b", title, re.IGNORECASE)
    return None if not match else "up" if match[1].lower() in ("up", "out") else "down"


def _total(section: Section, reading: Reading) -> list[SavingsClaim]:
    for block in section.blocks:
        if isinstance(block, Paragraph) and (match := _RANGE.match(block.text)):
            reading.use(block.line)
            reading.remark(block.text[match.end() :].strip(), block.line, section.title)
            return [SavingsClaim("total", int(match[1]), int(match[2] or match[1]), block.line)]
    return []


def _risk_columns(table: Table) -> dict[str, int] | None:
    """Where the four columns of a risk table stand; None for any other table."""
    found = {}
    for name, pattern in _RISK_COLUMNS.items():
        at = next((i for i, head in enumerate(table.header) if re.search(pattern, head, re.IGNORECASE)), None)
        if at is None:
            return None
        found[name] = at
    return found


def _risk(row: TableRow, columns: dict[str, int], reading: Reading) -> Risk:
    reading.use(row.line)
    for i, cell in enumerate(row.cells):
        if i not in columns.values():
            reading.remark(cell, row.line, "risk table")
    return Risk(line=row.line, **{name: row.cells[at] for name, at in columns.items()})
