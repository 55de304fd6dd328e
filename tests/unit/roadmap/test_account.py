"""Every line of a document is accounted for: by a fact, or by the list of what was not used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.roadmap import read_text
from infra.roadmap.document import Code, Entry, Listing, Paragraph, Table, parse
from infra.roadmap.labels import Kind, kind_of

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "roadmap" / "mgx-ai.md", *sorted((ROOT / "tests" / "roadmaps").glob("*.md"))]


def fact_lines(value: object) -> Iterator[int]:
    """Every line that a fact, an item or a placeholder of a roadmap names."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if line := getattr(value, "line", None):
            yield line
        for field in dataclasses.fields(value):
            yield from fact_lines(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from fact_lines(item)


def content_lines(text: str) -> Iterator[tuple[int, str]]:
    """Every line outside YAML blocks that says something of its own: rows, innermost entries, running text.

    A target capacity repeats its heading, and an entry over others is their heading: both are accounted for elsewhere.
    """
    for section in parse(text).walk():
        for block in section.blocks:
            match block:
                case Paragraph() if kind_of(section.title) is not Kind.CAPACITY:
                    yield block.line, block.text
                case Table():
                    yield from ((row.line, " | ".join(row.cells)) for row in block.rows)
                case Listing():
                    yield from innermost(block.entries)
                case Code() if not block.info.startswith("yaml"):
                    yield from (
                        (block.line + i, line) for i, line in enumerate(block.text.splitlines()) if line.strip()
                    )
                case _:
                    pass


def innermost(entries: tuple[Entry, ...]) -> Iterator[tuple[int, str]]:
    """The entries that have none under them, with their lines."""
    for entry in entries:
        if entry.children:
            yield from innermost(entry.children)
        else:
            yield entry.line, entry.text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_nothing_is_dropped_silently(document: Path) -> None:
    """Guards against a reader that passes over what it does not know."""
    text = document.read_text(encoding="utf-8")
    known = set(fact_lines(read_text(text, document.name)))
    assert [
        (line, said) for line, said in content_lines(text) if line not in known and said != "Failover Strategy:"
    ] == []


def test_an_added_column_is_listed_as_not_used() -> None:
    """Guards against the cells of a column that no fact comes from."""
    text = (ROOT / "tests" / "roadmaps" / "orbit-shop.md").read_text(encoding="utf-8")
    unused = {(item.text, item.heading) for item in read_text(text, "orbit-shop.md").unused}
    assert {("Data", "PostgreSQL, column Team"), ("Data", "PostgreSQL, column Owner")} <= unused


def test_a_cell_beyond_a_table_s_columns_is_listed_as_not_used() -> None:
    """Guards against Markdown's silence about cells that have no heading."""
    text = DOCUMENTS[0].read_text(encoding="utf-8")
    row = "| Memory leaks | Low | High | Comprehensive testing, monitoring |"
    assert row in text
    roadmap = read_text(text.replace(row, f"{row} since May |"), "r.md")
    assert ("since May", "Technical Risks, beyond the table's columns") in {(i.text, i.heading) for i in roadmap.unused}


def test_a_section_about_the_baseline_within_a_phase_is_not_the_baseline() -> None:
    """Guards against a phase's own table being read as what runs today."""
    text = DOCUMENTS[0].read_text(encoding="utf-8")
    baseline = text[text.index("## Current Baseline") : text.index("## Scaling Strategies")]
    moved = text.replace(baseline, "") + "\n" + baseline
    label = "**Infrastructure Changes**:\n| Component | Phase 1"
    assert label in moved
    roadmap = read_text(moved.replace(label, label.replace("Infrastructure Changes", "Current Infrastructure")), "r.md")
    assert roadmap.phase("baseline").title == "Current Baseline"


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_each_placeholder_stands_where_it_says(end: str) -> None:
    """Guards the columns by which figures are written back byte for byte."""
    text = DOCUMENTS[0].read_text(encoding="utf-8").replace("\n", end)
    blanks = read_text(text, "r.md").placeholders
    lines = text.split(end)
    assert len(blanks) == 72
    assert all(lines[b.line - 1][b.start : b.end] == b.text for b in blanks)
    assert [b.text for b in blanks if b.line == 106] == ["$XXX", "$YYY", "+$ZZZ", "+XX%"]


def test_a_placeholder_in_a_code_block_is_none() -> None:
    """Guards against filling a figure into a command."""
    text = (ROOT / "tests" / "roadmaps" / "paper-mill.md").read_text(encoding="utf-8")
    blank = text.replace("kubectl rollout", "echo $XXX; kubectl rollout")
    assert blank != text
    assert read_text(blank, "r.md").placeholders == ()
