"""A secret in Secrets Manager, with a copy in each other region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True)
class SecretKeys:
    """What encrypts a secret: `own` is the ARN of a KMS key in its region, `copies` those of the regions that get a copy."""

    own: pulumi.Input[str]
    copies: Mapping[str, pulumi.Input[str]]


def keep(
    name: str,
    description: str,
    content: Mapping[str, pulumi.Input[str | int]],
    keys: SecretKeys,
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """A protected secret whose value is `content` as JSON; returns its ARN. Copies follow every change of the value."""
    secret = aws.secretsmanager.Secret(
        name,
        description=description,
        kms_key_id=keys.own,
        recovery_window_in_days=30,
        replicas=[
            aws.secretsmanager.SecretReplicaArgs(region=region, kms_key_id=key) for region, key in keys.copies.items()
        ],
        opts=pulumi.ResourceOptions(parent=parent, protect=True),
    )
    aws.secretsmanager.SecretVersion(
        name,
        secret_id=secret.id,
        secret_string=pulumi.Output.secret(pulumi.Output.json_dumps(content)),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return secret.arn
