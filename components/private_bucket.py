"""An S3 bucket that nobody reaches without a policy of its own, and nobody without TLS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import document


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """`key_arn` is the KMS key of its objects; None: S3's own key, where a reader or writer has no way to KMS.

    Objects go `expire_days` after they were written, None: they stay.
    """

    key_arn: pulumi.Input[str] | None
    noncurrent_days: int
    expire_days: int | None = None


class PrivateBucket(pulumi.ComponentResource):
    """A bucket with every public access blocked, no ACLs, versions, and encryption at rest.

    Creates: the bucket (protected), its public access block, ownership, versioning, encryption, and a lifecycle that
    drops versions `noncurrent_days` after they were replaced, and objects after `expire_days`.

    `grant` adds its policy; without it only the account's own identities reach it.

    Outputs: `bucket`, `arn`, `regional_domain_name`, `versioning` (what a replication waits for).
    """

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    regional_domain_name: pulumi.Output[str]
    versioning: pulumi.Resource

    def __init__(self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:bucket:PrivateBucket", name, None, opts)
        self._logical_name = name
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            naming.logical(naming.BUCKET, name),
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        self._public_access = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}, opts=child
        )
        self.versioning = aws.s3.BucketVersioning(
            f"{name}-versioning", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=child
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption", bucket=bucket.bucket, rules=[_encryption(args.key_arn)], opts=child
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "drop-what-was-replaced",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": args.noncurrent_days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                    "expiration": {"days": args.expire_days} if args.expire_days else None,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.versioning]),
        )
        self.bucket, self.arn = bucket.bucket, bucket.arn
        self.regional_domain_name = bucket.bucket_regional_domain_name
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def grant(self, *statements: Mapping[str, Any]) -> aws.s3.BucketPolicy:
        """Add the bucket's policy: these statements, and no request without TLS. To be called once at most.

        It waits for the public access block: S3 refuses to change both at one time.
        """
        return aws.s3.BucketPolicy(
            f"{self._logical_name}-policy",
            bucket=self.bucket,
            policy=document(*statements, tls_only(self.arn)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._public_access]),
        )


def tls_only(arn: pulumi.Output[str]) -> dict[str, Any]:
    """The statement that refuses every request without TLS, whoever sends it."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, pulumi.Output.concat(arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _encryption(
    key_arn: pulumi.Input[str] | None,
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgs:
    default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
    )
    return aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
        apply_server_side_encryption_by_default=default, bucket_key_enabled=True if key_arn else None
    )
