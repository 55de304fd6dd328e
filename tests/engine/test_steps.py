"""One long-lived stack grows through every phase on the real engine, and survives what goes wrong on the way."""

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from infra.config import load_file
from infra.diff.change import Change
from infra.diff.compare import compare
from infra.diff.danger import dangers
from infra.diff.state import State
from infra.graph import ResourceGraph
from infra.graph.urn import without_stack
from infra.plan import plan_config
from infra.project import stack_file
from tests.engine import plaintext
from tests.engine.engine import ROOT, EngineError, Workspace, kill
from tests.engine.preview import stacks
from tests.engine.standin import Cloud

PHASES = stacks(ROOT)
STACK = "long-lived"

# What holds data, or is what data is encrypted, named or reached by.
STATEFUL = {
    "aws:eks/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:rds/instance:Instance",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/vpc:Vpc",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:core/v1:PersistentVolumeClaim",
}
DEFAULT_PROVIDERS = ("pulumi:providers:random::default_", "pulumi:providers:tls::default_")
"""What the engine makes by itself, and a plan doesn't list."""

DATABASE = "aws:rds/instance:Instance"
CLUSTER = "aws:eks/cluster:Cluster"


@dataclass
class Journey:
    """What happened to one stack on its way through the phases."""

    states: dict[str, dict[str, Any]] = field(default_factory=dict)  # before the step to each phase
    previews: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)  # after each phase: the ids in the state, by URN
    failed_create: str = ""
    killed_state: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)  # a preview of the last phase once it is there
    export: dict[str, Any] = field(default_factory=dict)
    way_back: str = ""
    lost_on_the_way_back: set[tuple[str, str, str]] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    generated: int = 0
    marked: int = 0
    in_the_open: set[tuple[str, str]] = field(default_factory=set)  # where, and whose secret


@pytest.fixture(scope="module")
def journey(story: tuple[Workspace, Cloud]) -> Journey:
    """The journey: phase 2 meets a creation that fails, phase 3 is killed half-way, and then someone tries to go back."""
    (workspace, cloud), seen = story, Journey()
    workspace.init(STACK)
    for phase in PHASES:
        config = _config(phase)
        if phase != PHASES[0]:
            seen.states[phase] = workspace.export(STACK)
            seen.previews[phase] = workspace.preview(STACK, *config)
        if phase == "phase2":
            cloud.fail_next(DATABASE)
            seen.failed_create = _refusal(workspace, *config)
        if phase == "phase3":
            _kill_half_way(workspace, cloud, config)
            seen.killed_state = workspace.export(STACK)
            _recover(workspace, cloud, seen.killed_state)
        workspace.up(STACK, *config)
        seen.ids[phase] = _ids(workspace.export(STACK))
    seen.after = workspace.preview(STACK, *_config(PHASES[-1]))
    seen.export = workspace.export(STACK)
    before = set(cloud.things)
    seen.way_back = _refusal(workspace, *_config("phase2"), preview_first=True)
    seen.lost_on_the_way_back = before - set(cloud.things)
    seen.deleted = [thing.token for thing in cloud.deleted]
    _look_for_secrets(workspace, cloud, seen)
    return seen


def _look_for_secrets(workspace: Workspace, cloud: Cloud, seen: Journey) -> None:
    """In every file that the engine wrote on the way, and in all that it said."""
    generated, marked = plaintext.generated(cloud), plaintext.marked(cloud)
    texts = {str(path): text for path, text in workspace.written().items()} | {"said": "\n".join(workspace.printed)}
    seen.generated, seen.marked = len(set(generated.values())), len(marked)
    seen.in_the_open = {
        (place, owner) for place, text in texts.items() for owner in plaintext.words_in_the_open(text, generated)
    }
    for place in ("said", *(path for path in texts if path.endswith(f"stacks/ramp/{STACK}.json"))):
        seen.in_the_open |= {(place, owner) for owner in plaintext.texts_in_the_open(texts[place], marked)}


def _config(phase: str) -> tuple[str, str]:
    return "--config-file", f"Pulumi.{phase}.yaml"


def _refusal(workspace: Workspace, *options: str, preview_first: bool = False) -> str:
    """Returns the engine's complaint about an `up` that has to fail."""
    with pytest.raises(EngineError) as refused:
        workspace.up(STACK, *options, preview_first=preview_first)
    return str(refused.value)


def _kill_half_way(workspace: Workspace, cloud: Cloud, config: tuple[str, str]) -> None:
    """Kills the engine when a cluster exists but the engine hasn't heard of it yet."""
    cloud.hang_next(CLUSTER, done=True)
    running = workspace.start_up(STACK, *config)
    assert cloud.hanging.wait(timeout=300), "the update never came to the cluster"
    workspace.settle(STACK)
    kill(running)
    cloud.released.set()


def _recover(workspace: Workspace, cloud: Cloud, state: dict[str, Any]) -> None:
    """Does what an operator does: unlocks the stack, and adopts what came to be without the state's knowing.

    `pulumi refresh --import-pending-creates` is meant for it, but drops the resource from the state instead.
    """
    workspace.run("cancel", "--yes", STACK)
    refresh = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--stack", STACK]
    workspace.run(*refresh, *_config("phase3"))
    known = {(resource["urn"], resource.get("id")) for resource in state["deployment"]["resources"]}
    pending = {
        operation["resource"]["urn"]: operation["resource"] for operation in state["deployment"]["pending_operations"]
    }
    for thing in list(cloud.things.values()):
        if thing.urn in pending and (thing.urn, thing.id) not in known:
            _adopt(workspace, pending[thing.urn], thing.id)


