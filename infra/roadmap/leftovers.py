"""What no fact was read from: listed, so that nothing is dropped silently, or refused where it sizes something."""

from __future__ import annotations

from collections.abc import Iterator

from infra.roadmap.cells import SIZE
from infra.roadmap.columns import ANY_PHASE, is_infrastructure
from infra.roadmap.document import Block, Code, Entry, Html, Listing, Paragraph, Section, Table
from infra.roadmap.general import Parts
from infra.roadmap.labels import kind_of
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Item
from infra.roadmap.phases import check_title, stated
from infra.roadmap.regions import code_lines
from infra.roadmap.tables import has_size


def leftovers(
    root: Section, outside: Parts, planned: list[Section], baseline: Section | None, reading: Reading
) -> tuple[Item, ...]:
    """Every line that holds something and was made no use of, in order.

    `outside` are the sections that belong to no phase: a table of sizes or a manifest there is reported as a mistake.
    So is a size in the titles and the running text of the baseline and the planned phases, and a manifest in the baseline.
    """
    above = {child.line: section for section in root.walk() for child in section.children}
    for section, _ in outside:
        check_title(section, reading)
        for block in section.blocks:
            _refuse(block, _heading(section, above), reading)
    for section in baseline.walk() if baseline else ():
        for block in section.blocks:
            _refuse_code(block, reading)
    for section in (part for whole in (*planned, *([baseline] if baseline else [])) for part in whole.walk()):
        _refuse_title(section, planned, reading)
        prose = [block for block in section.blocks if isinstance(block, Paragraph | Listing)]
        for text, line in (piece for block in prose for piece in _pieces(block)):
            if line not in reading.used and SIZE.search(text):
                allowed = "sizes in the infrastructure table or in a block"
                reading.mistake(
                    line, section.title or "phase", text, allowed, "Leave the figure out if it is a remark."
                )
    for section, table in _tables(root):
        for row in table.rows:
            for cell in row.surplus:
                reading.remark(cell, row.line, f"{section.title}, beyond the table's columns")
    rest = [
        Item(text, line, section.title)
        for section in root.walk()
        for block in section.blocks
        for text, line in _pieces(block)
        if line not in reading.used
    ]
    return tuple(sorted([*rest, *reading.unused], key=lambda item: item.line))


def _heading(section: Section, above: dict[int, Section]) -> str:
    """The title that should have said which phase it is: the nearest that doesn't say what kind of thing stands under it."""
    while section.line in above and kind_of(section.title):
        section = above[section.line]
    return section.title


def _refuse(block: Block, heading: str, reading: Reading) -> None:
    if isinstance(block, Table) and is_infrastructure(block, ANY_PHASE) and has_size(block):
        allowed = "a table under the baseline or under a phase"
        hint = f"The heading '{heading}' is neither Current Baseline nor Phase and a number." if heading else ""
        reading.mistake(block.line, "infrastructure table", " | ".join(block.header), allowed, hint)
    _refuse_code(block, reading)


def _refuse_code(block: Block, reading: Reading) -> None:
    if isinstance(block, Code) and (kind := stated(block)):
        reading.report(block.line, str(kind), "a block outside any phase", "the block under the phase it is for")


def _refuse_title(section: Section, planned: list[Section], reading: Reading) -> None:
    """Reports a size in a title, `#### Database: 16 vCPU`: the reader plans from what stands under titles."""
    if section not in planned and section.line not in reading.used and SIZE.search(section.title):
        reading.mistake(section.line, "section", section.title, "sizes in the infrastructure table or in a block")


def _tables(root: Section) -> Iterator[tuple[Section, Table]]:
    for section in root.walk():
        for block in section.blocks:
            if isinstance(block, Table):
                yield section, block


def _pieces(block: Block) -> Iterator[tuple[str, int]]:
    match block:
        case Paragraph():
            yield block.text, block.line
        case Html():
            yield " ".join(block.text.split()), block.line
        case Code():
            yield from ((line.value, line.line) for line in code_lines(block))
        case Table():
            yield from ((" | ".join(row.cells), row.line) for row in block.rows)
        case Listing():
            yield from _entry_pieces(block.entries)


def _entry_pieces(entries: tuple[Entry, ...]) -> Iterator[tuple[str, int]]:
    for entry in entries:
        yield entry.text, entry.line
        yield from _entry_pieces(entry.children)
