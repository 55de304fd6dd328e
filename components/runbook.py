"""The take-over runbook of a region: what makes a standby lead, as a document that Systems Manager runs there."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from components import naming
from components.fence import CLOSED
from components.policies import allow, document, on_behalf_of, trust

RUNTIME = "python3.11"
WAIT_FOR_STATUS_SECONDS = 3600
"""How long an instance may take to be available: a promotion takes minutes, a backup that is running has to end first."""
PROMOTION_BEGINS = "PT1M"
"""RDS calls a replica available for some seconds after it was asked to promote it."""
TOLD = ("CheckLag", "CloseFence", "CheckDns", "CheckCaughtUp", "CheckPromoted")
"""The steps whose answers the execution shows."""
CHECK_SECONDS = 540
"""A script of Systems Manager may run for 600 s."""


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """A database instance of this region that the runbook promotes."""

    identifier: pulumi.Input[str]
    arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class FailedOver:
    """The Global Datastore, and the group of this region that is to lead it."""

    datastore_id: pulumi.Input[str]
    group_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class RunbookArgs:
    """What the region's runbook acts on: its fence's bucket, `databases` by server number, its cache if there is one.

    What is promoted keeps backups for `backup_retention_days`. `origin_fqdn` is the failover name, `load_balancer` the DNS
    name to which it must lead within `dns_seconds` of the fence's closing. A planned take-over begins only if every
    replica is within `lag_limit_ms`; None: however far it is.
    """

    account_id: str
    region: str
    fence_bucket: pulumi.Input[str]
    databases: Mapping[int, Promoted]
    cache: FailedOver | None
    backup_retention_days: int
    origin_fqdn: str
    load_balancer: pulumi.Input[str]
    dns_seconds: int
    lag_limit_ms: int | None


class Runbook(pulumi.ComponentResource):
    """An SSM Automation document that makes this region lead, and the role it runs as.

    In order: every replica is available; how far they are behind; the fence is closed; DNS leads here; if it is planned,
    all that was written has come over; every database is promoted and the cache failed over; both are checked. It calls
    this region's own endpoints alone, never Route 53's: its control plane, as that of IAM, lives in us-east-1. Run again
    after a failure it does what is left.

    Nothing but the replicas makes a standby read-only. The poolers and the application know this region's instance by a
    name that stays, so that promoting it is what opens the application for writing.

    Creates: the role with its policy, the document. Outputs: `document` (its name, a plain string), `role_arn`.
    """

    document: str
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: RunbookArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:runbook:Runbook", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.document = naming.physical(naming.DOCUMENT, name)

        role = aws.iam.Role(
            naming.logical(naming.ROLE, name), assume_role_policy=automation_trust(args.account_id), opts=child
        )
        policy = aws.iam.RolePolicy(name, role=role.name, policy=document(*permissions(args)), opts=child)
        aws.ssm.Document(
            name,
            name=self.document,
            document_type="Automation",
            document_format="JSON",
            content=pulumi.Output.json_dumps(automation(args, role.arn)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.role_arn = role.arn
        self.register_outputs({"document": self.document, "role_arn": self.role_arn})


def automation_trust(account_id: str) -> str:
    """Only an automation of this account may assume the role."""
    ours = on_behalf_of(account_id, f"arn:aws:ssm:*:{account_id}:automation-execution/*")
    return trust("ssm.amazonaws.com", Condition=ours)


def permissions(args: RunbookArgs) -> list[dict[str, Any]]:
    """What the runbook may do: one object, the region's own instances and groups, and metrics, which have no ARN."""
    instances = [database.arn for database in args.databases.values()]
    switch = pulumi.Output.concat("arn:aws:s3:::", args.fence_bucket, f"/{CLOSED}")
    statements = [
        allow(["s3:PutObject"], [switch]),
        allow(["rds:DescribeDBInstances", "rds:PromoteReadReplica"], instances),
        allow(["cloudwatch:GetMetricStatistics"], ["*"]),
    ]
    if args.cache is not None:
        here = f"arn:aws:elasticache:{args.region}:{args.account_id}:replicationgroup:"
        datastore = pulumi.Output.concat(
            f"arn:aws:elasticache::{args.account_id}:globalreplicationgroup:", args.cache.datastore_id
        )
        group = pulumi.Output.concat(here, args.cache.group_id)
        statements.append(allow(["elasticache:FailoverGlobalReplicationGroup"], [datastore, group]))
        statements.append(allow(["elasticache:DescribeGlobalReplicationGroups"], [datastore]))
    return statements


def automation(args: RunbookArgs, role_arn: pulumi.Input[str]) -> dict[str, Any]:
    """The document, schema 0.3. Identifiers may still be outputs. [Systems Manager User Guide, automation actions]"""
    cache = [] if args.cache is None else [_fail_over_cache(args, args.cache)]
    check_cache = [] if args.cache is None else _check_cache(args.cache)
    return {
        "schemaVersion": "0.3",
        "description": f"Makes {args.region} lead: closes its fence, promotes its databases, fails its cache over.",
        "assumeRole": role_arn,
        "parameters": {
            "Mode": {
                "type": "String",
                "description": "planned: stops unless the replicas keep up, DNS has moved and nothing written is missing. "
                "outage: tells, and goes on.",
                "allowedValues": ["planned", "outage"],
            }
        },
        "mainSteps": [
            *(_available(f"WaitForReplica{number}", database) for number, database in args.databases.items()),
            _check_lag(args),
            _close_fence(args),
            _check_dns(args),
            _check_caught_up(args),
            *(_promote(args, number, database) for number, database in args.databases.items()),
            *cache,
            {"name": "LetPromotionBegin", "action": "aws:sleep", "inputs": {"Duration": PROMOTION_BEGINS}},
            *(_available(f"WaitForPrimary{number}", database) for number, database in args.databases.items()),
            _check_promoted(args),
            *check_cache,
        ],
        "outputs": [f"{step}.OutputPayload" for step in TOLD],
    }


