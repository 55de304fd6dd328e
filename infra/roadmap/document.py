"""Markdown as a tree of sections: markdown-it's block tokens, with the source line of everything kept.

A bold label on a line of its own (`**Infrastructure Changes**:`) opens a section like a heading does, only deeper, so
that a roadmap may write either. Text is read line by line: each line's number stays exact, whatever the paragraph does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from infra.roadmap.numbers import DASHES

MAX_NESTING = 40  # markdown-it drops what is nested deeper without a word; the reader refuses it instead
PHASE_LABEL_LEVEL = 7
LABEL_LEVEL = 8
PHASE_TITLE = re.compile(
    rf"(?:\d[\d.]*\s+)?(?:phase|stage|step)\s+(\d{{1,4}})\s*(?:$|[:(.,{DASHES}])\s*(.*)", re.IGNORECASE | re.ASCII
)

_BLOCKS = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").disable(["inline", "reference"])
_INLINE = MarkdownIt("commonmark")
# A static site's header; Markdown itself would take it for a rule and a heading.
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n((?:[^\n]*\n){0,50}?)---[ \t]*(?:\n|\Z)")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,40}\](?!:)")  # the note itself is a line of its own
STRUCK = re.compile(r"~~(?=\S)[^~]+(?<=\S)~~")
_BOX = re.compile(r"\[([ xX])\](?:\s+|$)")


@dataclass(frozen=True)
class Paragraph:
    """One source line of running text."""

    text: str
    line: int


@dataclass(frozen=True)
class Entry:
    """One list entry, without its box or tick, and the entries nested under it."""

    text: str
    line: int
    boxed: bool
    children: tuple[Entry, ...]


@dataclass(frozen=True)
class Listing:
    """A bullet or numbered list."""

    entries: tuple[Entry, ...]
    line: int


@dataclass(frozen=True)
class TableRow:
    """One row's cells as plain text; `surplus` holds those beyond the header, which Markdown would drop."""

    cells: tuple[str, ...]
    line: int
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: its column headings and its rows, each row as wide as the header."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    line: int


@dataclass(frozen=True)
class Code:
    """A code block; `line` is the line of its first content line, `info` the word after the fence."""

    text: str
    line: int
    info: str


@dataclass(frozen=True)
class Html:
    """Raw HTML, a comment mostly."""

    text: str
    line: int


Block = Paragraph | Listing | Table | Code | Html


