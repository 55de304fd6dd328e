"""The words by which a heading, a bold label or a table's first cell tells what it speaks of."""

from __future__ import annotations

import re
from enum import StrEnum

from infra.roadmap.mistakes import nearest
from infra.roadmap.model import Role


class Kind(StrEnum):
    """What a section of a roadmap holds."""

    CHECKLIST = "checklist"
    CAPACITY = "target capacity"
    REGIONS = "multi-region architecture"
    TRIGGERS = "auto-scaling triggers"
    AUTOSCALING = "auto-scaling configuration"
    REPLICATION = "database replication setup"
    METRICS = "key metrics"
    TARGETS = "expected performance"
    SAVINGS = "cost optimization opportunities"
    OPTIMIZATIONS = "optimizations needed"
    ARCHITECTURE = "architecture changes"
    INFRASTRUCTURE = "infrastructure changes"
    RECOMMENDATIONS = "recommendations"
    STRATEGIES = "scaling strategies"


# The first pattern that fits decides, so the narrower ones stand first.
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"\bchecklist", Kind.CHECKLIST),
    (r"\btarget (?:capacity|users|load)|\bcapacity target", Kind.CAPACITY),
    (r"\bmulti-?\s?regions?\b(?! active)|\bregions?\b|\bfailover (?:strategy|plan)", Kind.REGIONS),
    (r"\btriggers?\b|\bscaling (?:rules|thresholds)", Kind.TRIGGERS),
    (r"\bauto-?\s?scal|\bhpa\b", Kind.AUTOSCALING),
    (r"\breplication\b|\breplicas\b", Kind.REPLICATION),
    (r"\bkey metrics\b|\bmetrics to (?:monitor|watch)\b", Kind.METRICS),
    (r"\bexpected performance\b|\btargets?\b|\bsl[oa]s?\b|\bservice levels?\b", Kind.TARGETS),
    (r"\bcost optimi[sz]ation", Kind.SAVINGS),
    (r"\brecommendations?\b", Kind.RECOMMENDATIONS),
    (r"\bstrateg(?:y|ies)\b", Kind.STRATEGIES),
    (r"\boptimi[sz]ations?\b", Kind.OPTIMIZATIONS),
    (r"\barchitecture\b", Kind.ARCHITECTURE),
    (r"\binfrastructure\b", Kind.INFRASTRUCTURE),
)

ROLE_WORDS: dict[Role, tuple[str, ...]] = {
    Role.REGIONS: ("multi-region", "multi region", "regions", "region", "geo-redundancy"),
    Role.LOAD_BALANCER: ("load balancer", "load balancing", "alb", "elb", "lb"),
    Role.CDN: ("cdn", "content delivery", "cloudfront", "edge cache"),
    Role.QUEUE: ("message queue", "queue", "message broker", "broker", "rabbitmq", "messaging"),
    Role.CACHE: ("redis", "cache", "valkey", "caching", "elasticache"),
    Role.DATABASE: ("database", "postgresql", "postgres", "db", "rds", "aurora"),
    Role.APPLICATION: (
        "application",
        "application server",
        "app server",
        "app",
        "api server",
        "api",
        "web server",
        "web",
        "backend",
        "server",
        "pods",
    ),
}
BASELINE = re.compile(
    r"\bbaseline\b|\bphase 0\b|\bas[- ]is\b|\bwhere we are\b|^(?:\d[\d.]*\s+)?today\b"
    r"|\b(?:current|existing) (?:state|setup|system|infrastructure|capacity|deployment|architecture|environment)\b",
    re.IGNORECASE,
)


# What the sections outside the phases are called, for the slip that would leave one unread.
TITLES = (
    "Current Baseline",
    "Auto-Scaling Triggers",
    "Key Metrics to Monitor",
    "Performance Targets",
    "Implementation Checklist",
)


def misspelled(title: str) -> str:
    """The known title that was probably meant by one that is almost it but would be read as something else, or nothing."""
    near = nearest(title, (*Kind, *TITLES), cutoff=0.85)
    alike = kind_of(title) is kind_of(near) and bool(BASELINE.search(title)) == bool(BASELINE.search(near))
    return "" if alike else near


def kind_of(title: str) -> Kind | None:
    """The kind of section that a title announces, or None."""
    for pattern, kind in _KINDS:
        if re.search(pattern, title, re.IGNORECASE):
            return kind
    return None


def role_of(label: str) -> Role | None:
    """The role a table row's label names (`Redis Cache`, `App servers`), or None."""
    for role, words in ROLE_WORDS.items():
        if any(re.search(rf"\b{re.escape(word)}s?\b", label, re.IGNORECASE) for word in words):
            return role
    return None


def role_names() -> list[str]:
    """The labels that a message offers, the plainest of each role."""
    return [
        "Application Server",
        "Database Server",
        "Redis Cache",
        "Message Queue",
        "Load Balancer",
        "CDN",
        "Multi-Region",
    ]
