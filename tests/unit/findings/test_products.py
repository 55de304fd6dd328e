"""What is told of a document that names another product than the one that is made."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.findings import Situation
from infra.findings.products import other_product
from infra.graph import ResourceGraph
from infra.roadmap.model import Role
from infra.roadmap.read import read_text
from tests.unit.documents import selected

ROADMAP = (Path(__file__).parents[3] / "roadmap" / "mgx-ai.md").read_text(encoding="utf-8")
LABELS = {
    Role.QUEUE: ("Message Queue", "Message Queue (Kafka)", "Kafka, and RabbitMQ is made"),
    Role.DATABASE: ("Database Server", "Database Server (MySQL 8)", "MySQL, and RDS for PostgreSQL is made"),
    Role.CACHE: ("Redis Cache", "Cache (Memcached)", "Memcached, and ElastiCache for Valkey is made"),
    Role.CDN: ("CDN", "CDN (Fastly)", "Fastly, and CloudFront is made"),
    Role.LOAD_BALANCER: ("Load Balancer", "Load Balancer (NGINX)", "NGINX, and an Application Load Balancer is made"),
}


def told(text: str, phase: str) -> list[tuple[str, str]]:
    chosen, roadmap = selected(phase), read_text(text, "renamed.md")
    other = replace(chosen, document=replace(chosen.document, roadmap=roadmap))
    return [(finding.message, finding.source) for finding in other_product(Situation(other, ResourceGraph(())))]


@pytest.mark.parametrize("role", list(LABELS))
def test_another_product_is_told_in_every_phase_that_has_it(role: Role) -> None:
    """Guards a team on MySQL or Kafka, whose application speaks neither to PostgreSQL nor to RabbitMQ."""
    known, label, expected = LABELS[role]
    renamed = ROADMAP.replace(f"| {known} |", f"| {label} |")
    assert renamed != ROADMAP
    for phase in ("phase2", "phase3"):
        ((message, source),) = told(renamed, phase)
        assert expected in message
        assert source.startswith("line ")


def test_the_document_as_it_is_names_what_is_made() -> None:
    """Guards against noise: Redis is spoken by what is made in its place."""
    for phase in ("baseline", "phase1", "phase2", "phase3"):
        assert told(ROADMAP, phase) == []
