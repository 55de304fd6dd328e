"""The take-over runbook: its steps, what they call, and the checks that Systems Manager runs."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from components import runbook_checks
from components.runbook import FailedOver, Promoted, RunbookArgs, automation, automation_trust, permissions, script

ACTIONS = {"aws:executeAwsApi", "aws:waitForAwsResourceProperty", "aws:executeScript", "aws:sleep"}
STEP_KEYS = {"name", "action", "inputs", "onFailure", "isCritical", "timeoutSeconds", "nextStep", "isEnd"}
ARGS = RunbookArgs(
    account_id="111122223333",
    region="us-west-2",
    fence_bucket="fence",
    databases={
        number: Promoted(identifier=f"db-{number}", arn=f"arn:aws:rds:us-west-2:111122223333:db:db-{number}")
        for number in (1, 2)
    },
    cache=FailedOver(datastore_id="ldgnf-cache", group_id="cache-west"),
    backup_retention_days=14,
    origin_fqdn="origin.example.com",
    load_balancer="west.elb.amazonaws.com",
    dns_seconds=112,
    lag_limit_ms=5000,
)


@pytest.fixture
def document() -> dict[str, Any]:
    return automation(ARGS, "arn:aws:iam::111122223333:role/take-over")


def test_the_document_keeps_the_schema_of_automations(document: dict[str, Any]) -> None:
    """Guards against a document that AWS refuses, found when a region is down."""
    assert document["schemaVersion"] == "0.3"
    names = [step["name"] for step in document["mainSteps"]]
    assert len(set(names)) == len(names)
    assert all(name.isalnum() and 3 <= len(name) <= 128 for name in names)
    for step in document["mainSteps"]:
        assert step["action"] in ACTIONS
        assert step.keys() <= STEP_KEYS
        assert step.get("onFailure", "Abort") in ("Abort", "Continue")
        assert step.get("nextStep", names[0]) in names
    assert {output.split(".")[0] for output in document["outputs"]} <= set(names)
    assert len(json.dumps(document)) < 64_000


def test_no_call_streams(document: dict[str, Any]) -> None:
    """Guards against a call that Systems Manager doesn't make, such as PutObject: found only when the step runs."""
    models = botocore.session.get_session()
    for step in document["mainSteps"]:
        if "Api" in step["inputs"]:
            call = models.get_service_model(step["inputs"]["Service"]).operation_model(step["inputs"]["Api"])
            assert not call.has_streaming_input


def test_the_fence_closes_before_any_database_is_promoted(document: dict[str, Any]) -> None:
    """Guards against a split brain: DNS must not lead back once two regions take writes."""
    names = [step["name"] for step in document["mainSteps"]]
    order = ["WaitForReplica1", "CheckLag", "CloseFence", "CheckDns", "Promote1", "WaitForPrimary1", "CheckPromoted"]
    positions = [names.index(name) for name in order]
    assert all(one < other for one, other in pairwise(positions))
    assert {"Promote1", "Promote2", "FailOverCache", "CheckCache"} <= set(names)


def test_nothing_is_called_in_another_region_or_at_route_53(document: dict[str, Any]) -> None:
    """Guards the outage of us-east-1, where Route 53's control plane lives."""
    assert {step["inputs"].get("Service") for step in document["mainSteps"]} <= {None, "rds", "elasticache"}
    assert "us-east-1" not in json.dumps(document)


def test_the_script_holds_nothing_that_systems_manager_would_fill_in() -> None:
    """Guards against braces of Python that Systems Manager takes for a reference."""
    handlers = {s["inputs"]["Handler"] for s in automation(ARGS, "role")["mainSteps"] if "Handler" in s["inputs"]}
    for handler in handlers:
        assert "{{" not in script(handler)
        assert [name for name in handlers if f"def {name}(" in script(handler)] == [handler]


