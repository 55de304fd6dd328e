"""Where the edge writes who asked for what: one bucket for load balancer, web ACL and CDN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import allow
from components.private_bucket import PrivateBucket, PrivateBucketArgs

BALANCER_LOGS = "logdelivery.elasticloadbalancing.amazonaws.com"
DELIVERY = "delivery.logs.amazonaws.com"
NAME_PREFIX = "aws-waf-logs-"
"""WAF writes to a bucket only if its name begins so."""


@dataclass(frozen=True, kw_only=True)
class AccessLogsArgs:
    """Logs of this account's resources in `region` go after `retention_days`."""

    account_id: str
    region: str
    retention_days: int


class AccessLogs(pulumi.ComponentResource):
    """A private bucket that AWS's log services may write to, and nobody else.

    It stands from the first phase on, under the name that WAF wants, so that no log moves when a CDN comes. S3's own key
    encrypts it: load balancers write under no other. Creates: a PrivateBucket and its policy.

    Outputs: `bucket` (its name), `arn`, `ready` (what writers wait for).
    """

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    ready: pulumi.Resource

    def __init__(self, name: str, args: AccessLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:accesslogs:AccessLogs", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        logs = PrivateBucket(
            f"{NAME_PREFIX}{name}",
            PrivateBucketArgs(key_arn=None, noncurrent_days=1, expire_days=args.retention_days),
            self._child,
        )
        self.ready = logs.grant(*writers(logs.arn, args))
        self.bucket, self.arn = logs.bucket, logs.arn
        self.register_outputs({"bucket": self.bucket})

    def of_web_acl(self, name: str, acl_arn: pulumi.Input[str], secret_headers: Sequence[str]) -> None:
        """Logs what the web ACL blocked or counted; headers that tell who a user is are left out."""
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logs",
            resource_arn=acl_arn,
            log_destination_configs=[self.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in secret_headers],
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")],
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.ready]),
        )

    def of_distribution(self, name: str, distribution_arn: pulumi.Input[str]) -> None:
        """CloudFront's standard logs, version 2, which need no ACL; it delivers from us-east-1."""
        source = aws.cloudwatch.LogDeliverySource(
            f"{name}-logs",
            name=naming.physical(naming.LOG_DELIVERY, f"{name}-logs"),
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            opts=self._child,
        )
        destination = aws.cloudwatch.LogDeliveryDestination(
            f"{name}-logs",
            name=naming.physical(naming.LOG_DELIVERY, f"{name}-logs"),
            output_format="json",
            delivery_destination_configuration={"destination_resource_arn": self.arn},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.ready]),
        )
        aws.cloudwatch.LogDelivery(
            f"{name}-logs",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            opts=self._child,
        )


def writers(bucket_arn: pulumi.Output[str], args: AccessLogsArgs) -> list[dict[str, Any]]:
    """Who may write where: load balancers below their prefix, CloudWatch's delivery for WAF and CloudFront."""
    ours = {"aws:SourceAccount": args.account_id}
    delivered = {
        "StringEquals": ours,
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{args.region}:{args.account_id}:*"},
    }
    below = pulumi.Output.concat(bucket_arn, f"/AWSLogs/{args.account_id}/*")
    return [
        allow(["s3:PutObject"], [below], Sid="BalancersWrite", Principal={"Service": BALANCER_LOGS}),
        allow(
            ["s3:PutObject"],
            [below],
            Sid="DeliveryWrites",
            Principal={"Service": DELIVERY},
            Condition={
                **delivered,
                "StringEquals": {**ours, "s3:x-amz-acl": "bucket-owner-full-control"},
            },
        ),
        allow(
            ["s3:GetBucketAcl"], [bucket_arn], Sid="DeliveryLooks", Principal={"Service": DELIVERY}, Condition=delivered
        ),
    ]
