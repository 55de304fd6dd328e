"""The take-over runbook, run step by step: over, in an outage, and again after it stopped half-way."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from components.policies import VERSION
from components.runbook import Promoted, automation, permissions
from tests.automation import ACCOUNT, Automation, Clock, Refused
from tests.unit.components.test_runbook import ARGS

HERE, ELSEWHERE = ["192.0.2.1", "192.0.2.2"], ["192.0.2.9"]
SOURCE = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:east"


@dataclass
class Region:
    """The region that takes over: its replicas, their lag, its fence and its part of the cache."""

    clock: Clock = field(default_factory=Clock)
    addresses: dict[str, list[str]] = field(
        default_factory=lambda: {ARGS.origin_fqdn: ELSEWHERE, str(ARGS.load_balancer): HERE}
    )
    instances: dict[str, str | None] = field(default_factory=lambda: {"db-1": SOURCE, "db-2": SOURCE})
    lag_seconds: float = 1.0
    fence: bytes | None = None
    leader: str = "cache-east"
    broken: set[str] = field(default_factory=set)
    promoted: list[tuple[str, int, datetime]] = field(default_factory=list)

    def run(self, mode: str) -> dict[str, str]:
        return self.automation(_plain(permissions(ARGS))).run(mode)

    def automation(self, statements: list[dict[str, Any]]) -> Automation:
        return Automation(
            document=json.dumps(automation(ARGS, "arn:aws:iam::111122223333:role/take-over")),
            policy=json.dumps({"Version": VERSION, "Statement": statements}),
            region=ARGS.region,
            answer=self.answer,
            addresses=self.addresses,
            clock=self.clock,
        )

    def answer(self, service: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        if operation in self.broken:
            raise Refused(f"{operation}: not available")
        return getattr(self, f"_{service}")(operation, given)

    def _rds(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        name = given["DBInstanceIdentifier"]
        if operation == "PromoteReadReplica":
            if not self.instances[name]:
                raise Refused(f"InvalidDBInstanceState: {name} is not a read replica")
            self.instances[name] = None
            self.promoted.append((name, given["BackupRetentionPeriod"], self.clock.now))
        follows = self.instances[name]
        told = {"ReadReplicaSourceDBInstanceIdentifier": follows} if follows else {}
        return {"DBInstances": [{"DBInstanceStatus": "available", **told}]}

    def _s3(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        self.fence = given["Body"]
        self.addresses[ARGS.origin_fqdn] = HERE
        return {}

    def _cloudwatch(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """What leads has no lag, and a measurement is a minute late."""
        (dimension,) = given["Dimensions"]
        if not self.instances[dimension["Value"]]:
            return {"Datapoints": []}
        return {"Datapoints": [{"Timestamp": self.clock.now - timedelta(seconds=60), "Maximum": self.lag_seconds}]}

    def _elasticache(self, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        if operation == "FailoverGlobalReplicationGroup":
            self.leader = given["PrimaryReplicationGroupId"]
        members = [
            {"ReplicationGroupId": name, "Role": "PRIMARY" if name == self.leader else "SECONDARY"}
            for name in ("cache-east", "cache-west")
        ]
        return {"GlobalReplicationGroups": [{"Status": "available", "Members": members}]}


def _plain(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The statements with their outputs known."""
    known = {
        "s3:PutObject": ["arn:aws:s3:::fence/closed"],
        "elasticache:FailoverGlobalReplicationGroup": [
            f"arn:aws:elasticache::{ACCOUNT}:globalreplicationgroup:ldgnf-cache",
            f"arn:aws:elasticache:{ARGS.region}:{ACCOUNT}:replicationgroup:cache-west",
        ],
        "elasticache:DescribeGlobalReplicationGroups": [
            f"arn:aws:elasticache::{ACCOUNT}:globalreplicationgroup:ldgnf-cache"
        ],
    }
    return [{**each, "Resource": known.get(each["Action"][0], each["Resource"])} for each in statements]


def _failed(seen: dict[str, str]) -> list[str]:
    return [name for name, outcome in seen.items() if outcome.startswith("failed")]


@pytest.mark.parametrize("mode", ["planned", "outage"])
def test_the_region_leads_after_a_run(mode: str) -> None:
    """Guards the whole way: each call as AWS's own models and the role's policy have it."""
    west = Region()
    assert _failed(west.run(mode)) == []
    assert west.instances == {"db-1": None, "db-2": None}
    assert west.fence == b"execution-1"
    assert west.leader == "cache-west"
    assert [(name, days) for name, days, _ in west.promoted] == [("db-1", 14), ("db-2", 14)]


@pytest.mark.parametrize("mode", ["planned", "outage"])
def test_a_second_run_does_what_the_first_one_left(mode: str) -> None:
    """Guards a planned take-over that stopped half-way: what was promoted has no lag any more, which isn't too much."""
    west = Region(instances={"db-1": None, "db-2": SOURCE}, fence=b"earlier")
    assert _failed(west.run(mode)) == ["Promote1"]
    assert west.instances == {"db-1": None, "db-2": None}
    assert _failed(west.run(mode)) == ["Promote1", "Promote2"]


def test_a_planned_take_over_waits_until_everything_written_has_come_over() -> None:
    """Guards against rows that were written while DNS moved, and that a promotion would leave behind."""
    west = Region()
    began = west.clock.now
    west.run("planned")
    assert west.promoted[0][2] - began >= timedelta(seconds=60)
    stuck = Region(lag_seconds=4.9)
    stuck._cloudwatch = lambda operation, given: {  # type: ignore[method-assign]
        "Datapoints": [{"Timestamp": began, "Maximum": stuck.lag_seconds}]
    }
    assert _failed(stuck.run("planned")) == ["CheckCaughtUp"]
    assert stuck.promoted == []


def test_in_an_outage_nothing_that_is_only_told_holds_the_databases_up() -> None:
    """Guards a region that stays down because CloudWatch, DNS or the cache doesn't answer."""
    west = Region(broken={"GetMetricStatistics", "FailoverGlobalReplicationGroup", "DescribeGlobalReplicationGroups"})
    west.addresses.clear()
    seen = west.run("outage")
    assert _failed(seen) == ["FailOverCache", "WaitForCache", "CheckCache"]
    assert west.instances == {"db-1": None, "db-2": None}


@pytest.mark.parametrize("lost", ["s3:PutObject", "rds:DescribeDBInstances", "cloudwatch:GetMetricStatistics"])
def test_a_permission_that_is_missing_shows(lost: str) -> None:
    """Guards this test itself: a role that may not do what a step does stops a planned take-over."""
    statements = [
        {**each, "Action": [action for action in each["Action"] if action != lost]}
        for each in _plain(permissions(ARGS))
    ]
    assert any(lost in outcome for outcome in Region().automation(statements).run("planned").values())


def test_the_runbook_of_as_many_servers_as_shards_may_have_is_within_systems_managers_limits() -> None:
    """Guards against a document that AWS refuses when the sixteenth server is added: 100 steps and 64 KiB."""
    many = {
        number: Promoted(identifier=f"mgx-ai-us-west-2-postgres-{number}-primary", arn="arn") for number in range(1, 17)
    }
    document = automation(replace(ARGS, databases=many), "arn:aws:iam::111122223333:role/take-over")
    assert len(document["mainSteps"]) <= 100
    assert len(json.dumps(document)) < 64 * 1024
