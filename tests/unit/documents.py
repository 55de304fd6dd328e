"""The project's own document, loaded once for the tests that start from it."""

from functools import cache

from infra.selection import Document, Selected, load_document, select


@cache
def document() -> Document:
    """The MGX-AI roadmap with its settings, and its phases derived."""
    return load_document()


@cache
def selected(phase: str) -> Selected:
    """One phase of it, straight from the document."""
    return select(phase, document(), straight=True)
