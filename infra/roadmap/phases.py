"""A phase: its heading, its table, its blocks and its lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from infra.roadmap.columns import is_infrastructure, layout
from infra.roadmap.document import PHASE_TITLE, Block, Code, Entry, Listing, Paragraph, Section, Table, nested
from infra.roadmap.headings import Heading, read_heading
from infra.roadmap.hpa import read_hpa
from infra.roadmap.labels import Kind, kind_of, misspelled, role_of
from infra.roadmap.measures import read_target
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import CostRow, DatabaseHost, Fact, Hpa, Item, MultiRegion, Phase, Role, Row, Target
from infra.roadmap.placeholders import is_blank
from infra.roadmap.regions import code_lines, opens_region, read_regions, section_lines
from infra.roadmap.replication import read_replication
from infra.roadmap.tables import cost_rows, has_size, list_table, listed, read_rows, report_columns

# Code in these languages is told to people; infrastructure is stated in YAML or plain blocks.
_FOR_PEOPLE = re.compile(
    r"bash|sh|shell|zsh|console|powershell|sql|python|py|javascript|js|typescript|ts|go|java|json|hcl|terraform|tf|mermaid|"
    r"plantuml|dockerfile|nginx|ini|toml|diff|http|graphql|promql|lua"
)
_SHARD_KEY = re.compile(r"\bshard(?:ing|ed|s)?\b.*?\b(?:by|on|key)\b:?\s*([A-Za-z_]\w*)", re.IGNORECASE | re.ASCII)
_TARGET = "Metric: < figure unit, as in p99 Latency: < 5s"
# Lists under these labels state infrastructure that the reader takes from another construct.
_ELSEWHERE = {
    Kind.AUTOSCALING: "a HorizontalPodAutoscaler in a YAML block",
    Kind.REPLICATION: "a YAML block: a list of hosts with role, host, port and lag",
    Kind.TRIGGERS: "a section Auto-Scaling Triggers of its own: they hold for all phases",
}
_BLOCKS = "a HorizontalPodAutoscaler, a replication list (role, host, port, lag) or a multi-region block"


@dataclass
class _Draft:
    """What has been read of a phase so far."""

    number: int
    earlier: dict[Role, Row]
    rows: list[Row] = field(default_factory=list)
    costs: list[CostRow] = field(default_factory=list)
    hpa: Hpa | None = None
    replication: tuple[DatabaseHost, ...] = ()
    regions: MultiRegion | None = None
    optimizations: list[Item] = field(default_factory=list)
    architecture: list[Item] = field(default_factory=list)
    checklist: list[Item] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    tables: int = 0
    blocks: dict[str, int] = field(default_factory=dict)  # kind of block → the line it stands on


def read_phase(
    section: Section, number: int, earlier: dict[Role, Row], reading: Reading
) -> tuple[Phase | None, tuple[CostRow, ...]]:
    """A sized phase and its cost rows; None in its place where its users or its table are missing.

    `earlier` holds each role's latest row before this phase.
    """
    before = len(reading.mistakes)
    heading = read_heading(section, reading)
    told = len(reading.mistakes) > before
    draft = _Draft(number, earlier)
    _add_section(section, None, draft, reading)
    if not draft.tables or heading.users is None:
        reading.gap(number)
    if not draft.tables:
        allowed = "a table with Component, Current and New columns"
        hint = "A phase beyond what is planned has an unlimited target (10,000+ Users) and no table."
        report_no_table(section, number, allowed, reading, hint)
    if heading.users is None:
        if not told:
            reading.report(section.line, section.title, "no user count", "a count, as in Phase 2: 2,000 → 5,000 Users")
        return None, tuple(draft.costs)
    return _phase(section, heading, heading.users, draft), tuple(draft.costs)


def items(block: Listing, heading: str, reading: Reading) -> list[Item]:
    """Every entry of a list as an item, also one that heads others; their lines count as used."""
    found = [
        Item(each.text, each.line, above)
        for entry in block.entries
        for each, above in nested(entry, heading)
        if each.text
    ]
    reading.use(*(item.line for item in found))
    return found


def _phase(section: Section, heading: Heading, users: Fact[int], draft: _Draft) -> Phase:
    return Phase(
        key=f"phase{draft.number}",
        number=draft.number,
        title=section.title,
        line=section.line,
        users=users,
        months=heading.months,
        rows=tuple(draft.rows),
        hpa=draft.hpa,
        replication=draft.replication,
        multi_region=draft.regions,
        optimizations=tuple(draft.optimizations),
        architecture=tuple(draft.architecture),
        targets=tuple(draft.targets),
        checklist=tuple(draft.checklist),
        shard_key=_shard_key(draft.architecture),
    )


def _add_section(section: Section, above: Kind | None, draft: _Draft, reading: Reading) -> None:
    own = None if PHASE_TITLE.match(section.title) else kind_of(section.title)
    kind = own or above
    if kind is Kind.REGIONS and own and _add_regions_in_markdown(section, draft, reading):
        return
    check_title(section, reading)
    for block in section.blocks:
        _add_block(block, section, kind, draft, reading)
    for child in section.children:
        _add_section(child, kind, draft, reading)


def check_title(section: Section, reading: Reading) -> None:
    """Reports a title with a slip in it, for its section would not be read as what it is."""
    if name := misspelled(section.title):
        hint = f"Probably meant: '{name}'."
        reading.mistake(section.line, "section", section.title, "a title that says what it holds", hint)


def _add_block(block: Block, section: Section, kind: Kind | None, draft: _Draft, reading: Reading) -> None:
    match block:
        case Table():
            _add_table(block, section, kind, draft, reading)
        case Code():
            _add_code(block, kind, draft, reading)
        case Listing():
            _add_list(block, section, kind, draft, reading)
        case Paragraph() if block.text.startswith("|"):
            report_broken_table(block, draft.number, reading)
        case _:
            pass  # left for the list of what was not used


def report_no_table(section: Section, number: int, allowed: str, reading: Reading, hint: str = "") -> None:
    """Reports a part that sizes nothing: at the table that tries to under other headings, if there is one."""
    tables = [block for part in section.walk() for block in part.blocks if isinstance(block, Table) and has_size(block)]
    if tables:
        report_columns(tables[0], number, reading)
    else:
        reading.report(section.line, section.title, "no infrastructure table", allowed, hint)


def report_broken_table(block: Paragraph, number: int, reading: Reading) -> None:
    """Reports lines that were meant as a table's and aren't, for Markdown found no delimiter row of equal width: the first."""
    reading.gap(number)
    reading.broken.add(block.line)
    if block.line - 1 in reading.broken:
        reading.use(block.line)
        return
    reading.mistake(block.line, "table", block.text, "a header row, then |---|---| with as many cells, then the rows")


def _add_table(table: Table, section: Section, kind: Kind | None, draft: _Draft, reading: Reading) -> None:
    if is_infrastructure(table, draft.number) or kind is Kind.INFRASTRUCTURE:
        draft.tables += 1
        _add_rows(table, draft, reading)
        first = max(0, layout(table, draft.number).component)
        draft.costs += cost_rows(table, f"phase{draft.number}", first)
    elif kind is Kind.TARGETS:
        reading.use(table.line)
        for row in table.rows:
            text = f"{row.cells[0]}: {' '.join(row.cells[1:2])}"
            _add_target(text, row.line, section.title, draft, reading)
            for cell in row.cells[2:]:
                reading.remark(cell, row.line, section.title)
    elif any(role_of(row.cells[0]) for row in table.rows):
        _add_rows(table, draft, reading)  # it speaks of components, so it must be readable


def _add_rows(table: Table, draft: _Draft, reading: Reading) -> None:
    held = {row.role: row.line for row in draft.rows}
    for row in read_rows(table, draft.number, draft.earlier, reading):
        if row.role in held:
            reading.mistake(
                row.line, row.label, row.label, f"one row for the {row.role} (the first is on line {held[row.role]})"
            )
        else:
            draft.rows.append(row)


def _add_code(code: Code, kind: Kind | None, draft: _Draft, reading: Reading) -> None:
    language = code.info.split()[0].lower() if code.info else ""
    says = stated(code)
    if _FOR_PEOPLE.fullmatch(language) and not (says and language == "json"):  # JSON is YAML too
        return
    reading.use(*range(code.line, code.line + max(1, len(code.text.split("\n")) - 1)))
    before = len(reading.mistakes)
    if says is Kind.AUTOSCALING or kind is Kind.AUTOSCALING:
        if _first("auto-scaling block", code.line, draft, reading):
            draft.hpa = read_hpa(code, reading)
    elif says is Kind.REPLICATION or kind is Kind.REPLICATION:
        if _first("replication block", code.line, draft, reading):
            draft.replication = read_replication(code, reading)
    elif says is Kind.REGIONS or kind is Kind.REGIONS:
        if _first("multi-region block", code.line, draft, reading):
            draft.regions = read_regions(code_lines(code), reading)
    else:
        first = next((line.value for line in code_lines(code)), "")
        hint = "Name a language after the fence (```bash) if the block speaks to people only."
        reading.mistake(code.line, "code block", first, _BLOCKS, hint)
    if len(reading.mistakes) > before:
        reading.unread.add(draft.number)


def stated(code: Code) -> Kind | None:
    """The kind of infrastructure that a code block states by its own words, wherever it stands."""
    if "HorizontalPodAutoscaler" in code.text:
        return Kind.AUTOSCALING
    if re.search(r"^\s*-\s*role\s*:", code.text, re.MULTILINE):
        return Kind.REPLICATION
    return Kind.REGIONS if any(opens_region(line.value) for line in code_lines(code)) else None


def _first(what: str, line: int, draft: _Draft, reading: Reading) -> bool:
    """Whether this is the phase's first block of its kind; a second one is reported."""
    held = draft.blocks.setdefault(what, line)
    if held != line:
        reading.report(line, what, "a second one", f"one a phase (the first is on line {held})")
    return held == line


