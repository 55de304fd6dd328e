"""The application's name in a document's title."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.project import own_roadmap
from infra.roadmap.read import read_text
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
        ("Nora's Notes (Backend) — Capacity plan", "Nora's Notes"),
        ("Kapazitätsplan: Aare Fahrplan", "Aare Fahrplan"),
        ("Scaling & Infrastructure", ""),
        ("Platform", "Platform"),
        ("Scaling Roadmap - Пример", ""),
    ],
)
def test_the_name_is_what_is_left_without_the_words_for_a_plan(title: str, name: str) -> None:
    """Guards the name that every resource carries."""
    assert application(title) == name


@pytest.mark.parametrize(
    "name", ["AWS Cost Explorer", "Risk Radar", "Current State", "Phase 1 Trader", "Checklist Pro"]
)
def test_a_title_changes_nothing_but_the_name(name: str) -> None:
    """Guards against a title taken for a section of its words: under "Cost" no phase would be looked for."""
    own = own_roadmap().read_text(encoding="utf-8")
    titled = read_text(f"# Scaling Roadmap - {name}\n{own.split(chr(10), 1)[1]}", "r.md")
    assert titled.application.value == name
    theirs = read_text(own, "r.md")
    assert replace(titled, title=theirs.title, application=theirs.application) == theirs
