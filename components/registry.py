"""The image registry of one region: a repository a service, whose images reach the other regions by themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """A repository `<application>/<service>` for each of `services`; images reach the registry of each region in `copies_to`.

    The newest `keep_images` tagged images stay, and one without a tag for `untagged_days`. `copies_too` are prefixes of
    repositories of other applications that the same rule copies.
    """

    application: str
    account_id: str
    region: str
    services: Sequence[str]
    key_arn: pulumi.Input[str]
    keep_images: int
    untagged_days: int
    copies_to: Sequence[str] = ()
    copies_too: Sequence[str] = ()


class Registry(pulumi.ComponentResource):
    """ECR repositories with immutable tags, scanned as images arrive and encrypted by a key of one's own.

    Creates: a repository and its lifecycle policy for each service, and with other regions the replication of what is
    pushed here. A registry has one list of replication rules, which this one replaces: where others keep theirs, leave
    `copies_to` empty and have the application's prefix put among them. An image is copied once, from where it was pushed to.

    Outputs: `host` (a plain string).
    """

    host: str

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:registry:Registry", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.host = f"{args.account_id}.dkr.ecr.{args.region}.amazonaws.com"

        for service in args.services:
            self._repository(service)
        if args.copies_to:
            self._replication()
        self.register_outputs({"host": self.host})

    def image(self, service: str, tag: str) -> str:
        """The full name of a service's image in this region."""
        return f"{self.host}/{repository_name(self._args.application, service)}:{tag}"

    def _repository(self, service: str) -> None:
        repository = aws.ecr.Repository(
            f"{self._name}-{service}",
            name=repository_name(self._args.application, service),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=self._args.key_arn)
            ],
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.ecr.LifecyclePolicy(
            f"{self._name}-{service}",
            repository=repository.name,
            policy=lifecycle_policy(self._args.keep_images, self._args.untagged_days),
            opts=self._child,
        )

    def _replication(self) -> None:
        rule = aws.ecr.ReplicationConfigurationReplicationConfigurationRuleArgs(
            destinations=[
                aws.ecr.ReplicationConfigurationReplicationConfigurationRuleDestinationArgs(
                    region=region, registry_id=self._args.account_id
                )
                for region in self._args.copies_to
            ],
            repository_filters=[
                aws.ecr.ReplicationConfigurationReplicationConfigurationRuleRepositoryFilterArgs(
                    filter=prefix, filter_type="PREFIX_MATCH"
                )
                for prefix in (f"{self._args.application}/", *self._args.copies_too)
            ],
        )
        aws.ecr.ReplicationConfiguration(
            f"{self._name}-replication",
            replication_configuration=aws.ecr.ReplicationConfigurationReplicationConfigurationArgs(rules=[rule]),
            opts=self._child,
        )


def repository_name(application: str, service: str) -> str:
    """The repository of a service. Raises InvalidName where ECR would refuse it."""
    return naming.physical(naming.REPOSITORY, f"{application}/{service}")


def lifecycle_policy(keep_images: int, untagged_days: int) -> str:
    """The lifecycle policy, as JSON. Rules apply by priority, and the one about all images must come last."""
    rules = [
        {
            "rulePriority": 1,
            "description": f"Untagged images go after {untagged_days} days",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": untagged_days,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": f"The newest {keep_images} images stay",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep_images},
            "action": {"type": "expire"},
        },
    ]
    return json.dumps({"rules": rules})
