"""A database that exists is taken over by a component, and then runs under it, as the how-to says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.diff.state import State
from infra.graph.urn import without_stack
from tests.engine.engine import Workspace
from tests.engine.standin import Cloud
from tests.engine.standin.cloud import Thing

PROGRAM = Path(__file__).parent / "fixtures" / "adopt"
INSTANCE = "aws:rds/instance:Instance"
STACK = "adopted"


def _operations(preview: dict[str, Any]) -> dict[str, str]:
    return {without_stack(step["urn"]): step["op"] for step in preview["steps"] if INSTANCE in step["urn"]}


def _about_to_adopt(work: Workspace, cloud: Cloud) -> tuple[Workspace, Thing]:
    """A database that was made by hand, and a stack of another program that is told to take it over."""
    work.init("by-hand")
    work.up("by-hand")
    (there,) = cloud.find(INSTANCE)
    work.init(STACK)
    work.run("config", "set", "adopt", there.id, "--stack", STACK)
    return work, there


def test_a_component_takes_a_database_over_and_changes_it_in_place(
    workspace: Callable[[Path], Workspace], cloud: Cloud
) -> None:
    """Guards the one thing that must not happen to a database on the way under the program: a second one is made."""
    work, there = _about_to_adopt(workspace(PROGRAM), cloud)
    assert list(_operations(work.preview(STACK)).values()) == ["import"]
    work.up(STACK)
    (adopted,) = cloud.find(INSTANCE)
    assert adopted.id == there.id
    assert adopted.inputs["instanceClass"] == "db.m7g.xlarge"

    work.run("config", "rm", "adopt", "--stack", STACK)
    assert list(_operations(work.preview(STACK)).values()) == ["update"]
    work.up(STACK)
    (changed,) = cloud.find(INSTANCE)
    assert (changed.id, changed.inputs["instanceClass"]) == (there.id, "db.m7g.2xlarge")
    assert changed.inputs["deletionProtection"] is True
    database = State(work.export(STACK)).graph.one(INSTANCE)
    assert database.protect and database.name == "database-primary"
    assert cloud.deleted == []


def test_what_is_not_left_as_it_is_changes_right_after_the_import(
    workspace: Callable[[Path], Workspace], cloud: Cloud
) -> None:
    """Guards the how-to's list: what is missing from it is no refusal but a change, of a password at once."""
    work, there = _about_to_adopt(workspace(PROGRAM), cloud)
    work.run("config", "set", "resize", "true", "--stack", STACK)
    assert [step["op"] for step in work.preview(STACK)["steps"] if INSTANCE in step["urn"]] == ["import", "update"]
    work.up(STACK)
    (changed,) = cloud.find(INSTANCE)
    assert (changed.id, changed.inputs["instanceClass"]) == (there.id, "db.m7g.2xlarge")
