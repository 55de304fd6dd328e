"""The application's name in a document's title."""

from __future__ import annotations

import pytest

from infra.roadmap.title import application


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Scaling Recommendations - MGX-AI Platform", "MGX-AI"),
        ("Acme Shop Scaling Roadmap", "Acme Shop"),
        ("Capacity Planning: Foo Service", "Foo"),
        ("Scaling Plan for Big Bird", "Big Bird"),
        ("Zed — Scaling Plan", "Zed"),
        ("Growth Plan 2026 – Blue Whale App", "Blue Whale"),
        ("Café Über - Skalierungsplan", "Café Über"),
        ("From 1K to 1M Users: Nimbus", "Nimbus"),
        ("Scaling Roadmap (Nimbus)", "Nimbus"),
        ("Scaling & Infrastructure", ""),
        ("Platform", "Platform"),
    ],
)
def test_the_name_is_what_is_left_without_the_words_for_a_plan(title: str, name: str) -> None:
    """Guards the name that every resource carries."""
    assert application(title) == name
