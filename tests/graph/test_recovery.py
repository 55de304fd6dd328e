"""Backups, runbooks and take-overs in the plans."""

import json
from typing import Any

import pytest

from infra.config import PhaseConfig, load_file
from infra.config.leadership import TakeOverConfig, generation, kept, mistakes
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.project import stack_file
from tests.graph.reading import inputs, waits_for
from tests.graph.test_failover import WEST_LEADS

PHASES = ("baseline", "phase1", "phase2", "phase3")
EAST, WEST = "us-east-1", "us-west-2"
INSTANCE = "aws:rds/instance:Instance"
PLAN, VAULT = "aws:backup/plan:Plan", "aws:backup/vault:Vault"


def after(*take_overs: TakeOverConfig) -> PhaseConfig:
    """Phase 3 after the take-overs, checked as a file of it would be."""
    config = load_file(stack_file("phase3"))
    update = {**WEST_LEADS, "take_overs": take_overs}
    if take_overs[-1].region == EAST:
        update |= {"active_region": EAST, "standby_regions": (WEST,)}
    return PhaseConfig.model_validate(config.model_copy(update=update).model_dump())


@pytest.fixture(scope="module")
def taken_over() -> ResourceGraph:
    return plan_config(after(*WEST_LEADS["take_overs"]))


@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_backs_its_databases_up_each_day_into_a_locked_vault(phase_graph: Any, phase: str) -> None:
    """Guards against backups that go with the instance, or that whoever deletes it can delete too."""
    graph: ResourceGraph = phase_graph(phase)
    (rule,) = inputs(graph.one(PLAN, f"mgx-ai-{EAST}-backup-plan"))["rules"]
    assert (rule["schedule"], rule["lifecycle"]["deleteAfter"]) == ("cron(30 8 * * ? *)", 35)
    selection = graph.one("aws:backup/selection:Selection", f"mgx-ai-{EAST}-backup-databases")
    assert waits_for(selection, "resources") == {f"mgx-ai-{EAST}-postgres-primary"}
    vault = graph.one(VAULT, f"mgx-ai-{EAST}-backups-vault")
    assert vault.protect
    assert waits_for(vault, "kmsKeyArn") == {f"mgx-ai-{EAST}-keys-backup"}
    lock = inputs(graph.one("aws:backup/vaultLockConfiguration:VaultLockConfiguration", f"mgx-ai-{EAST}-backups-lock"))
    assert lock["minRetentionDays"] == 35
    assert "changeableForDays" not in lock


def test_a_copy_goes_to_the_standbys_vault_from_the_phase_that_has_one(phase_graph: Any) -> None:
    """Guards against a region that takes its backups with it."""
    for phase in PHASES:
        (rule,) = inputs(phase_graph(phase).one(PLAN, f"mgx-ai-{EAST}-backup-plan"))["rules"]
        assert len(rule.get("copyActions", [])) == (1 if phase == "phase3" else 0)
    graph: ResourceGraph = phase_graph("phase3")
    assert f"mgx-ai-{WEST}-backups-vault" in waits_for(graph.one(PLAN, f"mgx-ai-{EAST}-backup-plan"), "rules")
    assert graph.region_of(graph.one(VAULT, f"mgx-ai-{WEST}-backups-vault")) == WEST


def test_each_region_has_its_own_runbook_where_there_is_another(phase_graph: Any) -> None:
    """Guards the way back, and a runbook that would stand in the region that failed."""
    token = "aws:ssm/document:Document"
    for phase in PHASES[:3]:
        assert not phase_graph(phase).of_type(token)
    graph: ResourceGraph = phase_graph("phase3")
    for region in (EAST, WEST):
        document = graph.one(token, f"mgx-ai-{region}-take-over")
        assert graph.region_of(document) == region
        assert inputs(document)["documentType"] == "Automation"
        assert {f"mgx-ai-{region}-postgres-primary", f"mgx-ai-{region}-fence"} <= {
            urn.rsplit("::", 1)[1] for urn in document.dependencies
        } | waits_for(document, "content")