def _adopt(workspace: Workspace, resource: dict[str, Any], resource_id: str) -> None:
    name, provider = resource["urn"].split("::")[-1], resource["provider"].rpartition("::")[0]
    adopt = ["import", "--yes", "--skip-preview", "--protect=false", "--generate-code=false", "--stack", STACK]
    under = ["--parent", f"parent={resource['parent']}", "--provider", f"provider={provider}"]
    workspace.run(*adopt, *_config("phase3"), *under, resource["type"], name, resource_id)


def _ids(export: dict[str, Any]) -> dict[str, str]:
    resources = export["deployment"]["resources"]
    return {resource["urn"]: resource["id"] for resource in resources if resource.get("id")}


def _stateful(urn: str) -> bool:
    return urn.split("::")[2].split("$")[-1] in STATEFUL


@pytest.mark.parametrize("phase", PHASES[1:])
def test_a_step_neither_replaces_nor_deletes_what_is_stateful(phase: str, journey: Journey) -> None:
    """A database, a key or a subnet that is replaced on the way to the next phase takes the data with it."""
    steps = [(step["op"], step["urn"]) for step in journey.previews[phase]["steps"]]
    assert [
        (op, urn) for op, urn in steps if _stateful(urn) and op not in ("same", "create", "update", "refresh")
    ] == []


OPERATIONS = {"create-replacement": "replace", "delete-replaced": "replace", "same": "", "refresh": "", "read": ""}
"""What `ramp diff` calls the engine's operations, where it isn't the same word."""


@cache
def _plan(phase: str, stack: str | None = None) -> ResourceGraph:
    return plan_config(load_file(stack_file(phase)), stack=stack)


def _foreseen(changes: tuple[Change, ...]) -> dict[str, str]:
    return {change.key: change.action for change in changes}


def _previewed(preview: dict[str, Any]) -> dict[str, str]:
    done = {without_stack(step["urn"]): OPERATIONS.get(step["op"], step["op"]) for step in preview["steps"]}
    outside = ("pulumi:pulumi:Stack::", *DEFAULT_PROVIDERS)
    return {key: action for key, action in done.items() if action and not key.startswith(outside)}


@pytest.mark.parametrize("phase", PHASES[1:])
def test_ramp_diff_foresees_every_operation_of_the_engine(phase: str, journey: Journey) -> None:
    """What `ramp diff` says of the deployed stack, with no engine and no plugin, is what `pulumi up` goes on to do."""
    state = State(journey.states[phase])
    plan = plan_config(load_file(stack_file(phase)), stack=state.stack, deployed=state.answers())
    changes = compare(state.graph, plan, deployed=True)
    assert _foreseen(changes) == _previewed(journey.previews[phase])
    assert dangers(state.graph, plan, changes) == ()


@pytest.mark.parametrize(("before", "phase"), list(pairwise(PHASES)))
def test_two_plans_differ_by_what_the_engine_does_between_them(before: str, phase: str, journey: Journey) -> None:
    """The same from two configs alone, before anything is deployed: nothing is hidden behind what isn't known yet."""
    assert _foreseen(compare(_plan(before), _plan(phase))) == _previewed(journey.previews[phase])


@pytest.mark.parametrize("phase", PHASES[1:])
def test_what_is_stateful_keeps_its_identity_through_every_step(phase: str, journey: Journey) -> None:
    """The preview promises, the state proves: the same resource has the same id after the step as in the first phase."""
    first = {urn: resource_id for urn, resource_id in journey.ids[PHASES[0]].items() if _stateful(urn)}
    assert first
    assert {urn: journey.ids[phase].get(urn) for urn in first} == first


def test_nothing_stateful_was_deleted_on_the_whole_way(journey: Journey) -> None:
    """Also not behind the engine's back: what the cloud was told to delete, it deleted."""
    assert STATEFUL.intersection(journey.deleted) == set()


def test_a_creation_that_fails_stops_the_step_and_the_next_run_finishes_it(journey: Journey) -> None:
    """A half-done step that can't be run again leaves an operator with a broken stack."""
    assert "creating aws:rds/instance:Instance fails, as told" in journey.failed_create
    kept = {urn for urn in journey.ids["phase1"] if _stateful(urn)}
    assert kept <= journey.ids["phase2"].keys()


def test_a_killed_step_remembers_what_it_was_creating(journey: Journey) -> None:
    """Without the pending operation nobody would know that a cluster runs, and costs, that no state names."""
    pending = journey.killed_state["deployment"]["pending_operations"]
    assert CLUSTER in {operation["resource"]["type"] for operation in pending}
    assert journey.ids["phase2"].items() <= _ids(journey.killed_state).items()


def test_a_killed_step_is_finished_by_the_next_run(journey: Journey) -> None:
    """After the last step there is nothing left to do, and the stack holds what the plan of the phase says."""
    assert set(journey.after["changeSummary"]) == {"same"}
    plan = {resource.key for resource in _plan(PHASES[-1], STACK)}
    state = {resource.key for resource in ResourceGraph.from_export(journey.export)}
    assert {key for key in state if not key.startswith(DEFAULT_PROVIDERS)} == plan


def test_no_secret_stands_in_the_open_in_any_state_or_in_anything_that_the_engine_says(journey: Journey) -> None:
    """Guards passwords, keys and all that is made of them: they are encrypted in states, and blanked in what is printed."""
    assert journey.generated >= 40
    assert journey.marked >= 30
    assert journey.in_the_open == set()


def test_going_back_is_refused_before_anything_is_deleted(journey: Journey) -> None:
    """The phase before has no standby: its databases would go, and are protected."""
    assert "cannot be deleted" in journey.way_back and "protected" in journey.way_back
    assert journey.lost_on_the_way_back == set()
