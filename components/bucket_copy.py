"""A copy of one S3 bucket in another, kept by S3 itself."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import allow, document, trust
from components.private_bucket import PrivateBucket


@dataclass(frozen=True, kw_only=True)
class BucketCopyArgs:
    """From `source` to `target`, whose objects are encrypted by the keys of those ARNs."""

    source: PrivateBucket
    source_key_arn: pulumi.Input[str]
    target: PrivateBucket
    target_key_arn: pulumi.Input[str]


class BucketCopy(pulumi.ComponentResource):
    """The replication of a bucket, deletions too, under the target's own key; most objects arrive within minutes.

    S3 copies what is written from then on: what stands in the source already is copied by hand, once.

    Creates: the role that S3 assumes and its policy, and the replication, which reports what it couldn't copy
    (`OperationsFailedReplication` in CloudWatch).
    """

    def __init__(self, name: str, args: BucketCopyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:bucketcopy:BucketCopy", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        assumed_by = trust("s3.amazonaws.com")
        role = aws.iam.Role(naming.logical(naming.ROLE, name), assume_role_policy=assumed_by, opts=child)
        permissions = aws.iam.RolePolicy(name, role=role.id, policy=_permissions(args), opts=child)
        aws.s3.BucketReplicationConfig(
            name,
            bucket=args.source.bucket,
            role=role.arn,
            rules=[_everything(args)],
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[permissions, args.source.versioning, args.target.versioning]
            ),
        )
        self.register_outputs({})


def _everything(args: BucketCopyArgs) -> aws.s3.BucketReplicationConfigRuleArgs:
    """The whole bucket. A rule with a filter, even an empty one, is of the kind that may copy deletions."""
    destination = aws.s3.BucketReplicationConfigRuleDestinationArgs(
        bucket=args.target.arn,
        encryption_configuration=aws.s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
            replica_kms_key_id=args.target_key_arn
        ),
        metrics=aws.s3.BucketReplicationConfigRuleDestinationMetricsArgs(status="Enabled"),
    )
    encrypted = aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(status="Enabled")
    return aws.s3.BucketReplicationConfigRuleArgs(
        id="everything",
        status="Enabled",
        priority=1,
        filter=aws.s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
        delete_marker_replication=aws.s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(status="Enabled"),
        source_selection_criteria=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
            sse_kms_encrypted_objects=encrypted
        ),
        destination=destination,
    )


def _permissions(args: BucketCopyArgs) -> pulumi.Output[str]:
    """Read versions of the source under its key, write them to the target under that one's.

    [S3 User Guide, "Setting up permissions for live replication" and "Replicating encrypted objects"]
    """
    read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"]
    write = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
    return document(
        allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [args.source.arn]),
        allow(read, [pulumi.Output.concat(args.source.arn, "/*")]),
        allow(write, [pulumi.Output.concat(args.target.arn, "/*")]),
        allow(["kms:Decrypt"], [args.source_key_arn]),
        allow(["kms:Encrypt", "kms:GenerateDataKey"], [args.target_key_arn]),
    )