def test_what_led_stays_and_its_successor_follows(taken_over: ResourceGraph, phase_graph: Any) -> None:
    """Guards what RDS can't do: every instance there before is still there, and none of them is to become a replica."""
    before: ResourceGraph = phase_graph("phase3")
    now = {resource.name: resource for resource in taken_over.of_type(INSTANCE)}
    assert {resource.name for resource in before.of_type(INSTANCE)} <= now.keys()
    for region in (EAST, WEST):
        assert "replicateSourceDb" not in inputs(now[f"mgx-ai-{region}-postgres-primary"])
    follower = now[f"mgx-ai-{EAST}-postgres-g2-primary"]
    assert waits_for(follower, "replicateSourceDb") == {f"mgx-ai-{WEST}-postgres-primary"}
    assert all(resource.protect for resource in now.values())


def test_a_promoted_instance_keeps_what_it_was_born_with(taken_over: ResourceGraph) -> None:
    """Guards a replacement: a replica's state may hold no database name, and a new one replaces the instance."""
    leader = taken_over.one(INSTANCE, f"mgx-ai-{WEST}-postgres-primary")
    assert set(leader.ignore_changes) == {"engine", "dbName", "username"}


def test_the_founder_of_the_global_datastore_stays_the_founder(taken_over: ResourceGraph) -> None:
    """Guards the cache: another founder would be another datastore."""
    (datastore,) = taken_over.of_type("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup")
    assert waits_for(datastore, "primaryReplicationGroupId") == {f"mgx-ai-{EAST}-cache-group"}


def test_nothing_protected_goes_with_a_take_over(taken_over: ResourceGraph, phase_graph: Any) -> None:
    """Guards secrets, keys, buckets and vaults too: the engine would refuse the step in the middle of a recovery."""
    now = {(resource.type, resource.name) for resource in taken_over}
    assert [r.name for r in phase_graph("phase3") if r.protect and (r.type, r.name) not in now] == []


def test_a_generation_counts_how_often_a_region_lost_the_lead() -> None:
    """Guards the names of instances: one that changes is a database that is deleted."""
    there = TakeOverConfig(region=WEST, led_before=EAST, servers=1, former="remove")
    back = TakeOverConfig(region=EAST, led_before=WEST, servers=2, former="keep")
    assert [generation((), region, 1) for region in (EAST, WEST)] == [1, 1]
    assert [generation((there, back), region, 1) for region in (EAST, WEST)] == [2, 2]
    assert [generation((there, back), region, 2) for region in (EAST, WEST)] == [1, 2]
    assert [kept((there, back), region, 1) for region in (EAST, WEST)] == [(), (1,)]


def test_take_overs_that_cannot_have_been_are_refused() -> None:
    """Guards against a slip in the settings that would swap the regions' roles."""
    there = TakeOverConfig(region=WEST, led_before=EAST, servers=1, former="keep")
    assert mistakes((there,), WEST, (EAST, WEST), 1) == []
    assert mistakes((there, there), WEST, (EAST, WEST), 1) == [f"take_overs.1.led_before: {EAST}, but {WEST} led"]
    assert mistakes((there,), EAST, (EAST, WEST), 1) == [
        f"take_overs: {WEST} took over last, but active_region is {EAST}"
    ]
    many = there.model_copy(update={"servers": 3})
    assert mistakes((many,), WEST, (EAST, WEST), 1) == ["take_overs.0.servers: 3, but the database has 1"]


def test_the_runbooks_content_is_no_secret_and_names_no_failed_region(taken_over: ResourceGraph) -> None:
    """Guards the policy of the role: plain JSON once its ARNs are known."""
    role = taken_over.one("aws:iam/role:Role", f"mgx-ai-{WEST}-take-over")
    trust = json.loads(inputs(role)["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "ssm.amazonaws.com"}
