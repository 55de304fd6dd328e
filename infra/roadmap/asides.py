"""What stands within a line and is no text of it: comments, what is struck out, and the addresses of links and pictures."""

from __future__ import annotations

from collections.abc import Iterator

from infra.roadmap.document import STRUCK, Code, Html, Section, inline, source_lines
from infra.roadmap.model import Item


def asides(text: str, root: Section) -> Iterator[Item]:
    """Every comment, struck text and address outside code blocks and raw HTML, in order: a reader may take figures from them."""
    apart = raw_lines(root, Code, Html)
    for number, line in enumerate(source_lines(text), start=1):
        if number in apart or not any(mark in line for mark in ("<!--", "](", "~~")):
            continue
        for struck in STRUCK.finditer(line):
            yield Item(struck[0], number, "beside the text")
        for token in inline(line):
            aside = token.content if token.type == "html_inline" and token.content.startswith("<!--") else ""
            aside = aside or str(token.attrGet("href" if token.type == "link_open" else "src") or "")
            if aside:
                yield Item(aside, number, "beside the text")


def raw_lines(root: Section, *kinds: type[Code | Html]) -> set[int]:
    """The lines on which blocks of these kinds stand, whose text Markdown doesn't touch."""
    blocks = [block for section in root.walk() for block in section.blocks if isinstance(block, kinds)]
    return {block.line + i for block in blocks for i in range(len(block.text.rstrip("\n").split("\n")))}
