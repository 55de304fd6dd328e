"""The fence of a region: a switch that keeps the other region from taking the traffic back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.policies import allow
from components.private_bucket import PrivateBucket, PrivateBucketArgs

CLOSED = "closed"
"""The object whose presence closes the fence."""


@dataclass(frozen=True, kw_only=True)
class FenceArgs:
    """`checker_cidrs` are the IPv4 ranges of Route 53's health checkers, the only ones that may see the fence."""

    checker_cidrs: Sequence[str]


class Fence(pulumi.ComponentResource):
    """A bucket in the region that waits. An object named `closed` in it fences the region that leads.

    A health check (see Failover) reads it and is inverted: the object there means unhealthy. Closing it is one
    `PutObject` in this region: it needs neither the failed region nor Route 53's control plane nor Pulumi. AWS calls
    this "standby takes over primary". The policy names the checkers' fixed ranges, so S3 doesn't hold it for public, and
    all public access stays blocked; S3's own key encrypts it, since a checker has no identity that KMS would let in.

    Creates: a PrivateBucket and its policy. Outputs: `bucket`, `domain_name`.
    """

    bucket: pulumi.Output[str]
    domain_name: pulumi.Output[str]

    def __init__(self, name: str, args: FenceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:fence:Fence", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        switch = PrivateBucket(name, PrivateBucketArgs(key_arn=None, noncurrent_days=365), child)
        switch.grant(checkers_look(pulumi.Output.concat(switch.arn, f"/{CLOSED}"), args.checker_cidrs))
        self.bucket, self.domain_name = switch.bucket, switch.regional_domain_name
        self.register_outputs({"bucket": self.bucket})


def checkers_look(switch: pulumi.Input[str], checker_cidrs: Sequence[str]) -> dict[str, Any]:
    """The statement that lets whoever asks from the checkers' ranges read the switch, and nothing else."""
    asks_from = {"IpAddress": {"aws:SourceIp": list(checker_cidrs)}}
    return allow(["s3:GetObject"], [switch], Sid="HealthCheckersLook", Principal="*", Condition=asks_from)
