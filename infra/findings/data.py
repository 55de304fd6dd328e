"""Findings about what holds data."""

from __future__ import annotations

from collections.abc import Iterator

from infra.catalogue.specs import find as find_class
from infra.findings.finding import Finding, Situation


def database_overshoot(situation: Situation) -> Iterator[Finding]:
    """RDS sells no class of exactly the document's size."""
    chosen = find_class("rds", situation.config.database.instance_class)
    source = situation.selected.provenance["database.instance_class"]
    asked = _asked(situation)
    if asked is None or asked == (chosen.vcpu, chosen.memory_gib):
        return
    message = (
        f"RDS sells no class of the settings' families with exactly {asked[0]} vCPU and {asked[1]} GiB: "
        f"{chosen.name} has {chosen.vcpu} and {chosen.memory_gib:g}."
    )
    yield Finding("database-class-overshoot", "info", message, source.comment())


def _asked(situation: Situation) -> tuple[int, int] | None:
    """The size that the document gives the database, this phase's or carried on."""
    from infra.derive.step import Step
    from infra.roadmap.model import Role

    document = situation.selected.document
    step = Step(document.roadmap, situation.selected.phase, document.settings)
    size = step.stated(Role.DATABASE, lambda cell: cell.size)
    return (size.value.vcpu, size.value.memory_gib) if size else None
