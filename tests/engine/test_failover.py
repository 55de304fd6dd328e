"""A region fails, another one takes over, and the first one takes over again, on the real engine."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.derive import derive
from infra.project import SETTINGS, own_roadmap
from infra.render import render_all, write_all
from infra.roadmap import read
from infra.settings import load_settings
from tests.automation import Automation
from tests.engine.engine import EngineError, Workspace
from tests.engine.standin import Cloud
from tests.engine.standin.wire import reveal
from tests.engine.test_steps import STATEFUL

STACK = "long-lived"
EAST, WEST = "us-east-1", "us-west-2"
INSTANCE = "aws:rds/instance:Instance"
DATA = {*STATEFUL, "aws:backup/vault:Vault", "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup"}
FORMER = {
    f"mgx-ai-{EAST}-postgres-primary",
    *(f"mgx-ai-{EAST}-postgres-replica-{number}" for number in range(1, 5)),
    f"mgx-ai-{WEST}-postgres-primary",
    *(f"mgx-ai-{WEST}-postgres-replica-{number}" for number in range(1, 5)),
}
"""What led once, with the replicas that it had."""
THERE = [{"to": "US-West", "servers": 1, "former": "keep"}]
AND_BACK = [*THERE, {"to": "US-East", "servers": 1, "former": "keep"}]
REMOVED = [{**take_over, "former": "remove"} for take_over in AND_BACK]

pytestmark = pytest.mark.xdist_group("failover")


@dataclass
class Journey:
    """What the engine learnt and left at each step, and what the cloud was told to delete."""

    runbooks: dict[str, dict[str, str]] = field(default_factory=dict)
    refreshed: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    again: dict[str, Any] = field(default_factory=dict)
    databases: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    refused: str = ""
    removed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def journey(story: tuple[Workspace, Cloud], tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """Phase 3; the west takes over; the east takes over again."""
    (workspace, cloud), folder, seen = story, tmp_path_factory.mktemp("failover"), Journey()
    workspace.init(STACK)
    workspace.up(STACK, *_config(workspace, folder, []))
    seen.ids["before"] = _ids(workspace.export(STACK))
    steps = {"there": (WEST, THERE, []), "back": (EAST, AND_BACK, THERE)}
    for step, (region, take_overs, before) in steps.items():
        seen.runbooks[step] = _take_over(cloud, region)
        seen.refreshed[step] = workspace.run(
            "refresh", "--yes", "--skip-preview", "--color", "never", "--stack", STACK,
            *_config(workspace, folder, before),
        )  # fmt: skip
        workspace.up(STACK, *_config(workspace, folder, take_overs))
        export = workspace.export(STACK)
        seen.ids[step], seen.databases[step] = _ids(export), _databases(export)
    seen.again = workspace.preview(STACK, *_config(workspace, folder, AND_BACK))
    seen.deleted = [thing.token for thing in cloud.deleted]
    _remove_former(workspace, cloud, folder, seen)
    return seen


def _remove_former(workspace: Workspace, cloud: Cloud, folder: Path, seen: Journey) -> None:
    """Lets what led before go, as the how-to has it: unprotected, its deletion protection off, refreshed."""
    config, before = _config(workspace, folder, REMOVED), len(cloud.deleted)
    with pytest.raises(EngineError) as refused:
        workspace.up(STACK, *config, preview_first=True)
    seen.refused = str(refused.value)
    for thing in cloud.find(INSTANCE):
        if thing.urn.rsplit("::", 1)[1] in FORMER:
            workspace.run("state", "unprotect", thing.urn, "--yes", "--stack", STACK)
            off = {"deletionProtection": False}
            cloud.update(replace(thing, inputs={**thing.inputs, **off}, outputs={**thing.outputs, **off}))
    workspace.run("refresh", "--yes", "--skip-preview", "--color", "never", "--stack", STACK)
    workspace.up(STACK, *config, preview_first=True)
    seen.removed = [thing.urn.rsplit("::", 1)[1] for thing in cloud.deleted[before:] if _holds_data(thing.urn)]


def _take_over(cloud: Cloud, region: str) -> dict[str, str]:
    """Runs the runbook that stands in the region, as its role: the cloud has its databases promoted and its cache lead."""
    (document,) = [thing for thing in cloud.find("aws:ssm/document:Document") if thing.scope == region]
    (policy,) = [
        thing
        for thing in cloud.find("aws:iam/rolePolicy:RolePolicy")
        if thing.urn.endswith(f"::mgx-ai-{region}-take-over")
    ]
    runbook = Automation(
        document=reveal(document.inputs)["content"],
        policy=reveal(policy.inputs)["policy"],
        region=region,
        answer=lambda service, operation, given: _answer(cloud, region, operation, given),
    )
    return runbook.run("outage")


def _answer(cloud: Cloud, region: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
    match operation:
        case "PromoteReadReplica":
            cloud.promote(given["DBInstanceIdentifier"])
        case "FailoverGlobalReplicationGroup":
            cloud.lead(given["PrimaryReplicationGroupId"])
        case "DescribeDBInstances":
            (instance,) = [
                reveal(thing.inputs)
                for thing in cloud.find(INSTANCE, given["DBInstanceIdentifier"])
                if thing.scope == region
            ]
            source = instance.get("replicateSourceDb")
            follows = {"ReadReplicaSourceDBInstanceIdentifier": source} if source else {}
            return {"DBInstances": [{"DBInstanceStatus": "available", **follows}]}
        case "DescribeGlobalReplicationGroups":
            (datastore,) = cloud.find("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup")
            leader = datastore.outputs["primaryReplicationGroupId"]
            members = [{"ReplicationGroupId": leader, "Role": "PRIMARY"}]
            return {"GlobalReplicationGroups": [{"Status": "available", "Members": members}]}
        case "GetMetricStatistics":
            return {"Datapoints": []}
    return {}


def _config(workspace: Workspace, folder: Path, take_overs: list[dict[str, Any]]) -> tuple[str, str]:
    """What `ramp generate` writes for phase 3 after these take-overs; one service, to be quick."""
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    settings["regions"]["take_overs"] = take_overs
    settings["app"]["services"] = {}
    path = folder / "settings.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    derived = derive(read(own_roadmap()), load_settings(path))[-1:]
    write_all(render_all(derived, own_roadmap(), path, workspace.project))
    return "--config-file", f"Pulumi.{derived[0].config.name}.yaml"


def _ids(export: dict[str, Any]) -> dict[str, str]:
    return {resource["urn"]: resource["id"] for resource in export["deployment"]["resources"] if resource.get("id")}


def _databases(export: dict[str, Any]) -> dict[str, Any]:
    resources = export["deployment"]["resources"]
    return {each["urn"].rsplit("::", 1)[1]: each["inputs"] for each in resources if each["type"] == INSTANCE}


def _holds_data(urn: str) -> bool:
    return urn.split("::")[2].split("$")[-1] in DATA


@pytest.mark.parametrize("step", ["there", "back"])
def test_the_runbook_of_the_region_that_takes_over_ends_well(step: str, journey: Journey) -> None:
    """Guards its names and its policy: those of the region's own database, of whichever generation, and of its cache."""
    seen = journey.runbooks[step]
    assert {name: outcome for name, outcome in seen.items() if outcome.startswith("failed")} == {}
    assert list(seen)[-1] == "CheckCache"


