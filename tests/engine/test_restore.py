"""A restored database takes the place of the one that the state knows, as the how-to says."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.engine.engine import Workspace
from tests.engine.standin import Cloud
from tests.engine.standin.cloud import Thing
from tests.engine.standin.wire import reveal

PROGRAM = Path(__file__).parent / "fixtures" / "program"
STACK = "restored"
INSTANCE = "aws:rds/instance:Instance"
NEW = "db-0123456789ABCDEF0123456789"


def _named(cloud: Cloud, identifier: str) -> Thing:
    (found,) = [thing for thing in cloud.find(INSTANCE) if reveal(thing.inputs)["identifier"] == identifier]
    return found


def _primary(work: Workspace) -> tuple[str, str]:
    """The id by which the state knows the primary, and the name that it has there."""
    resources = work.export(STACK)["deployment"]["resources"]
    (primary,) = [each for each in resources if each["type"] == INSTANCE and each["urn"].endswith("-primary")]
    return primary["id"], primary["outputs"]["identifier"]


def _restore(cloud: Cloud) -> tuple[str, str]:
    """Restores the primary beside itself and swaps their names; its replica is deleted. Returns both ids."""
    old, replica = _named(cloud, "app-primary"), _named(cloud, "app-replica-1")
    cloud.delete(replica.scope, INSTANCE, replica.id)
    restored = replace(old, id=NEW, outputs={**old.outputs, "id": NEW, "resourceId": NEW})
    renamed = {"identifier": "app-lost"}
    cloud.update(replace(old, name="app-lost", inputs={**old.inputs, **renamed}, outputs={**old.outputs, **renamed}))
    cloud.create(restored)
    return old.id, restored.id


def test_a_restored_database_takes_the_place_of_the_lost_one(
    workspace: Callable[[Path], Workspace], cloud: Cloud
) -> None:
    """Guards the worst day: the program must go on with the restored one, and replace or delete neither of the two."""
    work = workspace(PROGRAM)
    work.init(STACK)
    work.run("config", "set", "replicas", "1", "--stack", STACK)
    work.up(STACK)
    old, new = _restore(cloud)

    state = work.folder / "state.json"
    work.run("stack", "export", "--stack", STACK, "--file", str(state))
    state.write_text(state.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    work.run("stack", "import", "--stack", STACK, "--file", str(state))
    work.run("refresh", "--yes", "--skip-preview", "--stack", STACK)
    assert _primary(work) == (new, "app-primary")

    work.up(STACK)
    assert {thing.id for thing in cloud.find(INSTANCE)} >= {old, new}
    assert reveal(_named(cloud, "app-replica-1").inputs)["replicateSourceDb"].endswith(":app-primary")
    assert [step["op"] for step in work.preview(STACK)["steps"] if step["op"] != "same"] == []


def test_by_its_name_alone_the_state_follows_the_lost_one(workspace: Callable[[Path], Workspace], cloud: Cloud) -> None:
    """Guards the how-to's second step, which looks as if it could be left out."""
    work = workspace(PROGRAM)
    work.init(STACK)
    work.run("config", "set", "replicas", "1", "--stack", STACK)
    work.up(STACK)
    old, _ = _restore(cloud)
    work.run("refresh", "--yes", "--skip-preview", "--stack", STACK)
    assert _primary(work) == (old, "app-lost")
