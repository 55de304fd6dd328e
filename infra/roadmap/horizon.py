"""What a document sketches beyond its sized phases."""

from __future__ import annotations

from infra.roadmap.columns import ANY_PHASE, is_infrastructure
from infra.roadmap.document import Block, Code, Listing, Section, Table
from infra.roadmap.headings import read_heading
from infra.roadmap.labels import Kind, kind_of
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Item
from infra.roadmap.phases import items, stated
from infra.roadmap.tables import list_table, listed


def is_horizon(section: Section) -> bool:
    """Whether a phase only sketches what comes beyond the sized ones: it sizes nothing, and has no finite number of users."""
    sized = any(_sizes(block, part) for part in section.walk() for block in part.blocks)
    return not sized and read_heading(section, Reading("")).unlimited


def _sizes(block: Block, section: Section) -> bool:
    """Whether a block states infrastructure, so that its phase has to be planned."""
    match block:
        case Table():
            return is_infrastructure(block, ANY_PHASE)
        case Code():
            return stated(block) is not None
        case Listing():
            named = kind_of(section.title) is Kind.INFRASTRUCTURE and any(map(list_table, block.entries))
            return named or bool(listed(block))
        case _:
            return False


def read_horizon(section: Section, reading: Reading) -> list[Item]:
    """Every list entry of a sketched phase, under the entry or label it stands in."""
    reading.remark(section.title, section.line, section.title)
    return [
        item
        for part in section.walk()
        for block in part.blocks
        if isinstance(block, Listing)
        for item in items(block, part.title, reading)
    ]
