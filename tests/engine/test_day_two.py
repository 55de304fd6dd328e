"""One stack of the last phase lives on: a service more, a database server more, new passwords, and its end."""

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
from tests.engine.engine import EngineError, Workspace
from tests.engine.standin import Cloud
from tests.engine.standin.cloud import DELETION_PROTECTION
from tests.engine.test_steps import STATEFUL

STACK = "long-lived"
EAST, WEST = "us-east-1", "us-west-2"
SERVICE = {"image_tag": "1.0.0", "share_percent": 12, "port": 8080, "path": "/tasks"}
MOVE = {"shards": [62, 63], "to": 2, "caught_up": None, "cut_over": False}
MOVED = {**MOVE, "caught_up": "2026-11-24T10:00Z", "cut_over": True}

pytestmark = pytest.mark.xdist_group("day-two")


@dataclass
class Days:
    """The state after each step, what the engine said of it, and what was deleted when."""

    states: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # resources by name and type
    said: dict[str, list[str]] = field(default_factory=dict)  # lines, in their order
    deleted: dict[str, list[str]] = field(default_factory=dict)
    refused: str = ""
    left: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def days(story: tuple[Workspace, Cloud], tmp_path_factory: pytest.TempPathFactory) -> Days:
    """Phase 3 with one service; then with another one and a second server; cut over and rotated; torn down."""
    (workspace, cloud), folder, seen = story, tmp_path_factory.mktemp("days"), Days()
    workspace.init(STACK)
    steps: dict[str, dict[str, Any]] = {
        "first": {"services": {}, "servers": 1, "moves": [], "epoch": 1},
        "grown": {"services": {"task": SERVICE}, "servers": 2, "moves": [MOVE], "epoch": 1},
        "rotated": {"services": {"task": SERVICE}, "servers": 2, "moves": [MOVED], "epoch": 2},
    }
    for step, changes in steps.items():
        seen.said[step] = workspace.up(STACK, *_config(workspace, folder, **changes)).splitlines()
        seen.states[step] = _resources(workspace.export(STACK))
        seen.deleted[step] = [thing.urn for thing in cloud.deleted]
    _tear_down(workspace, cloud, seen)
    return seen


def _tear_down(workspace: Workspace, cloud: Cloud, seen: Days) -> None:
    """As the how-to says: refused as long as anything is protected; then Pulumi's protection off, and the services'."""
    destroy = ("destroy", "--yes", "--non-interactive", "--color", "never", "--stack", STACK)
    with pytest.raises(EngineError) as refused:
        workspace.run(*destroy)
    seen.refused, seen.deleted["refused"] = str(refused.value), [thing.urn for thing in cloud.deleted]
    workspace.run("state", "unprotect", "--all", "--yes", "--stack", STACK)
    for thing in list(cloud.things.values()):
        if key := DELETION_PROTECTION.get(thing.token):
            off = {key: False}
            cloud.update(replace(thing, inputs={**thing.inputs, **off}, outputs={**thing.outputs, **off}))
    workspace.run("refresh", "--yes", "--skip-preview", "--color", "never", "--stack", STACK)
    seen.said["torn down"] = workspace.run(*destroy).splitlines()
    seen.left = [thing.urn for thing in cloud.things.values()]


def _config(
    workspace: Workspace, folder: Path, *, services: Any, servers: int, moves: Any, epoch: int
) -> tuple[str, str]:
    """What `ramp generate` writes for phase 3 from settings with these changes."""
    settings = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    settings["app"]["services"] = services
    settings["shards"] |= {"servers": servers, "moves": moves}
    settings["database"]["password_epoch"] = settings["queue"]["password_epoch"] = epoch
    settings["cdn"]["origin_key_epoch"] = epoch
    path = folder / "settings.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    derived = derive(read(own_roadmap()), load_settings(path))[-1:]
    write_all(render_all(derived, own_roadmap(), path, workspace.project))
    return "--config-file", f"Pulumi.{derived[0].config.name}.yaml"


