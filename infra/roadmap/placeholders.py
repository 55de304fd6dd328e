"""The blanks that a roadmap leaves for figures, by line and column, so that they can be filled in byte for byte."""

from __future__ import annotations

import re

from infra.roadmap.asides import raw_lines
from infra.roadmap.document import Code, Section, source_lines
from infra.roadmap.model import Placeholder

_BLANK = re.compile(
    r"(?<![\w$€£.])[+±-]?(?:[$€£]([A-Z])\1*(?:[.,]\1+)?|X+[.,]X+%?|X+%|XX+)(?![\w%])",
)


def placeholders(text: str, root: Section) -> tuple[Placeholder, ...]:
    """Every blank (`$XXX`, `+XX%`, `$X.XX`) outside code blocks, in order; a sign before it is part of it.

    Columns count characters of the line, from 0; a byte order mark is no character. Lines end as Markdown ends them.
    """
    code = raw_lines(root, Code)
    return tuple(
        Placeholder(match[0], number, match.start(), match.end())
        for number, line in enumerate(source_lines(text), start=1)
        if number not in code
        for match in _BLANK.finditer(line)
    )


def is_blank(text: str) -> bool:
    """Whether a text leaves its figure open."""
    return bool(_BLANK.search(text))
