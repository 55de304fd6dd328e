"""What the pages name is there: links, files, settings and commands."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from infra.cli import app
from infra.project import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^\s*```.*?^\s*```\s*$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
FILE = re.compile(r"`((?:components|infra|tests|tools|docs|bench)/[\w./-]+)`")
SETTING = re.compile(r"`([a-z_]+(?:\.[a-z_]+)+)`")
COMMAND = re.compile(r"(?:`|\$ |/)ramp ([a-z]+)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@cache
def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link may name of a page: its headings in lower case, with hyphens and without punctuation."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    """Guards a reader who follows a page that was renamed, or a heading that was put another way."""
    for target, heading in LINK.findall(prose(page)):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        assert not heading or heading in anchors(there), f"{target}#{heading}"


@every_page
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    """Guards whoever looks for the code that a page speaks of."""
    assert [name for name in FILE.findall(prose(page)) if not (ROOT / name).exists()] == []


@cache
def sections() -> dict[str, Any]:
    """The settings' and the first phase's config's own sections."""
    settings = yaml.safe_load((ROOT / "roadmap" / "settings.yaml").read_text(encoding="utf-8"))
    config = yaml.safe_load((ROOT / "Pulumi.phase3.yaml").read_text(encoding="utf-8"))["config"]["ramp:phase"]
    return {name: [part for part in (settings.get(name), config.get(name)) if part] for name in {*settings, *config}}


def has(part: Any, keys: list[str]) -> bool:
    """Whether a path of keys leads somewhere; a list is looked into."""
    if not keys:
        return True
    if isinstance(part, list):
        return any(has(each, keys) for each in part)
    return isinstance(part, dict) and keys[0] in part and has(part[keys[0]], keys[1:])


@every_page
def test_every_setting_that_a_page_names_exists(page: Path) -> None:
    """Guards a reader who looks in the settings for a key that was renamed."""
    named = [name.split(".") for name in SETTING.findall(prose(page))]
    wrong = [".".join(n) for n in named if n[0] in sections() and not any(has(p, n[1:]) for p in sections()[n[0]])]
    assert wrong == []


@every_page
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    """Guards examples that were right once."""
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(COMMAND.findall(page.read_text(encoding="utf-8"))) - known == set()
