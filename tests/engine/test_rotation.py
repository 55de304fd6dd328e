"""Passwords made anew by their epochs on the real engine: what changes, what stays, and that each pod gets its own."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.engine.engine import Workspace
from tests.engine.standin import Cloud
from tests.engine.standin.cloud import Thing
from tests.engine.standin.wire import reveal
from tests.engine.test_steps import STATEFUL

STACK = "rotated"
CONFIG = "Pulumi.phase2.yaml"
PASSWORD = "random:index/randomPassword:RandomPassword"
KEPT = "aws:secretsmanager/secretVersion:SecretVersion"
SECRET = "kubernetes:core/v1:Secret"
WORKLOADS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet")
MADE_ANEW = {
    PASSWORD,
    "random:index/randomBytes:RandomBytes",
    KEPT,
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:batch/v1:Job",
}
"""Generated values, the versions of a secret that hold them, and the Job that tells the database, with its script."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """A stack before and after every epoch rose by one: what exists by URN, the step's preview, and the one after it."""

    before: dict[str, Thing]
    after: dict[str, Thing]
    preview: dict[str, Any]
    next_preview: dict[str, Any]

    def done(self) -> dict[str, str]:
        """Each operation of the step by URN, in the engine's order."""
        return {step["urn"]: step["op"] for step in self.preview["steps"] if step["op"] not in ("same", "refresh")}

    def changed(self, *tokens: str) -> set[str]:
        """The resources of these types whose inputs are others than before."""
        pairs = ((urn, self.before.get(urn), thing) for urn, thing in self.after.items() if thing.token in tokens)
        return {urn for urn, before, thing in pairs if before is None or reveal(before.inputs) != reveal(thing.inputs)}


@pytest.fixture(scope="module")
def rotation(story: tuple[Workspace, Cloud]) -> Rotation:
    """Phase 2, which has every login and the CDN's key, with the database's, the queue's and the CDN's epoch raised."""
    (workspace, cloud), options = story, ("--config-file", CONFIG)
    workspace.init(STACK)
    workspace.up(STACK, *options)
    before, config = by_urn(cloud), workspace.project / CONFIG
    text = config.read_text(encoding="utf-8")
    assert text.count("epoch: 1") == 3
    config.write_text(text.replace("epoch: 1", "epoch: 2"), encoding="utf-8")
    preview = workspace.preview(STACK, *options)
    workspace.up(STACK, *options)
    again = workspace.preview(STACK, *options)
    return Rotation(before=before, after=by_urn(cloud), preview=preview, next_preview=again)


def by_urn(cloud: Cloud) -> dict[str, Thing]:
    return {thing.urn: thing for thing in cloud.things.values()}


def type_of(urn: str) -> str:
    return urn.split("::")[2].split("$")[-1]


def name_of(urn: str) -> str:
    return urn.split("::")[-1]


def plain(thing: Thing) -> dict[str, Any]:
    return reveal(thing.inputs)


def test_nothing_is_replaced_but_what_is_generated_and_nothing_else_comes_or_goes(rotation: Rotation) -> None:
    """Guards data and addresses: a new password is never worth a new database, broker, cache or load balancer."""
    done = rotation.done()
    assert set(done.values()) == {"replace", "update"}
    assert {type_of(urn) for urn, op in done.items() if op == "replace"} == MADE_ANEW
    assert not [urn for urn, op in done.items() if op == "replace" and type_of(urn) in STATEFUL]
    assert rotation.before.keys() == rotation.after.keys()


def test_of_a_database_the_password_changes_and_nothing_else(rotation: Rotation) -> None:
    """Guards the instance: an update that took anything else along could restart it."""
    changed = rotation.changed("aws:rds/instance:Instance")
    assert [name_of(urn) for urn in changed] == ["mgx-ai-us-east-1-postgres-primary"]
    (urn,) = changed
    before, after = plain(rotation.before[urn]), plain(rotation.after[urn])
    assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} == {"password"}


