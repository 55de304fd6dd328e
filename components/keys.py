"""Customer-managed encryption keys of one region, one a class of data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import VERSION, on_behalf_of

USE = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
]
"""What a service does with a key for its users."""


@dataclass(frozen=True, kw_only=True)
class KeysArgs:
    """`data_classes` are names such as `database`, `logs`: each gets a key, which the services of its class may use."""

    account_id: str
    region: str
    data_classes: Sequence[str]


class Keys(pulumi.ComponentResource):
    """A KMS key with yearly rotation and an alias for each class of data.

    The account's own principals are let in by their IAM policies; CloudWatch Logs, CloudWatch's alarms and Budgets
    by the key's policy, each for this account's resources alone; CloudFront reads `assets` for its distributions; EC2's
    own role for spot instances encrypts the disks of those with `volumes`.

    Outputs: `arns`, a key ARN by class.
    """

    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:keys:Keys", name, None, opts)
        self.arns = {}
        for data_class in args.data_classes:
            key = aws.kms.Key(
                f"{name}-{data_class}",
                description=f"{name}: {data_class}",
                enable_key_rotation=True,
                deletion_window_in_days=30,
                policy=key_policy(args.account_id, args.region, data_class),
                opts=pulumi.ResourceOptions(parent=self, protect=True),
            )
            aws.kms.Alias(
                f"{name}-{data_class}",
                name=naming.physical(naming.KEY_ALIAS, f"alias/{name}-{data_class}"),
                target_key_id=key.key_id,
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.arns[data_class] = key.arn
        self.register_outputs({"arns": self.arns})


def key_policy(account_id: str, region: str, data_class: str) -> str:
    """The key policy of a class of data, as JSON. The account's IAM decides, but for the services named here."""
    statements: list[dict[str, object]] = [
        {
            "Sid": "IamDecides",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    if data_class == "logs":
        condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account_id}:*"}}
        statements.append(_service_statement("Logs", f"logs.{region}.amazonaws.com", USE, condition))
    if data_class == "alerts":
        condition = {"StringEquals": {"aws:SourceAccount": account_id}}
        publish = ["kms:Decrypt", "kms:GenerateDataKey"]
        statements.append(_service_statement("Alarms", "cloudwatch.amazonaws.com", publish, condition))
        budgets = on_behalf_of(account_id, f"arn:aws:budgets::{account_id}:*")
        statements.append(_service_statement("Budgets", "budgets.amazonaws.com", publish, budgets))
    if data_class == "volumes":
        statements += _spot_launches(account_id)
    if data_class == "assets":
        condition = {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{account_id}:distribution/*"}}
        statements.append(_service_statement("Cdn", "cloudfront.amazonaws.com", ["kms:Decrypt"], condition))
    return json.dumps({"Version": VERSION, "Statement": statements})


def _spot_launches(account_id: str) -> list[dict[str, object]]:
    """EC2 launches spot instances as its own role, whose policy knows no key. Named by a condition: a key policy with a
    principal that doesn't exist is refused, and the role comes with the account's first spot instance.
    [EC2 user guide, "Service-linked role for Spot Instance requests"]
    """
    spot = f"arn:aws:iam::{account_id}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
    ours: dict[str, object] = {"StringEquals": {"kms:CallerAccount": account_id, "aws:PrincipalArn": spot}}
    grants = {**ours, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    anyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": "*"}
    return [
        {"Sid": "SpotDisks", **anyone, "Action": USE, "Condition": ours},
        {"Sid": "SpotDisksAttach", **anyone, "Action": ["kms:CreateGrant"], "Condition": grants},
    ]


def _service_statement(
    sid: str, service: str, actions: list[str], condition: Mapping[str, object]
) -> dict[str, object]:
    return {
        "Sid": sid, "Effect": "Allow", "Principal": {"Service": service}, "Action": actions, "Resource": "*",
        "Condition": condition,
    }  # fmt: skip
