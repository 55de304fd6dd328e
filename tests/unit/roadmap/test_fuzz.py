"""Whatever a roadmap looks like, it reads to facts or to an InputError: real documents, broken where they have structure.

`RAMP_FUZZ_CASES` sets the number of cases; the suite runs a few hundred.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.errors import InputError
from infra.roadmap import Roadmap, read_text

ROOT = Path(__file__).parents[3]
DOCUMENTS = [
    path.read_text(encoding="utf-8")
    for path in [ROOT / "roadmap" / "mgx-ai.md", *sorted((ROOT / "tests" / "roadmaps").glob("*.md"))]
]
CASES = int(os.environ.get("RAMP_FUZZ_CASES", "300"))

# What a hand that edits a roadmap may leave behind, and what has broken parsers before.
SCRAPS = st.one_of(
    st.sampled_from(
        [
            *("|", "||", "\\|", "---", "|---|", "```", "```yaml", "- ", "  - ", "**", "**Phase 1**:", "# Phase 0", "#"),
            *(
                "> ",
                "<!--",
                "-->",
                "[ ]",
                "&nbsp;",
                "\t",
                "\r",
                "\r\n",
                "\ufeff",
                "\u2028",
                "\x0b",
                "\x0c",
                "²",
                "٣",
                "𝟞",
            ),
            *(
                "-1",
                "0",
                "0x",
                "x",
                "1e9",
                "9" * 30,
                "9" * 5000,
                "1.000.000",
                "1,5",
                "∞",
                "NaN",
                "$XXX",
                "+XX%",
                "X.XX",
            ),
            *(
                "4x 8vCPU",
                "1P + 2R",
                "2 regions",
                "3 nodes (cluster)",
                "1000000TB",
                "- role: primary",
                "kind: [",
                "&a [*a]",
            ),
            *(
                "Primary Region ():",
                "Region 9 (X)",
                "Failover Strategy:",
                "every 0s",
                "< 99999999999999s",
                "for 0 minutes",
            ),
            *(
                "Months 0-0",
                "Months 9-1",
                "→",
                "->",
                "Unlimited",
                "minReplicas: 0x10",
                "maxReplicas: 1_0",
                "!!python/name:os",
            ),
        ]
    ),
    st.text(max_size=8),
    st.integers(-(10**20), 10**20).map(str),
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A real document after up to six edits of lines, cells, numbers, words and headings."""
    lines = draw(st.sampled_from(DOCUMENTS)).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        _edit(lines, draw)
    return "\n".join(lines)


def _edit(lines: list[str], draw: st.DrawFn) -> None:
    at = draw(st.integers(0, len(lines) - 1))
    match draw(
        st.sampled_from(["drop", "double", "swap", "insert", "replace", "token", "cell", "indent", "cut", "level"])
    ):
        case "drop" if len(lines) > 1:
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        case "insert":
            lines.insert(at, draw(SCRAPS))
        case "replace":
            lines[at] = draw(SCRAPS)
        case "token":
            lines[at] = _exchanged(lines[at], re.compile(r"\w+|[^\w\s]"), draw)
        case "cell":
            lines[at] = _exchanged(lines[at], re.compile(r"(?<=\|)[^|]*(?=\|)"), draw)
        case "indent":
            lines[at] = " " * draw(st.integers(1, 6)) + lines[at]
        case "cut":
            lines[at] = lines[at][: draw(st.integers(0, max(0, len(lines[at]))))]
        case _:
            lines[at] = "#" + lines[at]


def _exchanged(line: str, part: re.Pattern[str], draw: st.DrawFn) -> str:
    """The line with one of its parts, if it has any, exchanged for a scrap."""
    found = list(part.finditer(line))
    if not found:
        return line
    match = draw(st.sampled_from(found))
    return line[: match.start()] + draw(SCRAPS) + line[match.end() :]


def holds(text: str) -> None:
    """Reads a text and checks what must hold of any reading of it."""
    count = len(re.split(r"\r\n|\r|\n", text))
    try:
        roadmap = read_text(text, "r.md")
    except InputError as error:
        assert error.mistakes
        assert all(m.line is None or 1 <= m.line <= count for m in error.mistakes)
        return
    _placeholders_stand_where_they_say(text, roadmap)
    assert [phase.number for phase in roadmap.phases] == list(range(len(roadmap.phases)))


def _placeholders_stand_where_they_say(text: str, roadmap: Roadmap) -> None:
    lines = re.split(r"\r\n|\r|\n", text)
    for blank in roadmap.placeholders:
        assert lines[blank.line - 1][blank.start : blank.end] == blank.text


@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_a_broken_roadmap_reads_to_facts_or_to_an_input_error(text: str) -> None:
    """Guards against a traceback for any slip that an editor can make."""
    holds(text)


@settings(max_examples=max(100, CASES // 10), deadline=None)
@given(st.text(max_size=400))
def test_any_text_reads_to_facts_or_to_an_input_error(text: str) -> None:
    """Guards against a traceback for a file that is no roadmap at all."""
    holds(text)
