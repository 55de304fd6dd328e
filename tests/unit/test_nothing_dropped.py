"""Every figure and every entry of a document matters: it changes a plan, is refused, or is listed as not used.

Each line of a document is taken out, and each of its figures replaced, one at a time: a document that then reads to the
same configs and the same list has dropped it without a word. The suite takes a part of all these changes, the same each
time; RAMP_DROPPED_CASES takes more.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.derive import derive
from infra.errors import InputError
from infra.leftover import leftover
from infra.project import SETTINGS
from infra.roadmap import read_text
from infra.roadmap.document import source_lines
from infra.selection import Document
from infra.settings import load_settings
from tests.unit.roadmap.changed import DOCUMENTS

CASES = int(os.environ.get("RAMP_DROPPED_CASES", "50"))
_TITLE = re.compile(r"\s*(?:#+ |\*\*(?:Strategy|At) |\d+\.$|Region \d)")  # their figures number or repeat something
_LINES = re.compile(r"(?:.+_)?lines?")

# What may go without a trace: the rest of the document, or the settings, still say the same.
SAID_AGAIN = (
    r"#", r"\*\*[^*]+\*\*:?$", r"\*\*Target Capacity\*\*", r"apiVersion:", r"kind: Deployment", r"type: Utilization",
    r"\|.*[Uu]sers \|", r"- Concurrent users:", r"\*\*Max Concurrent Users\*\*", r"\| (?:Multi-Region|Regions) \|",
    r"- (?:p99 Latency|Error Rate):", r"- (?:CPU|Memory) [<>]", r"lag:", r"- (?:Standby a|A)pplication servers \(",
    r"- .*[Hh]ealth checks", r"- Automatic DNS failover",
)  # fmt: skip
# What a finding of the plan tells, or `ramp fill`, which lists the blanks that no plan fills.
TOLD = (
    r"- (?:CPU|Memory) >",
    r"lag:",
    r"- .*[Hh]ealth (?:checks|probes)",
    r"- Throughput: XXX",
    r"- . Cost per user < \$X",
)


@cache
def settings() -> Any:
    return load_settings(SETTINGS)


def account(text: str) -> tuple[Any, ...]:
    """All that a text leads to, without line numbers: each phase's config and what is listed, or the mistakes."""
    try:
        roadmap = read_text(text, "r.md")
        document = Document(roadmap, settings(), derive(roadmap, settings()))
    except InputError as error:
        return ("refused", [str(mistake) for mistake in error.mistakes])
    listed = [item.text for item in leftover(document, (), source_lines(text))]
    configs = [unnumbered(phase.config.model_dump(mode="json")) for phase in document.phases]
    costs = [(row.table, row.label, row.cells) for row in roadmap.cost_rows]
    return (configs, listed, costs, [(claim.name, claim.low_percent, claim.high_percent) for claim in roadmap.savings])


def unnumbered(tree: Any) -> Any:
    """A config without the lines that it names."""
    if isinstance(tree, dict):
        return {key: unnumbered(value) for key, value in tree.items() if not _LINES.fullmatch(key)}
    return [unnumbered(value) for value in tree] if isinstance(tree, list) else tree


def changes(text: str) -> Iterator[tuple[int, str, str]]:
    """Every change of one line: its number, the line as it was, and the text with the change."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not line.strip() or re.fullmatch(r"[\s|:-]+|```\w*|---", line):
            continue
        if not any(re.match(rf"\s*(?:{said})", line) for said in (*SAID_AGAIN, *TOLD)):
            yield at + 1, line, "\n".join(lines[:at] + lines[at + 1 :])
        for figure in re.finditer(r"\d+", line):
            if _TITLE.match(line[: figure.end() + 1]) or any(re.match(rf"\s*(?:{told})", line) for told in TOLD):
                continue
            other = f"{line[: figure.start()]}{int(figure[0]) * 7 + 1}{line[figure.end() :]}"
            yield at + 1, line, "\n".join([*lines[:at], other, *lines[at + 1 :]])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_no_line_and_no_figure_is_dropped_silently(document: Path) -> None:
    """Guards what a team relies on most: that what its document says is planned, refused or listed."""
    text = document.read_text(encoding="utf-8")
    before, every = account(text), list(changes(text))
    chosen = random.Random(len(every)).sample(every, min(CASES, len(every)))
    assert sorted({(line, said) for line, said, other in chosen if account(other) == before}) == []
