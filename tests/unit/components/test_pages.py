"""docs/components: a page for every component, with the arguments that it takes today."""

from pathlib import Path

import pytest

from tools.arguments import PAGES, components, renewed, shown

ALL = sorted(PAGES.glob("*.md"))


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.stem)
def test_a_page_shows_the_arguments_as_they_are(page: Path) -> None:
    """Guards whoever uses a component by its page: an argument that is gone, or one that isn't there yet."""
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text, "`make golden` renews it"


@pytest.mark.parametrize("file", components())
def test_every_component_has_one_page(file: str) -> None:
    """Guards a component that nobody could operate, and two pages that would tell different things."""
    found = [page.name for page in ALL if file in shown(page.read_text(encoding="utf-8"))]
    assert len(found) == 1, found


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.stem)
def test_a_page_is_named_as_a_link_would_be(page: Path) -> None:
    """Guards uniform names: words with hyphens between them."""
    assert page.stem == page.stem.lower().replace("_", "-")