def _resources(export: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = export["deployment"]["resources"]
    return {_key(each["type"], each["urn"].rsplit("::", 1)[1]): each for each in resources}


def _key(token: str, name: str) -> str:
    """Such as "aws mgx-ai-us-east-1-eks Cluster": two packages may have a type, and resources of it, by one name."""
    return f"{token.split(':')[0]} {name} {token.rsplit(':', 1)[-1]}"


def _done(lines: list[str], name: str, *, last: bool = False) -> int:
    """Which line says that the resource was created, updated, replaced or deleted; of several the first."""
    words = ("created", "updated", "replaced", "deleted")
    found = [n for n, line in enumerate(lines) if f" {name} " in line and any(f" {word} " in line for word in words)]
    assert found, name
    return found[-1] if last else found[0]


@pytest.mark.parametrize("step", ["grown", "rotated"])
def test_what_holds_data_keeps_its_identity(step: str, days: Days) -> None:
    """Guards every day's work: nothing of it may replace a database, a cache, a key or a volume."""
    first = {key: each["id"] for key, each in days.states["first"].items() if each["type"] in STATEFUL and "id" in each}
    assert first
    assert {key: days.states[step][key]["id"] for key in first} == first
    assert [urn for urn in days.deleted[step] if urn.split("::")[2].split("$")[-1] in STATEFUL] == []


@pytest.mark.parametrize("region", [EAST, WEST])
def test_a_service_that_is_added_has_everything_of_its_own_in_each_region(region: str, days: Days) -> None:
    """Guards the how-to: Deployment, autoscaler, identity, repository, and a smaller share for the main service."""
    before, after = days.states["first"], days.states["grown"]
    for package, own in (
        ("kubernetes", "task-deployment Deployment"),
        ("kubernetes", "task-hpa HorizontalPodAutoscaler"),
        ("aws", "task-pods PodIdentityAssociation"),
        ("aws", "registry-task Repository"),
    ):
        assert f"{package} mgx-ai-{region}-{own}" not in before
        assert f"{package} mgx-ai-{region}-{own}" in after
    main = f"kubernetes mgx-ai-{region}-mgx-api-deployment Deployment"
    memory = [_memory_mib(state[main]) for state in (before, after)]
    assert memory[1] < memory[0]


@pytest.mark.parametrize("region", [EAST, WEST])
def test_a_server_that_is_added_takes_shards_only_once_they_are_cut_over(region: str, days: Days) -> None:
    """Guards rows that would be written to an empty copy: the poolers route to the new server at the cutover alone."""
    routes = [
        days.states[step][f"kubernetes mgx-ai-{region}-pooler-configuration ConfigMap"]
        for step in ("first", "grown", "rotated")
    ]
    host = days.states["grown"][f"aws mgx-ai-{region}-postgres-2-primary Instance"]["outputs"]["address"]
    assert [host in str(each["inputs"]["data"]) for each in routes] == [False, False, True]


def test_a_rotation_changes_the_login_that_rests_and_leaves_the_one_in_use(days: Days) -> None:
    """Guards the pods that still run with the other one."""
    before, after = days.states["grown"], days.states["rotated"]
    for login in ("edge-logins", "edge-monitoring-logins", "edge-origin", f"{EAST}-queue-application"):
        passwords = [f"random mgx-ai-{login}-{turn} RandomPassword" for turn in "ab"]
        assert [before[each]["inputs"] != after[each]["inputs"] for each in passwords] == [False, True], login


def test_a_rotation_tells_whoever_asks_for_the_password_before_whoever_gives_it(days: Days) -> None:
    """Guards users and pods that would be refused in between: rules before the CDN, the database before the pods."""
    said = days.said["rotated"]
    for region in (EAST, WEST):
        assert _done(said, f"mgx-ai-{region}-guard-key") < _done(said, "mgx-ai-edge-cdn-distribution")
    job = _done(said, f"mgx-ai-{EAST}-database-roles-1-job")
    assert _done(said, f"mgx-ai-{EAST}-postgres-primary") < job
    for service in ("mgx-api", "task"):
        assert job < _done(said, f"mgx-ai-{EAST}-{service}-deployment")


def test_a_tear_down_is_refused_before_anything_goes(days: Days) -> None:
    """Guards the command that somebody runs in the wrong window."""
    assert "cannot be deleted" in days.refused
    assert days.deleted["refused"] == days.deleted["rotated"]


def test_a_tear_down_leaves_nothing_once_each_protection_is_off(days: Days) -> None:
    """Guards the way of the how-to, to its end, and its order: pods before what they run on."""
    assert days.left == []
    said = days.said["torn down"]
    for region in (EAST, WEST):
        pods, nodes = _done(said, f"mgx-ai-{region}-mgx-api-deployment"), _done(said, f"mgx-ai-{region}-app-pool")
        assert pods < nodes < _done(said, f"mgx-ai-{region}-eks")
        assert _done(said, f"mgx-ai-{region}-eks") < _done(
            said, f"mgx-ai-{region}-node-amazoneksworkernodeminimalpolicy"
        )


def _memory_mib(deployment: dict[str, Any]) -> int:
    (container,) = deployment["inputs"]["spec"]["template"]["spec"]["containers"]
    return int(container["resources"]["requests"]["memory"].removesuffix("Mi"))