def test_the_role_may_do_what_the_steps_do_and_nothing_else() -> None:
    """Guards least privilege: a call a statement, and an ARN wherever AWS takes one."""
    statements = permissions(ARGS)
    allowed = {action for statement in statements for action in statement["Action"]}
    assert allowed == {
        "s3:PutObject", "rds:DescribeDBInstances", "rds:PromoteReadReplica", "cloudwatch:GetMetricStatistics",
        "elasticache:FailoverGlobalReplicationGroup", "elasticache:DescribeGlobalReplicationGroups",
    }  # fmt: skip
    anywhere = [statement["Action"] for statement in statements if statement["Resource"] == ["*"]]
    assert anywhere == [["cloudwatch:GetMetricStatistics"]]
    (trust,) = json.loads(automation_trust("111122223333"))["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}


class Answers:
    """AWS's answers, by method."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __getattr__(self, method: str) -> Any:
        return lambda **asked: self._answers[method](asked)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def told(**methods: Any) -> None:
        monkeypatch.setitem(sys.modules, "boto3", SimpleNamespace(client=lambda service: Answers(**methods)))

    monkeypatch.setattr(runbook_checks.time, "sleep", lambda seconds: None)
    yield told


def _points(seconds: float) -> dict[str, Any]:
    now = datetime.now(UTC)
    older = {"Timestamp": now - timedelta(minutes=5), "Maximum": 900.0}
    return {"Datapoints": [{"Timestamp": now, "Maximum": seconds}, older]}


def _replica(asked: dict[str, Any]) -> dict[str, Any]:
    return {"DBInstances": [{"DBInstanceStatus": "available", "ReadReplicaSourceDBInstanceIdentifier": "arn"}]}


@pytest.mark.parametrize("mode", ["planned", "outage"])
def test_a_replica_that_is_behind_stops_a_planned_take_over_and_no_other(mode: str, answers: Any) -> None:
    """Guards both: data lost for no reason, and a region that stays down because of a check."""
    payload = {"replicas": ["db-1"], "limit_seconds": 5, "mode": mode}
    answers(get_metric_statistics=lambda asked: _points(3.0), describe_db_instances=_replica)
    assert runbook_checks.lag(payload, None) == {"lag_seconds": {"db-1": 3.0}, "within_limit": True}
    answers(get_metric_statistics=lambda asked: {"Datapoints": []}, describe_db_instances=_replica)
    if mode == "planned":
        with pytest.raises(RuntimeError, match="not within 5 s"):
            runbook_checks.lag(payload, None)
    else:
        assert runbook_checks.lag(payload, None)["within_limit"] is False


def test_in_an_outage_a_lag_that_cant_be_measured_is_told_as_unknown(answers: Any) -> None:
    """Guards a region that stays down because CloudWatch doesn't answer; a planned take-over has time to wait."""

    def unanswered(asked: Any) -> Any:
        raise TimeoutError("CloudWatch doesn't answer")

    answers(get_metric_statistics=unanswered, describe_db_instances=_replica)
    payload = {"replicas": ["db-1"], "limit_seconds": 5, "mode": "outage"}
    assert runbook_checks.lag(payload, None) == {"lag_seconds": {"db-1": None}, "within_limit": False}
    with pytest.raises(TimeoutError):
        runbook_checks.lag({**payload, "mode": "planned"}, None)


def test_the_fence_is_closed_by_an_object_that_names_the_execution(document: dict[str, Any], answers: Any) -> None:
    """Guards the one write of the runbook: where the health checkers look, and with a trace of who closed it."""
    written: dict[str, Any] = {}
    answers(put_object=lambda asked: written.update(asked))
    (step,) = [step for step in document["mainSteps"] if step["name"] == "CloseFence"]
    assert step["onFailure"] == "Abort"
    handler = getattr(runbook_checks, step["inputs"]["Handler"])
    assert handler(step["inputs"]["InputPayload"], None) == {"closed": "s3://fence/closed"}
    assert written == {"Bucket": "fence", "Key": "closed", "Body": b"{{ automation:EXECUTION_ID }}"}


def test_what_is_promoted_keeps_its_backups(document: dict[str, Any]) -> None:
    """Guards the days after a take-over: RDS keeps backups of what it promotes for one day if it isn't told."""
    promotions = [s["inputs"] for s in document["mainSteps"] if s["inputs"].get("Api") == "PromoteReadReplica"]
    assert [inputs["BackupRetentionPeriod"] for inputs in promotions] == [14, 14]


def test_dns_has_moved_once_every_address_is_the_balancers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a promotion while users are still led to the other region."""
    addresses = {"origin": ["192.0.2.1"], "west": ["192.0.2.1", "192.0.2.2"], "east": ["192.0.2.9"]}
    monkeypatch.setattr(runbook_checks.socket, "gethostbyname_ex", lambda name: (name, [], addresses[name]))
    payload = {"name": "origin", "load_balancer": "west", "wait_seconds": 0, "mode": "planned"}
    assert runbook_checks.dns(payload, None)["moved"] is True
    elsewhere = {**payload, "load_balancer": "east"}
    with pytest.raises(RuntimeError, match="origin leads to"):
        runbook_checks.dns(elsewhere, None)
    assert runbook_checks.dns({**elsewhere, "mode": "outage"}, None)["moved"] is False


def test_the_runbook_ends_only_when_every_database_leads(answers: Any) -> None:
    """Guards against one of several servers that was left a replica."""
    followed = {"DBInstanceStatus": "available", "ReadReplicaSourceDBInstanceIdentifier": "arn"}
    states = {"db-1": {"DBInstanceStatus": "available"}, "db-2": followed}
    answers(describe_db_instances=lambda asked: {"DBInstances": [states[asked["DBInstanceIdentifier"]]]})
    with pytest.raises(RuntimeError, match="db-2"):
        runbook_checks.promoted({"databases": ["db-1", "db-2"], "wait_seconds": 0}, None)
    assert runbook_checks.promoted({"databases": ["db-1"], "wait_seconds": 0}, None) == {"promoted": ["db-1"]}


def test_the_cache_leads_only_as_the_datastores_primary(answers: Any) -> None:
    """Guards against writes that a secondary would refuse."""
    members = [{"ReplicationGroupId": "cache-west", "Role": "SECONDARY"}]
    answers(describe_global_replication_groups=lambda asked: {"GlobalReplicationGroups": [{"Members": members}]})
    with pytest.raises(RuntimeError, match="cache-west does not lead"):
        runbook_checks.cache({"datastore": "d", "group": "cache-west"}, None)
