"""What the roadmaps of other teams plan to: figures worked out by hand from each document's tables."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from infra.config import PhaseConfig
from infra.plan import plan_config
from infra.selection import Document, load_document

FOLDER = Path(__file__).resolve().parent.parent / "roadmaps"


@dataclass(frozen=True)
class Expected:
    """One phase: servers by region, the database's class and read replicas, cache and queue nodes, whether it has a CDN."""

    servers: dict[str, int]
    database: str
    replicas: int
    cache_nodes: int
    queue_nodes: int
    cdn: bool


def one(region: str, *figures: object) -> Expected:
    servers, *rest = figures
    return Expected({region: servers}, *rest)  # type: ignore[arg-type]


EAST = "us-east-1"
EXPECTED = {
    "harbor-ledger": {
        "baseline": one("eu-central-1", 3, "db.m7g.4xlarge", 0, 1, 1, True),
        "phase1": one("eu-central-1", 6, "db.m7g.4xlarge", 2, 1, 3, True),
        "phase2": Expected({"eu-central-1": 12, "eu-west-1": 4}, "db.m7g.4xlarge", 2, 1, 3, True),
    },
    "kestrel-telemetry": {
        "baseline": one(EAST, 6, "db.m7g.8xlarge", 0, 1, 3, False),
        "phase1": one(EAST, 10, "db.m7g.8xlarge", 1, 1, 3, False),
        "phase2": one(EAST, 12, "db.m7g.12xlarge", 3, 3, 3, False),
        "phase3": one(EAST, 24, "db.m7g.12xlarge", 3, 3, 5, True),
        "phase4": one(EAST, 45, "db.m7g.12xlarge", 3, 6, 5, True),
        "phase5": Expected({EAST: 90, "eu-central-1": 30, "ap-southeast-1": 15}, "db.m7g.12xlarge", 3, 6, 5, True),
    },
    "lumen-notes": {
        "baseline": one(EAST, 2, "db.m7g.large", 0, 0, 0, False),
        "phase1": one(EAST, 4, "db.m7g.large", 1, 1, 0, False),
        "phase2": one(EAST, 8, "db.m7g.large", 1, 3, 0, False),
    },
    "orbit-shop": {
        "baseline": one(EAST, 2, "db.m7g.2xlarge", 0, 1, 1, False),
        "phase1": one(EAST, 5, "db.m7g.4xlarge", 0, 1, 1, False),
        "phase2": one(EAST, 14, "db.m7g.4xlarge", 1, 3, 3, False),
    },
    "paper-mill": {
        "baseline": one(EAST, 2, "db.m7g.xlarge", 0, 0, 0, False),
        "phase1": one(EAST, 4, "db.m7g.xlarge", 0, 1, 0, False),
        "phase2": one(EAST, 10, "db.m7g.2xlarge", 2, 1, 3, False),
        "phase3": one(EAST, 30, "db.m7g.2xlarge", 2, 1, 3, True),
    },
    "tide-clinic": {
        "baseline": one("ap-southeast-1", 2, "db.m7g.xlarge", 0, 0, 0, False),
        "phase1": Expected({"ap-southeast-1": 4, "ap-northeast-1": 4}, "db.m7g.xlarge", 0, 0, 0, False),
    },
}


@cache
def document(name: str) -> Document:
    return load_document(FOLDER / f"{name}.md")


def found(config: PhaseConfig) -> Expected:
    cache_, queue = config.cache, config.queue
    return Expected(
        servers={name: region.servers for name, region in config.regions.items()},
        database=config.database.instance_class,
        replicas=config.database.read_replicas,
        cache_nodes=cache_.shards * cache_.nodes_per_shard if cache_ else 0,
        queue_nodes=queue.replicas if queue else 0,
        cdn=config.cdn is not None,
    )


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_document_leads_to_the_figures_of_its_tables(name: str) -> None:
    """Guards other teams' documents, in every phase that they have."""
    assert {key: found(document(name).derived(key).config) for key in document(name).keys} == EXPECTED[name]


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_documents_last_phase_plans_to_resources_that_carry_its_own_name(name: str) -> None:
    """Guards against a name of another application, left in code."""
    config = document(name).derived(document(name).keys[-1]).config
    graph = plan_config(config)
    named = [r for r in graph if r.type != "pulumi:pulumi:Stack"]
    beginning = config.application[:15]  # names that AWS limits to 32 characters keep so much of it
    ours = (beginning, f"aws-waf-logs-{beginning}")
    assert not [resource.urn for resource in named if not resource.name.startswith(ours)]
    assert "mgx" not in str(graph.to_json()).replace(config.domain, "")


def test_a_document_without_a_metric_in_its_autoscaler_block_gets_no_such_metric() -> None:
    """Guards "the document wins": a metric that it doesn't list would hold more pods than it asks for."""
    scaling = document("orbit-shop").derived("phase2").config.app.scaling
    assert (scaling.cpu_percent, scaling.memory_percent) == (65, None)
