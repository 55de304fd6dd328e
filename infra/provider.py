"""The AWS provider of a region."""

from __future__ import annotations

import pulumi_aws as aws

from infra.arguments import compute
from infra.config import PhaseConfig


def aws_provider(config: PhaseConfig, name: str, region: str) -> aws.Provider:
    """An AWS provider bound to one region and to the configured account, which tags everything that it makes."""
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[config.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=compute.tags(config)),
    )
