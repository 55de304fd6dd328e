"""What an operator must not do after a step was killed, or to go back: each costs what docs/how-to says that it costs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.engine import EngineError, Workspace, kill
from tests.engine.standin import Cloud

PROGRAM = Path(__file__).parent / "fixtures" / "program"
STACK = "killed"
VPC, INSTANCE = "aws:ec2/vpc:Vpc", "aws:rds/instance:Instance"


def _killed(work: Workspace, cloud: Cloud) -> tuple[str, str]:
    """Kills an update when the network exists and the engine hasn't heard of it; returns its URN and its id."""
    work.init(STACK)
    cloud.hang_next(VPC, done=True)
    running = work.start_up(STACK)
    assert cloud.hanging.wait(timeout=120), "the update never came to the network"
    work.settle(STACK)
    kill(running)
    cloud.released.set()
    work.run("cancel", "--yes", STACK)
    (network,) = cloud.find(VPC)
    return network.urn, network.id


def test_an_update_right_after_the_cancel_makes_a_second_network(
    workspace: Callable[[Path], Workspace], cloud: Cloud
) -> None:
    """Guards the warning of the how-to: the first one costs money that no state explains."""
    work = workspace(PROGRAM)
    _, lost = _killed(work, cloud)
    assert "pending" in work.up(STACK)
    assert len(cloud.find(VPC)) == 2
    assert lost not in {resource.get("id") for resource in work.export(STACK)["deployment"]["resources"]}


def test_a_refresh_that_imports_what_is_pending_imports_nothing_below_a_component(
    workspace: Callable[[Path], Workspace], cloud: Cloud
) -> None:
    """Guards the warning of the how-to; should Pulumi learn it, the way of the how-to becomes shorter."""
    work = workspace(PROGRAM)
    urn, lost = _killed(work, cloud)
    work.run(
        "refresh",
        "--yes",
        "--skip-preview",
        "--stack",
        STACK,
        "--import-pending-creates",
        urn,
        "--import-pending-creates",
        lost,
    )
    work.up(STACK)
    assert len(cloud.find(VPC)) == 2


def test_without_a_preview_the_way_back_deletes_what_is_not_protected(
    workspace: Callable[[Path], Workspace], cloud: Cloud
) -> None:
    """Guards the warning of the how-tos: the engine comes to what is protected only after all else is gone."""
    work = workspace(PROGRAM)
    work.init(STACK)
    work.run("config", "set", "replicas", "1", "--stack", STACK)
    work.up(STACK)
    assert len(cloud.find(INSTANCE)) == 2
    work.run("config", "set", "dropDatabase", "true", "--stack", STACK)
    with pytest.raises(EngineError, match="cannot be deleted"):
        work.up(STACK, preview_first=True)
    assert len(cloud.find(INSTANCE)) == 2
    with pytest.raises(EngineError, match="cannot be deleted"):
        work.up(STACK)
    assert [thing.name for thing in cloud.find(INSTANCE)] == ["app-primary"]