@pytest.mark.parametrize("step", ["there", "back"])
def test_a_refresh_learns_of_the_promotion(step: str, journey: Journey) -> None:
    """Guards the order of the how-to: without it the engine would try to make a replica of what leads."""
    assert "1 updated" in journey.refreshed[step] or "2 updated" in journey.refreshed[step]


@pytest.mark.parametrize("step", ["there", "back"])
def test_what_holds_data_keeps_its_identity(step: str, journey: Journey) -> None:
    """Guards the former primary, its replicas and the datastore: none may go because another region leads."""
    first = {urn: resource_id for urn, resource_id in journey.ids["before"].items() if _holds_data(urn)}
    assert first
    assert {urn: journey.ids[step].get(urn) for urn in first} == first


def test_nothing_that_holds_data_was_deleted_on_the_whole_way(journey: Journey) -> None:
    """Also not behind the engine's back."""
    assert DATA.intersection(journey.deleted) == set()


def test_what_led_is_kept_and_a_new_generation_follows(journey: Journey) -> None:
    """Guards what RDS can't do: make a replica of an instance that led."""
    there, back = journey.databases["there"], journey.databases["back"]
    east, west = f"mgx-ai-{EAST}-postgres", f"mgx-ai-{WEST}-postgres"
    assert "replicateSourceDb" not in there[f"{west}-primary"]
    assert "replicateSourceDb" not in there[f"{east}-primary"]
    assert f":{WEST}:" in there[f"{east}-g2-primary"]["replicateSourceDb"]
    assert "replicateSourceDb" not in back[f"{east}-g2-primary"]
    assert f":{EAST}:" in back[f"{west}-g2-primary"]["replicateSourceDb"]
    assert {f"{west}-replica-1", f"{east}-g2-replica-1"} <= back.keys()


def test_after_the_way_back_there_is_nothing_left_to_do(journey: Journey) -> None:
    """Guards against a change that each run would make again."""
    assert [(step["op"], step["urn"]) for step in journey.again["steps"] if step["op"] != "same"] == []


def test_what_led_before_goes_only_on_purpose_and_nothing_else_with_it(journey: Journey) -> None:
    """Guards the end of the how-to: refused as long as it is protected; then replicas first, and no successor."""
    assert "cannot be deleted" in journey.refused
    assert set(journey.removed) == FORMER
    for region in (EAST, WEST):
        mine = [name for name in journey.removed if f"-{region}-" in name]
        assert mine[-1] == f"mgx-ai-{region}-postgres-primary"
