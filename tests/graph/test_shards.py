"""The logical shards, and a second database server, in the plans."""

import pytest

from infra.config import load_file
from infra.config.pooler import MoveConfig, ShardsConfig
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.project import stack_file
from tests.graph.reading import inputs, waits_for
from tests.graph.test_pooler import variables

JOB, CONFIG_MAP = "kubernetes:batch/v1:Job", "kubernetes:core/v1:ConfigMap"
INSTANCE = "aws:rds/instance:Instance"


@pytest.fixture(scope="module")
def two_servers() -> ResourceGraph:
    """Phase 3 with a second server: two shards moved, two on their way."""
    config = load_file(stack_file("phase3"))
    moves = (
        MoveConfig(shards=(62, 63), to=2, caught_up="2026-11-24T10:00Z", cut_over=True),
        MoveConfig(shards=(60, 61), to=2, caught_up=None, cut_over=False),
    )
    layout = ShardsConfig(key="workspace_id", count=64, servers=2, moves=moves)
    return plan_config(config.model_copy(update={"shards": layout}))


def script(graph: ResourceGraph, server: int) -> str:
    return inputs(graph.one(CONFIG_MAP, f"mgx-ai-us-east-1-shards-{server}-script"))["data"]["script.sql"]


@pytest.mark.parametrize("phase", ["baseline", "phase1", "phase2"])
def test_there_are_no_shards_before_the_document_names_them(phase_graph, phase: str) -> None:
    """Guards phases 1 and 2, whose database is one."""
    assert not phase_graph(phase).of_type("ramp:shards:Shards")
    assert "DATABASE_SHARD_KEY" not in variables(phase_graph(phase))


def test_phase_3_makes_64_shards_on_its_one_server(phase_graph) -> None:
    """Guards the list entry "Database sharding by workspace_id": every shard, once, by a Job in the active region."""
    graph: ResourceGraph = phase_graph("phase3")
    assert [job.name for job in graph.of_type(JOB) if "-shards-" in job.name] == ["mgx-ai-us-east-1-shards-1-job"]
    assert all(f"'mgx_ai_s{shard:03}'" in script(graph, 1) for shard in range(64))
    assert "mgx_ai_s064" not in script(graph, 1)


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_the_shard_key_reaches_the_application(phase_graph, region: str) -> None:
    """Guards an application that would spread rows by another column, or over another count."""
    told = variables(phase_graph("phase3"), region)
    assert (told["DATABASE_SHARD_KEY"], told["DATABASE_SHARD_COUNT"]) == ("workspace_id", "64")
    assert (told["DATABASE_SHARD_NAME"], told["DATABASE_SHARD_READ_NAME"]) == ("mgx_ai_s%03d", "mgx_ai_s%03d_ro")


def test_the_shards_wait_for_the_role_that_owns_them(phase_graph) -> None:
    """Guards a Job that would run before its owner is there, and fail."""
    graph: ResourceGraph = phase_graph("phase3")
    shards = graph.one(JOB, "mgx-ai-us-east-1-shards-1-job")
    roles = graph.one(JOB, "mgx-ai-us-east-1-database-roles-1-job")
    assert roles.urn in shards.dependencies


def test_a_second_server_leaves_everything_of_the_first_as_it_was(phase_graph, two_servers: ResourceGraph) -> None:
    """Guards growth in place: no instance of the first group may get another name or other inputs."""
    before: ResourceGraph = phase_graph("phase3")
    assert {r.key for r in before} - {r.key for r in two_servers} == set()
    for instance in before.of_type(INSTANCE):
        assert two_servers[instance.urn].inputs == instance.inputs


def test_a_second_server_is_a_primary_with_replicas_and_a_replica_in_the_other_region(
    two_servers: ResourceGraph,
) -> None:
    """Guards the second group: as the document's first, in both regions, under names of its own."""
    names = {i.name for i in two_servers.of_type(INSTANCE) if "-postgres-2-" in i.name}
    assert names == {
        "mgx-ai-us-east-1-postgres-2-primary",
        *(f"mgx-ai-us-east-1-postgres-2-replica-{n}" for n in (1, 2, 3, 4)),
        "mgx-ai-us-west-2-postgres-2-primary",
    }
    hosts = {inputs(r)["name"] for r in two_servers.of_type("aws:route53/record:Record") if "-postgres-2-" in r.name}
    assert {"server-2-db-primary.internal", "server-2-db-replica-4.internal"} <= hosts


def test_a_second_server_reaches_the_first_to_copy_from_it(two_servers: ResourceGraph) -> None:
    """Guards the move of a shard: the new server subscribes to the old one, and security groups let nothing else out."""
    rule = "mgx-ai-us-east-1-postgres-2-from-server-1"
    out = two_servers.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", rule)
    into = two_servers.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule)
    first = "mgx-ai-us-east-1-postgres-access"
    assert (out.inputs["fromPort"], into.inputs["toPort"]) == (5432, 5432)
    assert first in waits_for(out, "referencedSecurityGroupId")
    assert first in waits_for(into, "securityGroupId")


def test_a_shard_is_made_on_its_new_server_before_it_is_served_there(two_servers: ResourceGraph) -> None:
    """Guards the copy's target, and the original that stays until the cutover."""
    for shard in (60, 61):
        assert f"'mgx_ai_s{shard:03}'" in script(two_servers, 1)
        assert f"'mgx_ai_s{shard:03}'" in script(two_servers, 2)
    assert "'mgx_ai_s062'" not in script(two_servers, 1)
    assert "'mgx_ai_s062'" in script(two_servers, 2)