def _available(name: str, database: Promoted) -> dict[str, Any]:
    return {
        "name": name,
        "action": "aws:waitForAwsResourceProperty",
        "timeoutSeconds": WAIT_FOR_STATUS_SECONDS,
        "onFailure": "Abort",
        "inputs": {
            "Service": "rds",
            "Api": "DescribeDBInstances",
            "DBInstanceIdentifier": database.identifier,
            "PropertySelector": "$.DBInstances[0].DBInstanceStatus",
            "DesiredValues": ["available"],
        },
    }


def _close_fence(args: RunbookArgs) -> dict[str, Any]:
    """A script, since PutObject streams its body, and `aws:executeAwsApi` takes no call that streams."""
    payload = {"bucket": args.fence_bucket, "key": CLOSED, "execution": "{{ automation:EXECUTION_ID }}"}
    return _script("CloseFence", "close_fence", payload)


def _promote(args: RunbookArgs, number: int, database: Promoted) -> dict[str, Any]:
    """What was promoted before refuses; whether all lead is checked in the end. Left out, RDS keeps backups for a day."""
    return {
        "name": f"Promote{number}",
        "action": "aws:executeAwsApi",
        "onFailure": "Continue",
        "isCritical": False,
        "inputs": {
            "Service": "rds",
            "Api": "PromoteReadReplica",
            "DBInstanceIdentifier": database.identifier,
            "BackupRetentionPeriod": args.backup_retention_days,
        },
    }


def _fail_over_cache(args: RunbookArgs, cache: FailedOver) -> dict[str, Any]:
    """A cache that can't be failed over doesn't hold up the databases."""
    return {
        "name": "FailOverCache",
        "action": "aws:executeAwsApi",
        "onFailure": "Continue",
        "isCritical": False,
        "inputs": {
            "Service": "elasticache",
            "Api": "FailoverGlobalReplicationGroup",
            "GlobalReplicationGroupId": cache.datastore_id,
            "PrimaryRegion": args.region,
            "PrimaryReplicationGroupId": cache.group_id,
        },
    }


def _check_cache(cache: FailedOver) -> list[dict[str, Any]]:
    settled = {
        "name": "WaitForCache",
        "action": "aws:waitForAwsResourceProperty",
        "timeoutSeconds": WAIT_FOR_STATUS_SECONDS,
        "onFailure": "Continue",
        "isCritical": False,
        "inputs": {
            "Service": "elasticache",
            "Api": "DescribeGlobalReplicationGroups",
            "GlobalReplicationGroupId": cache.datastore_id,
            "PropertySelector": "$.GlobalReplicationGroups[0].Status",
            "DesiredValues": ["available", "primary-only"],
        },
    }
    payload = {"datastore": cache.datastore_id, "group": cache.group_id}
    return [settled, _script("CheckCache", "cache", payload)]


def _check_lag(args: RunbookArgs) -> dict[str, Any]:
    limit = {} if args.lag_limit_ms is None else {"limit_seconds": args.lag_limit_ms / 1000}
    return _script("CheckLag", "lag", {"replicas": _identifiers(args), "mode": "{{ Mode }}", **limit})


def _check_dns(args: RunbookArgs) -> dict[str, Any]:
    return _script(
        "CheckDns",
        "dns",
        {
            "name": args.origin_fqdn,
            "load_balancer": args.load_balancer,
            "wait_seconds": min(args.dns_seconds, CHECK_SECONDS),
            "mode": "{{ Mode }}",
        },
    )


def _check_caught_up(args: RunbookArgs) -> dict[str, Any]:
    payload = {"replicas": _identifiers(args), "wait_seconds": CHECK_SECONDS, "mode": "{{ Mode }}"}
    return _script("CheckCaughtUp", "caught_up", payload)


def _check_promoted(args: RunbookArgs) -> dict[str, Any]:
    return _script("CheckPromoted", "promoted", {"databases": _identifiers(args), "wait_seconds": CHECK_SECONDS})


def _identifiers(args: RunbookArgs) -> Sequence[pulumi.Input[str]]:
    return [database.identifier for database in args.databases.values()]


def _script(name: str, handler: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "action": "aws:executeScript",
        "timeoutSeconds": 600,
        "onFailure": "Abort",
        "inputs": {"Runtime": RUNTIME, "Handler": handler, "InputPayload": dict(payload), "Script": script(handler)},
    }


@cache
def script(handler: str) -> str:
    """The checks' source without the other handlers: a document holds 64 KiB, and each step a script of its own."""
    source = Path(__file__).with_name("runbook_checks.py").read_text(encoding="utf-8")
    others = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name != handler
    ]
    dropped = {line for node in others for line in range(node.lineno - 1, (node.end_lineno or node.lineno) + 2)}
    return "".join(line for number, line in enumerate(source.splitlines(keepends=True)) if number not in dropped)
