"""What no fact was read from: listed, so that nothing is dropped silently, or refused where it sizes something."""

from __future__ import annotations

from collections.abc import Iterator

from infra.roadmap.cells import CellError, parse_cell
from infra.roadmap.document import Block, Code, Entry, Html, Listing, Paragraph, Section, Table
from infra.roadmap.general import Parts
from infra.roadmap.labels import role_of
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Item
from infra.roadmap.regions import code_lines
from infra.roadmap.tables import is_infrastructure


def leftovers(root: Section, outside: Parts, reading: Reading) -> tuple[Item, ...]:
    """Every line that holds something and was made no use of, in order.

    `outside` are the sections that belong to no phase: a table of sizes or a manifest there is reported as a mistake.
    """
    for section, _ in outside:
        for block in section.blocks:
            _refuse(block, reading)
    rest = [
        Item(text, line, section.title)
        for section in root.walk()
        for block in section.blocks
        for text, line in _pieces(block)
        if line not in reading.used
    ]
    return tuple(sorted([*rest, *reading.unused], key=lambda item: item.line))


def _refuse(block: Block, reading: Reading) -> None:
    if isinstance(block, Table) and block.line not in reading.used and is_infrastructure(block, 0) and _sizes(block):
        reading.mistake(
            block.line, "infrastructure table", " | ".join(block.header), "a table under the baseline or under a phase"
        )
    elif isinstance(block, Code) and "HorizontalPodAutoscaler" in block.text:
        reading.report(block.line, "HPA block", "a block outside any phase", "an HPA block under the phase it is for")


def _sizes(table: Table) -> bool:
    """Whether a row names a component and a size for it."""
    return any(role_of(row.cells[0]) and any(map(_is_size, row.cells[1:])) for row in table.rows)


def _is_size(text: str) -> bool:
    try:
        return parse_cell(text).size is not None
    except CellError:
        return False


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
