"""What stands within a line and is no text of it."""

from __future__ import annotations

import pytest

from infra.roadmap import read_text
from tests.unit.roadmap.changed import changed

ROW = "| Application Server | 4x 8vCPU, 16GB | 8x 8vCPU, 16GB |"


def listed(*changes: tuple[str, str]) -> list[str]:
    """What the changed document lists beyond what the document itself lists."""
    before = {item.text for item in read_text(changed("mgx-ai"), "r.md").unused}
    return [item.text for item in read_text(changed("mgx-ai", *changes), "r.md").unused if item.text not in before]


@pytest.mark.parametrize(
    ("cell", "aside"),
    [
        ("8x 8vCPU, 16GB <!-- 10x if the launch goes well -->", "<!-- 10x if the launch goes well -->"),
        ("[8x 8vCPU, 16GB](https://example.org/16-servers)", "https://example.org/16-servers"),
        ("~~4x~~ 8x 8vCPU, 16GB", "~~4x~~"),
        ("![](https://example.org/16x.png) 8x 8vCPU, 16GB", "https://example.org/16x.png"),
    ],
)
def test_a_comment_or_an_address_in_a_cell_is_listed(cell: str, aside: str) -> None:
    """Guards against a figure that stands in the document's text and is seen by nobody."""
    assert listed((ROW, ROW.replace("8x 8vCPU, 16GB", cell))) == [aside]


def test_a_comment_in_a_block_is_part_of_the_block() -> None:
    """Guards against naming what Markdown doesn't touch."""
    assert listed(("# takes every write", "# takes every [write](https://example.org) <!-- so far -->")) == []


def test_a_link_s_definition_is_listed() -> None:
    """Guards a line that Markdown itself drops: `[1]: 12-servers`, and a footnote of one word with it."""
    assert listed(("**Owner**", "[1]: 12-servers\n[^2]: Valkey\n\n**Owner**")) == ["[1]: 12-servers", "[^2]: Valkey"]
