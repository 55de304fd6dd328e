"""Findings about what a document calls by the name of another product than the one that is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from infra.findings.finding import Finding, Situation, lines
from infra.roadmap.model import Role, Row

MADE: Mapping[Role, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        Role.LOAD_BALANCER: (
            "an Application Load Balancer",
            ("nlb", "network load balancer", "nginx", "haproxy", "traefik", "f5", "kong"),
        ),
        Role.CDN: ("CloudFront", ("cloudflare", "fastly", "akamai", "bunny", "azure", "google", "keycdn", "imperva")),
        Role.DATABASE: (
            "RDS for PostgreSQL",
            (
                *("mysql", "mariadb", "aurora", "oracle", "sql server", "mssql", "mongodb", "mongo", "documentdb", "dynamodb"),
                *("cassandra", "cockroachdb", "yugabytedb", "tidb", "vitess", "spanner", "citus", "sqlite", "supabase"),
            ),
        ),
        Role.CACHE: ("ElastiCache for Valkey", ("memcached", "memcache", "dragonfly", "keydb", "hazelcast", "memorydb", "dax")),
        Role.QUEUE: (
            "RabbitMQ",
            ("kafka", "msk", "redpanda", "sqs", "sns", "kinesis", "pub/sub", "pubsub", "nats", "activemq", "pulsar", "celery"),
        ),
    }
)  # fmt: skip
"""By role: what is made, and the other products that a document may name in its place."""


def other_product(situation: Situation) -> Iterator[Finding]:
    """The document names another product than the one that is made: an application speaks to one of them alone."""
    phases = situation.selected.document.roadmap.phases
    reached = phases[: phases.index(situation.selected.phase) + 1]
    for role, (made, others) in MADE.items():
        row = next((row for phase in reversed(reached) if (row := phase.row(role))), None)
        if row and (named := _named(row, others)):
            message = f"'{row.label}: {row.after.value.text}' speaks of {named}, and {made} is made."
            yield Finding("other-product", "warning", message, lines(row.line))


def _named(row: Row, products: tuple[str, ...]) -> str:
    found = re.search(
        rf"\b({'|'.join(map(re.escape, products))})\b", f"{row.label} {row.after.value.text}", re.IGNORECASE
    )
    return found[0] if found else ""
