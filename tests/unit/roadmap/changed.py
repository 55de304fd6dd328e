"""Real documents with a few changes, for tests of what a change leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.errors import InputError
from infra.roadmap import Roadmap, read_text

ROOT = Path(__file__).parents[3]
OWN = ROOT / "roadmap" / "mgx-ai.md"
DOCUMENTS = [OWN, *sorted((ROOT / "tests" / "roadmaps").glob("*.md"))]


def text_of(stem: str) -> str:
    """The text of a document by its file's stem."""
    return next(path for path in DOCUMENTS if path.stem == stem).read_text(encoding="utf-8")


def changed(stem: str, *changes: tuple[str, str]) -> str:
    """The document once each (old, new) has been replaced, one time, in it."""
    text = text_of(stem)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def roadmap(stem: str, *changes: tuple[str, str]) -> Roadmap:
    """What the changed document reads to."""
    return read_text(changed(stem, *changes), "r.md")


def mistakes(stem: str, *changes: tuple[str, str]) -> list[str]:
    """The messages for the changed document."""
    with pytest.raises(InputError) as caught:
        roadmap(stem, *changes)
    return [str(mistake) for mistake in caught.value.mistakes]
