"""The steps between the committed phases, and mistakes in a config that would cost data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infra.config import PhaseConfig, load_file
from infra.diff.compare import compare
from infra.diff.danger import dangers
from infra.diff.order import order
from infra.diff.quotas import needed, rising
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.project import stack_file

PhaseGraph = Callable[[str], ResourceGraph]
STEPS = [("baseline", "phase1"), ("phase1", "phase2"), ("phase2", "phase3")]


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_a_phase_grows_in_place(old: str, new: str, phase_graph: PhaseGraph) -> None:
    """The promise: no step replaces, deletes or endangers anything that holds data."""
    before, after = phase_graph(old), phase_graph(new)
    changes = compare(before, after)
    assert changes
    assert dangers(before, after, changes) == ()
    assert [c.key for c in changes if c.holds and c.action in ("replace", "delete")] == []


def test_a_phase_and_itself_differ_in_nothing(phase_graph: PhaseGraph) -> None:
    """Guards against a comparison that depends on the stack's name or on the run."""
    again = plan_config(load_file(stack_file("phase2")), stack="another")
    assert compare(phase_graph("phase2"), again) == ()


def test_going_back_is_dangerous(phase_graph: PhaseGraph) -> None:
    """Guards the way back: the standby's databases and the keys of a region would go."""
    before, after = phase_graph("phase3"), phase_graph("phase2")
    found = {danger.key.rpartition("::")[2] for danger in dangers(before, after, compare(before, after))}
    assert {"mgx-ai-us-west-2-postgres-primary", "mgx-ai-us-west-2-network-vpc"} <= found


def changed(phase: str, **values: Any) -> PhaseConfig:
    """A phase's config with other values, by path (`database__port`)."""
    data = load_file(stack_file(phase)).model_dump(mode="json")
    for path, value in values.items():
        *above, last = path.split("__")
        place = data
        for part in above:
            place = place[part]
        place[last] = value
    return PhaseConfig.model_validate_json(json.dumps(data))


@pytest.mark.parametrize(
    ("values", "resource", "because"),
    [
        ({"database__database_name": "other"}, "mgx-ai-us-east-1-postgres-primary", "dbName"),
        ({"cache__port": 6390}, "mgx-ai-us-east-1-cache-group", "port"),
        ({"queue__storage_gib": 999}, "mgx-ai-us-east-1-queue-nodes", "volumeClaimTemplates"),
    ],
)
def test_a_value_that_can_never_change_is_caught(
    values: dict[str, Any], resource: str, because: str, phase_graph: PhaseGraph
) -> None:
    """Guards each of the values whose change can't be made in place, whether the program asks for it or holds it back."""
    before, after = phase_graph("phase1"), plan_config(changed("phase1", **values))
    found = [d for d in dangers(before, after, compare(before, after)) if d.key.endswith(f"::{resource}")]
    assert len(found) == 1 and because in found[0].what


def test_another_network_takes_everything_along_that_hangs_on_it(phase_graph: PhaseGraph) -> None:
    """Guards against a VPC that is shown as one replacement: its subnets, and what has to be in them, go with it."""
    config = load_file(stack_file("phase1"))
    moved = changed("phase1", **{f"regions__{config.active_region}__cidr": "10.200.0.0/16"})
    changes = compare(phase_graph("phase1"), plan_config(moved))
    replaced = {c.resource.type for c in changes if c.action == "replace"}
    assert {
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/routeTable:RouteTable",
        "aws:lb/targetGroup:TargetGroup",
    } <= replaced
    subnets = [c for c in changes if c.resource.type == "aws:ec2/subnet:Subnet"]
    assert len(subnets) == len(phase_graph("phase1").of_type("aws:ec2/subnet:Subnet"))
    assert {c.action for c in subnets} == {"replace"}


def test_another_key_of_the_database_is_caught(phase_graph: PhaseGraph) -> None:
    """Guards `kmsKeyId`, which is unknown before and after: a key that is replaced drags the database with it."""
    before = phase_graph("phase1")
    key = next(
        urn for urn in before.one("aws:rds/instance:Instance").property_dependencies["kmsKeyId"] if "kms/key" in urn
    )
    other = replace(before[key], inputs={**before[key].inputs, "multiRegion": True})
    after = ResourceGraph([other if resource.urn == key else resource for resource in before])
    found = {danger.key.rpartition("::")[2]: danger.what for danger in dangers(before, after, compare(before, after))}
    assert found["mgx-ai-us-east-1-postgres-primary"].startswith("replaced because of kmsKeyId")