def test_of_two_logins_that_take_turns_the_one_in_use_stays(rotation: Rotation) -> None:
    """Guards pods that still run with the login of before: theirs is good until the next epoch."""
    made = {name_of(urn): op for urn, op in rotation.done().items() if type_of(urn) == PASSWORD}
    standing = {name_of(urn) for urn in rotation.after if type_of(urn) == PASSWORD}
    turns = {name.removesuffix("-b") for name in standing if name.endswith("-b")}
    assert len(turns) == 4, "the database's, monitoring's, the queue's and the CDN's"
    for login in turns:
        assert f"{login}-b" in made and f"{login}-a" in standing - made.keys()


def secrets_of(workload: Thing) -> set[str]:
    """The Secrets that its pods take something from."""
    found = set[str]()

    def visit(value: Any) -> None:
        if isinstance(value, dict):
            found.update(value[key]["name"] for key in ("secretKeyRef", "secretRef") if key in value)
            found.update([value["secret"]["secretName"]] if "secretName" in (value.get("secret") or {}) else [])
            for item in value.values():
                visit(item)
        elif isinstance(value, list):
            for item in value:
                visit(item)

    visit(plain(workload)["spec"]["template"]["spec"])
    return found


def test_every_pod_that_takes_a_new_password_starts_anew_and_no_other(rotation: Rotation) -> None:
    """Guards both ways: a pod that goes on with what is in its environment, and pods that roll for nothing."""
    new = {
        (metadata["namespace"], metadata["name"])
        for metadata in (plain(rotation.after[urn])["metadata"] for urn in rotation.changed(SECRET))
    }
    assert len(new) >= 6
    workloads = [thing for thing in rotation.after.values() if thing.token in WORKLOADS]
    wanted = {
        thing.urn
        for thing in workloads
        if {(plain(thing)["metadata"]["namespace"], secret) for secret in secrets_of(thing)} & new
    }
    assert {name_of(urn) for urn in wanted} >= {
        "mgx-ai-us-east-1-mgx-api-deployment",
        "mgx-ai-us-east-1-pooler-deployment",
        "mgx-ai-us-east-1-queue-nodes",
        "mgx-ai-us-east-1-postgres-exporter-deployment",
    }
    assert rotation.changed(*WORKLOADS) == wanted
    for urn in wanted:
        before, after = (plain(things[urn])["spec"]["template"] for things in (rotation.before, rotation.after))
        assert before != after, "a pod starts anew by its template alone"


def test_a_service_gets_the_new_password_of_its_current_login(rotation: Rotation) -> None:
    """Guards the way to the pod: the Secret that it reads holds what was generated, and Secrets Manager the same."""
    generated = {name_of(urn): thing.outputs for urn, thing in rotation.after.items() if thing.token == PASSWORD}
    password = reveal(generated["mgx-ai-edge-logins-b"])["result"]
    holders = {
        (thing.token, name_of(urn))
        for urn, thing in rotation.after.items()
        if thing.token in (SECRET, KEPT) and password in json.dumps(plain(thing))
    }
    name = "mgx-ai-us-east-1-database-roles-application"
    assert holders >= {(SECRET, name), (KEPT, name)}
    old = reveal(
        rotation.before[next(urn for urn in rotation.before if name_of(urn) == "mgx-ai-edge-logins-b")].outputs
    )
    assert old["result"] != password


def test_the_database_knows_a_password_before_any_pod_uses_it(rotation: Rotation) -> None:
    """Guards the moment between: pods with a login that the server refuses would fail their probes and roll back."""
    order = list(rotation.done())
    jobs = [order.index(urn) for urn in order if type_of(urn) == "kubernetes:batch/v1:Job"]
    pods = [order.index(urn) for urn in order if name_of(urn).endswith(("mgx-api-deployment", "pooler-deployment"))]
    assert jobs and pods and max(jobs) < min(pods)


def test_a_second_run_of_the_same_epoch_changes_nothing(rotation: Rotation) -> None:
    """Guards against a password that is made anew by each run, and rolls every pod with it."""
    assert set(rotation.next_preview["changeSummary"]) == {"same"}