@dataclass
class Section:
    """A heading or a bold label, the blocks under it, and its subsections."""

    level: int
    title: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    def walk(self) -> Iterator[Section]:
        """This section and all beneath it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def source_lines(text: str) -> list[str]:
    """The lines of a text as Markdown counts them."""
    return re.split(r"\r\n|\r|\n", text)


def parse(text: str) -> Section:
    """The document as a section tree under a root of level 0; raises RecursionError when nested beyond MAX_NESTING."""
    text = "\n".join(source_lines(text))
    front = _FRONT_MATTER.match(text)
    body = "\n" * front[0].count("\n") + text[front.end() :] if front else text
    tokens = _BLOCKS.parse(body)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise RecursionError
    root = _Builder(body).build(SyntaxTreeNode(tokens))
    if front:
        root.blocks[:0] = [Code(front[1], 2, "front matter")]
    return root


def plain(text: str) -> str:
    """One line of Markdown as plain text: emphasis, links, code and footnote marks gone, their words kept.

    What is struck out is gone altogether.
    """
    return _words(inline(_FOOTNOTE.sub("", STRUCK.sub(" ", text))))


def entries(section: Section) -> Iterator[Entry]:
    """Every top-level list entry that stands directly in a section."""
    for block in section.blocks:
        if isinstance(block, Listing):
            yield from block.entries


def nested(entry: Entry, heading: str) -> Iterator[tuple[Entry, str]]:
    """An entry and all under it, each with the text that stands above it."""
    yield entry, heading
    for child in entry.children:
        yield from nested(child, entry.text)


def inline(text: str) -> list[Token]:
    """What one line of Markdown is made of: its text, and the marks in it."""
    return _INLINE.parseInline(text.strip())[0].children or []


def _words(tokens: list[Token]) -> str:
    # An HTML tag in a line is a <br> nearly always: it separates words.
    parts = [" " if t.type in ("html_inline", "softbreak", "hardbreak") else t.content for t in tokens]
    return " ".join("".join(parts).split())


def _undecorated(text: str) -> str:
    """A text without the ticks and pictures that stand before it."""
    start = 0
    while start < len(text) and (text[start].isspace() or unicodedata.category(text[start]) in ("So", "Mn", "Cf")):
        start += 1
    return text[start:]


def _label(text: str) -> tuple[str, str] | None:
    """A line `**Label**: rest` as (label, rest); None for any other line."""
    tokens = [t for t in inline(text) if t.content or t.type != "text"]
    if not tokens or tokens[0].type != "strong_open":
        return None
    close = next((i for i, t in enumerate(tokens) if t.type == "strong_close"), None)
    if close is None:
        return None
    label, rest = _words(tokens[1:close]), _words(tokens[close + 1 :])
    if not label or not (label.endswith(":") or rest.startswith(":") or not rest):
        return None
    return _undecorated(label.rstrip(": ")), rest.lstrip(": ")


class _Builder:
    """Walks the syntax tree once and hangs each block under the section that is open."""

    def __init__(self, text: str) -> None:
        self.lines = source_lines(text)
        self.open = [Section(0, "", 1)]

    def build(self, tree: SyntaxTreeNode) -> Section:
        self.add_all(tree.children)
        return self.open[0]

    def add_all(self, nodes: list[SyntaxTreeNode]) -> None:
        for node in nodes:
            self.add(node)

    def add(self, node: SyntaxTreeNode) -> None:
        line = _line(node)
        match node.type:
            case "heading":
                self.enter(int(node.tag[1]), _undecorated(plain(" ".join(_content(node).splitlines()))), line)
            case "paragraph":
                self.add_paragraph(node)
            case "bullet_list" | "ordered_list":
                self.put(Listing(self.entries(node), line))
            case "table":
                self.put(self.table(node))
            case "fence":
                first = line + 1 if node.content else line  # an empty block has no line of its own
                self.put(Code(node.content, first, node.info.strip()))
            case "code_block":
                self.put(Code(node.content, line, ""))
            case "html_block":
                self.put(Html(node.content.strip(), line))
            case "hr":
                self.leave(PHASE_LABEL_LEVEL)
            case _:
                self.add_all(node.children)

    def put(self, block: Block) -> None:
        self.open[-1].blocks.append(block)

    def leave(self, level: int) -> None:
        while self.open[-1].level >= level:
            self.open.pop()

    def enter(self, level: int, title: str, line: int) -> None:
        self.leave(level)
        section = Section(level, title, line)
        self.open[-1].children.append(section)
        self.open.append(section)

    def add_paragraph(self, node: SyntaxTreeNode) -> None:
        for line, text in enumerate(_content(node).split("\n"), start=_line(node)):
            if label := _label(STRUCK.sub(" ", text)):
                self.enter(PHASE_LABEL_LEVEL if PHASE_TITLE.match(label[0]) else LABEL_LEVEL, label[0], line)
                text = label[1]
            else:
                text = plain(text)
            if text:
                self.put(Paragraph(text, line))

    def entries(self, node: SyntaxTreeNode) -> tuple[Entry, ...]:
        return tuple(self.entry(item) for item in node.children)

    def entry(self, item: SyntaxTreeNode) -> Entry:
        own, below = "", []
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                below += self.entries(child)
            elif child.type in ("paragraph", "heading"):
                text = plain(" ".join(_content(child).splitlines()))
                if own:
                    below.append(Entry(text, _line(child), False, ()))
                else:
                    own = text
            else:  # a table or code block inside an entry counts as one of the section
                self.add(child)
        box = _BOX.match(own)
        return Entry(_undecorated(own[box.end() :] if box else own), _line(item), bool(box), tuple(below))

    def table(self, node: SyntaxTreeNode) -> Table:
        rows = [self.row(row) for part in node.children for row in part.children]
        return Table(rows[0].cells, tuple(rows[1:]), _line(node))

    def row(self, node: SyntaxTreeNode) -> TableRow:
        line = _line(node)
        written = escapedSplit(self.lines[line - 1].strip().lstrip("> ")) if line <= len(self.lines) else []
        while written and not written[-1].strip():
            written.pop()
        first = 1 if written and not written[0].strip() else 0
        cells = tuple(plain(_content(cell)) for cell in node.children)
        return TableRow(cells, line, tuple(map(plain, written[first + len(cells) :])))


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] + 1 if node.map else 1


def _content(node: SyntaxTreeNode) -> str:
    return "\n".join(child.content for child in node.children if child.type == "inline")