def _add_regions_in_markdown(section: Section, draft: _Draft, reading: Reading) -> bool:
    """Reads a multi-region block that is written as labels and lists; false if there is none under this section."""
    parts = [part for part in section.walk() if opens_region(part.title)]
    if not parts or not _first("multi-region block", section.line, draft, reading):
        return bool(parts)
    draft.regions = read_regions([line for part in parts for line in section_lines(part)], reading)
    return True


def _add_list(block: Listing, section: Section, kind: Kind | None, draft: _Draft, reading: Reading) -> None:
    if kind is Kind.OPTIMIZATIONS:
        draft.optimizations += items(block, section.title, reading)
    elif kind is Kind.ARCHITECTURE:
        draft.architecture += items(block, section.title, reading)
    elif kind is Kind.TARGETS:
        for entry in block.entries:
            _add_target(entry.text, entry.line, section.title, draft, reading)
    elif kind is Kind.CHECKLIST or all(entry.boxed for entry in block.entries):
        draft.checklist += items(block, section.title, reading)
    elif kind and (elsewhere := _ELSEWHERE.get(kind)):
        for entry in block.entries:
            reading.mistake(entry.line, section.title, entry.text, elsewhere)
    elif kind is Kind.INFRASTRUCTURE:
        draft.tables += 1
        _add_each(block.entries, lambda entry: _add_entry(entry, draft, reading))
    elif tables := listed(block):
        draft.tables += 1
        for table in tables:
            _add_rows(table, draft, reading)


def _add_each(entries: tuple[Entry, ...], add: Callable[[Entry], None]) -> None:
    for entry in entries:
        add(entry)
        _add_each(entry.children, add)


def _add_entry(entry: Entry, draft: _Draft, reading: Reading) -> None:
    """Reads a list entry `Component: before → after` as a table row."""
    table = list_table(entry)
    if table:
        _add_rows(table, draft, reading)
    else:
        reading.mistake(entry.line, "infrastructure list", entry.text, "Component: current → new")


def _add_target(text: str, line: int, heading: str, draft: _Draft, reading: Reading) -> None:
    if is_blank(text):
        reading.use(line)
    elif target := read_target(text, line, heading, reading):
        draft.targets.append(target)
    else:
        reading.mistake(line, heading or "targets", text, _TARGET)


def _shard_key(architecture: list[Item]) -> Fact[str] | None:
    for item in architecture:
        if match := _SHARD_KEY.search(item.text):
            return Fact(match[1], item.line)
    return None
