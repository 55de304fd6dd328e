"""Whatever grows, grows in place: for generated pairs of configs, and the other way round for those that shrink."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from components.shard_map import assign
from infra.config import PhaseConfig, load_file
from infra.diff.change import Change
from infra.diff.compare import compare
from infra.diff.danger import dangers
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.project import stack_file

PHASE2 = load_file(stack_file("phase2"))
NAMES = ("name", "bucket", "identifier", "clusterName", "replicationGroupId", "userId", "userGroupId", "metadata.name")
HARMLESS = {"kubernetes:core/v1:ConfigMap", "kubernetes:batch/v1:Job"}
"""A Job and the script that it ran are named by their contents, and none holds data."""

Growth = dict[str, int]
MOST = {
    "servers": 20,
    "database_class": 1,
    "storage_gib": 500,
    "read_replicas": 3,
    "cache_shards": 3,
    "cache_nodes": 2,
    "queue_nodes": 4,
    "poolers": 2,
    "services": 2,
}
"""How much one step may add."""
NOTHING: Growth = dict.fromkeys(MOST, 0)
growth = st.fixed_dictionaries({key: st.integers(0, most) for key, most in MOST.items()})


def grown(by: Growth) -> PhaseConfig:
    """Phase 2 with more of everything. Raises ValidationError where it doesn't fit together."""
    data: dict[str, Any] = json.loads(PHASE2.model_dump_json())
    for region in data["regions"].values():
        region["servers"] += by["servers"]
        region["max_replicas"] += by["servers"]
    database, cache, queue = data["database"], data["cache"], data["queue"]
    database["instance_class"] = ("db.m7g.8xlarge", "db.m7g.16xlarge")[by["database_class"]]
    database["storage_gib"] += by["storage_gib"]
    database["max_storage_gib"] += 2 * by["storage_gib"]
    first, count = database["read_replicas"], by["read_replicas"]
    database["read_replicas"] += count
    database["replica_hosts"] += [f"db-replica-{first + 1 + i}.internal" for i in range(count)]
    cache["shards"] += by["cache_shards"]
    cache["nodes_per_shard"] += by["cache_nodes"]
    queue["replicas"] += by["queue_nodes"]
    data["pooler"]["replicas"] += by["poolers"]
    services = data["app"]["services"]
    for number in range(by["services"]):
        added = dict(services[0], name=f"more-{number}", hpa=f"more-{number}-hpa", path=f"/more-{number}")
        services.append(added)
    if by["services"]:
        for service in services:
            service["share_percent"] = 100 // len(services)
    return PhaseConfig.model_validate_json(json.dumps(data))


def total(steps: Sequence[Growth]) -> Growth:
    """All steps in one; of the database's classes the largest."""
    return {key: (max if key == "database_class" else sum)(step[key] for step in steps) for key in NOTHING}


def chain(steps: Sequence[Growth]) -> list[PhaseConfig]:
    """A config after each step; all are checked before one is planned, since a plan costs a second."""
    try:
        return [grown(total(steps[: length + 1])) for length in range(len(steps))]
    except ValidationError:
        assume(False)
        raise


def lost(changes: tuple[Change, ...]) -> list[str]:
    return [change.key for change in changes if change.holds and change.action in ("replace", "delete")]


def renamed(changes: tuple[Change, ...]) -> list[str]:
    return [
        f"{c.key} {p.path}"
        for c in changes
        if c.action in ("update", "replace")
        for p in c.properties
        if p.path in NAMES
    ]


@settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], derandomize=True)
@given(steps=st.lists(growth, min_size=2, max_size=2))
def test_what_grows_grows_in_place_and_what_shrinks_says_so(
    steps: list[Growth], phase_graph: Callable[[str], ResourceGraph]
) -> None:
    """Guards every later phase that nobody has written yet: nothing that holds data goes, moves or changes its name."""
    assert grown(NOTHING) == PHASE2
    assume(all(any(step.values()) for step in steps))
    graphs = [phase_graph("phase2"), *map(plan_config, chain(steps))]
    for first, last in combinations(range(len(graphs)), 2):
        _grows_in_place(graphs[first], graphs[last], total(steps[first:last]))


def _grows_in_place(before: ResourceGraph, after: ResourceGraph, more: Growth) -> None:
    changes = compare(before, after)
    assert lost(changes) == []
    assert dangers(before, after, changes) == ()
    assert renamed(changes) == []
    assert [c.key for c in changes if "subnet:Subnet" in c.resource.type and c.action != "create"] == []
    replaced = {c.resource.type for c in changes if c.action == "replace" and not c.resource.type.startswith("tls:")}
    assert replaced <= HARMLESS
    back = compare(after, before)
    gone = [change for change in changes if change.action == "create" and change.holds]
    assert len(lost(back)) == len(gone)
    if gone or more["queue_nodes"] or more["cache_shards"] or more["storage_gib"]:
        assert dangers(after, before, back)


@given(st.integers(1, 200), st.integers(1, 12))
def test_a_server_that_is_added_takes_shards_over_and_no_other_moves(count: int, servers: int) -> None:
    """Guards against a shard that is copied between two servers which both were there before."""
    assume(servers < count)
    before, after = assign(count, servers), assign(count, servers + 1)
    assert {new for old, new in zip(before, after, strict=True) if old != new} <= {servers + 1}