def test_the_order_of_the_steps_names_what_the_engine_cant_do(phase_graph: PhaseGraph) -> None:
    """Guards against a plan that is silent about a failover, a window, or a quota that takes days to be raised."""
    before, after = phase_graph("phase2"), phase_graph("phase3")
    actions = order(compare(before, after), rising(before, after))
    assert [a.when for a in actions] == sorted((a.when for a in actions), key=("before", "with", "after").index)
    told = [action.what for action in actions]
    assert any("raise the quota “Running On-Demand Standard instances” in us-west-2" in what for what in told)
    assert "resize the read replicas before their primary" in told
    assert any(what.startswith("run the step shortly before the maintenance window") for what in told)
    assert "rehearse the failover before counting on it" in told
    failover = next(a for a in actions if a.what.startswith("expect one failover"))
    assert failover.duration.startswith("60–120 s")


def test_a_registrys_rules_are_not_replaced_unseen_and_its_images_reach_the_second_region(
    phase_graph: PhaseGraph,
) -> None:
    """Guards another application's images, which would reach no second region any more, and a standby without images."""
    before, after = phase_graph("phase2"), phase_graph("phase3")
    told = {action.when: action.what for action in order(compare(before, after), ()) if "registry" in action.what}
    assert told.keys() == {"before", "with"}
    assert "aws ecr describe-registry" in told["before"] and "registry.replicates_too" in told["before"]
    assert "push the images that run" in told["with"]


def test_what_a_bucket_held_before_its_copy_is_copied_by_hand(phase_graph: PhaseGraph) -> None:
    """Guards the assets of the phases before: S3 copies only what is written once there is a replication."""
    told = {}
    for old, new in (("phase1", "phase2"), ("phase2", "phase3")):
        before, after = phase_graph(old), phase_graph(new)
        told[new] = [action.when for action in order(compare(before, after), ()) if "aws s3 sync" in action.what]
    assert told == {"phase2": [], "phase3": ["after"]}


def test_queues_of_one_node_are_let_onto_the_second_by_hand(phase_graph: PhaseGraph) -> None:
    """Guards messages that would stay on one volume: RabbitMQ grows no queue from one member to two by itself."""
    told = {}
    for old, new in STEPS:
        before, after = phase_graph(old), phase_graph(new)
        grown = [action for action in order(compare(before, after), ()) if "rabbitmq-queues grow" in action.what]
        told[new] = [(action.when, action.what.rpartition(" run ")[2]) for action in grown]
    second = "rabbit@rabbitmq-1.rabbitmq-nodes.mgx-ai.svc.cluster.local"
    assert told == {"phase1": [("after", f"`rabbitmq-queues grow {second} all`")], "phase2": [], "phase3": []}


def test_a_step_asks_only_for_quotas_that_it_needs_more_of(phase_graph: PhaseGraph) -> None:
    """Guards against quotas that are asked for again at every run, and on the way back."""
    small, large = phase_graph("phase2"), phase_graph("phase3")
    assert [(row.where, row.needed) for row in rising(small, large)] == [("us-east-1", 624), ("us-west-2", 624)]
    assert rising(large, large) == rising(large, small) == ()


def test_quotas_are_counted_where_they_apply(phase_graph: PhaseGraph) -> None:
    """Guards the one quota that every account is short of, by region, as the node pools' limits say."""
    graph = phase_graph("phase3")
    limits: dict[str, int] = {}
    for pool in graph.of_type("kubernetes:karpenter.sh/v1:NodePool"):
        region = "us-east-1" if "us-east-1" in pool.name else "us-west-2"
        limits[region] = limits.get(region, 0) + int(pool.inputs["spec"]["limits"]["cpu"])  # type: ignore[index]
    found = {row.where: row.needed for row in needed(graph) if row.code == "ec2/L-1216C47A"}
    assert found == limits
