"""Daily backups of one region's databases, and their copies in other regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import trust

SERVICE_POLICIES = {
    "backup": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
}
START_WITHIN_MINUTES, COMPLETE_WITHIN_MINUTES = 60, 720


@dataclass(frozen=True, kw_only=True)
class BackupArgs:
    """What is backed up (`resource_arns`) into `vault` every day at `start` (UTC, "HH:MM"), kept for `retention_days`.

    `copies` are vaults in other regions, by region, that keep a copy for `copy_retention_days`.
    """

    vault: pulumi.Input[str]
    resource_arns: Sequence[pulumi.Input[str]]
    start: str
    retention_days: int
    copies: Mapping[str, pulumi.Input[str]]
    copy_retention_days: int


class Backup(pulumi.ComponentResource):
    """A backup plan with one daily rule, what it backs up, and the role that backs up and restores.

    Snapshots, no continuous backup: that one would take over the instances' own backup window and retention. What is
    backed up is named by ARN, so that the account's opt-in for a service doesn't matter.

    Creates: the role with AWS's policies for it, the plan, the selection. Outputs: `plan_id`, `role_arn`.
    """

    plan_id: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:backup:Backup", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            naming.logical(naming.ROLE, name), assume_role_policy=trust("backup.amazonaws.com"), opts=child
        )
        allowed = [
            aws.iam.RolePolicyAttachment(f"{name}-{what}", role=role.name, policy_arn=policy, opts=child)
            for what, policy in SERVICE_POLICIES.items()
        ]
        plan = aws.backup.Plan(
            f"{name}-plan",
            name=naming.physical(naming.BACKUP_PLAN, name),
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=args.vault,
                    schedule=schedule(args.start),
                    start_window=START_WITHIN_MINUTES,
                    completion_window=COMPLETE_WITHIN_MINUTES,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=args.retention_days),
                    copy_actions=[
                        aws.backup.PlanRuleCopyActionArgs(
                            destination_vault_arn=vault,
                            lifecycle=aws.backup.PlanRuleCopyActionLifecycleArgs(delete_after=args.copy_retention_days),
                        )
                        for vault in args.copies.values()
                    ],
                )
            ],
            opts=child,
        )
        aws.backup.Selection(
            f"{name}-databases",
            name=naming.physical(naming.BACKUP_PLAN, f"{name}-databases"),
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=list(args.resource_arns),
            opts=pulumi.ResourceOptions(parent=self, depends_on=allowed),
        )
        self.plan_id, self.role_arn = plan.id, role.arn
        self.register_outputs({"plan_id": self.plan_id})


def schedule(start: str) -> str:
    """A daily "HH:MM" as AWS's six-field cron expression."""
    hour, minute = start.split(":")
    return f"cron({int(minute)} {int(hour)} * * ? *)"
