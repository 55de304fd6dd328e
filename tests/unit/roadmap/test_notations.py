"""Ways to write one document: each leads to the same plans."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from infra.derive import derive
from infra.errors import InputError
from infra.project import SETTINGS
from infra.roadmap import read_text
from infra.settings import load_settings
from tests.unit.roadmap.changed import changed, mistakes, roadmap, text_of
from tests.unit.test_nothing_dropped import unnumbered

ROW = "| Application Server | 4x 8vCPU, 16GB | 8x 8vCPU, 16GB |"


def configs(text: str) -> list[object]:
    """Every phase's config, without line numbers."""
    derived = derive(read_text(text, "r.md"), load_settings(SETTINGS))
    return [unnumbered(phase.config.model_dump(mode="json")) for phase in derived]


def without_outer_pipes(text: str) -> str:
    return re.sub(r"(?m)^\| ?(.*?) ?\|$", r"\1", text)


WAYS: dict[str, Callable[[str], str]] = {
    "windows lines": lambda text: text.replace("\n", "\r\n"),
    "old mac lines": lambda text: text.replace("\n", "\r"),
    "tilde fences": lambda text: text.replace("```", "~~~"),
    "deeper headings": lambda text: re.sub(r"(?m)^(#+ )", r"#\1", text),
    "closed headings": lambda text: re.sub(r"(?m)^(#+ .*)$", r"\1 ##", text),
    "numbered headings": lambda text: re.sub(r"(?m)^(#+) (?!\d)", r"\1 2.1 ", text),
    "headings with pictures": lambda text: re.sub(r"(?m)^(#+) ", "\\1 \N{ROCKET} ", text),
    "underlined headings": lambda text: re.sub(r"(?m)^## (?!\d)(.*)$", r"\1\n-----", text),
    "no outer pipes": without_outer_pipes,
    "bold first cells": lambda text: re.sub(r"(?m)^\| ([A-Z][^|*]+?) \|", r"| **\1** |", text),
    "breaks in cells": lambda text: text.replace("vCPU, ", "vCPU,<br>"),
    "non-breaking spaces": lambda text: text.replace(" vCPU", "\u00a0vCPU").replace(" GB", "\u202fGB"),
    "en dashes": lambda text: text.replace("Months 1-", "Months 1\u2013"),
    "underscores for bold": lambda text: re.sub(r"\*\*(.+?)\*\*", r"__\1__", text),
    "a quotation": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "tabs": lambda text: text.replace("| ", "|\t"),
}


@pytest.mark.parametrize("stem", ["kestrel-telemetry", "orbit-shop", "tide-clinic"])
@pytest.mark.parametrize("way", list(WAYS))
def test_a_way_to_write_markdown_changes_no_plan(stem: str, way: str) -> None:
    """Guards documents of other editors, systems and habits."""
    text = text_of(stem)
    assert configs(WAYS[way](text)) == configs(text)


@pytest.mark.parametrize(
    "cell",
    [
        "8 \u00d7 8 vCPU / 16 GiB", "8 servers \u00d7 8 vCPU, 16 GB", "8x (8 vCPU, 16 GB)", "8x&nbsp;8vCPU,&nbsp;16GB",
        "`8x 8vCPU, 16GB`",
        "[8x 8vCPU, 16GB](https://example.org)", "8x 8vCPU,<br>16GB", "8x 8vCPU, 16GB[^1]", "8x 8vCPU, 16384 MB",
        "8x 8 cores, 16G",
        "8x 8 CPU cores, 16 GB of RAM", "8x 8vCPU, 16 Gi", "8x 8vCPU, 16GB each",
    ],
)  # fmt: skip
def test_a_size_may_be_written_in_many_ways(cell: str) -> None:
    """Guards the notations of real plans."""
    changes = (ROW, ROW.replace("8x 8vCPU, 16GB", cell))
    assert configs(changed("mgx-ai", changes)) == configs(text_of("mgx-ai"))
    assert roadmap("mgx-ai", changes)


@pytest.mark.parametrize(
    "cell",
    [
        "~8x 8vCPU, 16GB", "8\u201310x 8vCPU, 16GB", "8+ x 8vCPU, 16GB", "8x c7g.2xlarge", "8 (8 vCPU, 16 GB)", "8/16",
        "8x 8 vCPU @ 3GHz, 16GB", "<del>4x</del> 8x 8vCPU, 16GB", "8x 8vCPU, 16GB \\| spare", "eight 8vCPU, 16GB",
    ],
)  # fmt: skip
def test_a_figure_that_leaves_something_open_is_refused(cell: str) -> None:
    """Guards against a plan that picks one end of a range, or guesses at a type."""
    assert mistakes("mgx-ai", (ROW, ROW.replace("8x 8vCPU, 16GB", cell)))[0].startswith(
        "r.md:102: Application Server: got '"
    )


def test_a_range_of_users_as_a_size_of_a_phase_is_its_end() -> None:
    """Guards \u201c2K to 10K\u201d, and that nothing else is taken for it."""
    with pytest.raises(InputError):
        roadmap("paper-mill", ("(2K to 10K users)", "(many users)"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Region US-East (primary):", "Region US-West (standby):"),
        ("US-East (active region)", "US-West (secondary region)"),
        ("Region 1 (US-East, active):", "Region 2 (US-West, passive):"),
    ],
)
def test_a_region_may_be_named_before_what_it_does(first: str, second: str) -> None:
    """Guards the headings that teams give their regions: each leads to the same plans."""
    changes = (("Primary Region (US-East):", first), ("Secondary Region (US-West):", second))
    assert configs(changed("mgx-ai", *changes)) == configs(text_of("mgx-ai"))
