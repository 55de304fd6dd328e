"""What of a step is dangerous, and how it is let through."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from infra.diff import allow
from infra.diff.change import Danger
from infra.diff.compare import compare
from infra.diff.danger import dangers
from infra.diff.table import rules
from infra.errors import InputError
from infra.graph import Resource
from tests.unit.diff.handmade import DATABASE, KEY, graph, resource, urn

QUEUE = "kubernetes:apps/v1:StatefulSet"
STEP = "phase1 → phase2"
LOST = Danger(f"{DATABASE}::db", "deleted", "lost with it: the database and its automated backups")


def found(old: Resource | None, new: Resource | None) -> list[str]:
    before, after = graph(*filter(None, [old])), graph(*filter(None, [new]))
    return [danger.what for danger in dangers(before, after, compare(before, after))]


@pytest.mark.parametrize(
    ("type_", "before", "after", "what"),
    [
        (DATABASE, {"dbName": "a"}, {"dbName": "b"}, "replaced because of dbName"),
        (DATABASE, {"kmsKeyId": "a"}, {"kmsKeyId": "b"}, "replaced because of kmsKeyId"),
        (DATABASE, {"allocatedStorage": 200}, {"allocatedStorage": 100}, "allocatedStorage falls: 200 → 100"),
        (DATABASE, {"engineVersion": "17.10"}, {"engineVersion": "17.9"}, "engineVersion falls: 17.10 → 17.9"),
        (DATABASE, {"replicateSourceDb": "a"}, {}, "replicateSourceDb vanishes: a → (none)"),
        (DATABASE, {"deletionProtection": True}, {"deletionProtection": False}, "deletionProtection falls: true → false"),
        (DATABASE, {"skipFinalSnapshot": False}, {"skipFinalSnapshot": True}, "skipFinalSnapshot rises: false → true"),
        (QUEUE, {"spec": {"replicas": 3}}, {"spec": {"replicas": 2}}, "spec.replicas falls: 3 → 2"),
    ],
)  # fmt: skip
def test_a_dangerous_change_is_named(type_: str, before: dict, after: dict, what: str) -> None:
    """Guards each kind of loss: replaced, shrunk, gone back, unprotected."""
    assert found(resource(type_, "it", before), resource(type_, "it", after)) == [what]


@pytest.mark.parametrize(
    ("type_", "before", "after"),
    [
        (DATABASE, {"allocatedStorage": 100}, {"allocatedStorage": 200}),
        (DATABASE, {"engineVersion": "17.9"}, {"engineVersion": "17.10"}),
        (DATABASE, {"instanceClass": "a"}, {"instanceClass": "b"}),
        (QUEUE, {"spec": {"replicas": 2}}, {"spec": {"replicas": 3}}),
        ("kubernetes:batch/v1:Job", {"spec": {"template": 1}}, {"spec": {"template": 2}}),
    ],
)
def test_growth_is_not_dangerous(type_: str, before: dict, after: dict) -> None:
    """Guards against a check that cries at every step until nobody listens."""
    assert found(resource(type_, "it", before), resource(type_, "it", after)) == []


def test_a_deletion_is_dangerous_where_something_is_lost() -> None:
    """Guards a database that a phase leaves out; a record or an alarm can be made again, what is retained stays."""
    assert found(resource(DATABASE, "db"), None) == ["deleted"]
    assert found(resource(DATABASE, "db", retain_on_delete=True), None) == []
    assert found(resource("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm"), None) == []


def test_taking_protection_off_is_dangerous_before_anything_is_deleted() -> None:
    """Guards the way by which a database is lost in two steps that each look harmless: no property changes."""
    assert found(resource(KEY, "key", protect=True), resource(KEY, "key")) == ["no longer protected"]


def test_a_change_that_the_program_holds_back_is_dangerous_all_the_same() -> None:
    """Guards a database that keeps its name while everything that connects to it is given the new one."""
    ignoring: dict[str, Any] = {"ignore_changes": ("dbName", "maxAllocatedStorage")}
    old = resource(DATABASE, "db", {"dbName": "a", "maxAllocatedStorage": 1}, **ignoring)
    new = resource(DATABASE, "db", {"dbName": "b", "maxAllocatedStorage": 2}, **ignoring)
    assert found(old, new) == ["dbName stays a, though the program now says b"]
    assert found(resource(DATABASE, "db", {}, **ignoring), new) == []


def test_everything_that_holds_data_is_marked_in_the_table() -> None:
    """Guards against a row whose mark is lost."""
    assert {
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
    } <= {type_ for type_, rule in rules().items() if rule.row.holds}


def test_what_is_let_through_is_recorded_once_and_read_again(tmp_path: Path) -> None:
    """Guards the record: reviewed in the repository, honoured by the next run, for one danger of one step only."""
    file = tmp_path / "allowed-changes.yaml"
    chosen = allow.chosen([(urn(DATABASE, "db"), "it is empty")], [LOST], STEP, date(2026, 11, 24))
    allow.record(chosen, file)
    allow.record(chosen, file)
    (read,) = allow.read(file)
    assert read.lets(LOST, STEP)
    assert not read.lets(LOST, "phase2 → phase3")
    assert not read.lets(Danger(LOST.key, "replaced because of dbName", ""), STEP)
    assert "because: it is empty" in file.read_text(encoding="utf-8")


def test_letting_through_what_is_not_dangerous_or_without_a_reason_is_a_mistake() -> None:
    """Guards against a typo in a URN that lets nothing through and says nothing."""
    with pytest.raises(InputError) as caught:
        allow.chosen([("aws:x::y", "why"), (LOST.key, " ")], [LOST], STEP, date(2026, 11, 24))
    assert str(caught.value).splitlines() == [
        f"command line: --allow: got aws:x::y; allowed: {LOST.key}",
        "command line: --because: got nothing; allowed: why it may happen, for who reads it later",
    ]


def test_no_record_lets_nothing_through(tmp_path: Path) -> None:
    """Guards the common case: nobody ever allowed anything."""
    assert allow.read(tmp_path / "none.yaml") == ()
