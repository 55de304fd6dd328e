"""The guard of a load balancer behind a CDN: only what the CDN sends gets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.kept_secret import SecretKeys, keep

HEADER = "x-origin-key"
"""What the CDN says to prove itself."""


@dataclass(frozen=True, kw_only=True)
class OriginGuardArgs:
    """`listener_arn` is the HTTPS listener's, `target_group_arn` where it sends to.

    A request that carries one of `keys` (by turn) in the header passes, and one for `health_path` alone, which health
    checkers ask for.
    """

    listener_arn: pulumi.Input[str]
    target_group_arn: pulumi.Input[str]
    keys: Mapping[str, pulumi.Input[str]]
    secret_keys: SecretKeys
    health_path: str


class OriginGuard(pulumi.ComponentResource):
    """Listener rules that answer 403 to every request which didn't come through this CDN's distribution.

    The security group lets in all of CloudFront, so also somebody else's distribution in front of this load balancer.
    The rules stand before the listener's default, which stays as it was without a CDN: so the refusing one can wait
    until users have moved. Creates: two listener rules, by `refuse` a third one, and a secret in Secrets Manager that
    holds the keys. Outputs: `admits`, the rules that the CDN waits for: it must send no key that isn't taken yet.
    """

    admits: list[pulumi.Resource]

    def __init__(self, name: str, args: OriginGuardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:originguard:OriginGuard", name, None, opts)
        self._name, self._args = name, args
        child = pulumi.ResourceOptions(parent=self)
        condition = aws.lb.ListenerRuleConditionArgs
        header = aws.lb.ListenerRuleConditionHttpHeaderArgs(
            http_header_name=HEADER, values=[pulumi.Output.secret(key) for key in args.keys.values()]
        )
        path = aws.lb.ListenerRuleConditionPathPatternArgs
        forward = aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=args.target_group_arn)
        self.admits = [
            aws.lb.ListenerRule(
                f"{name}-{role}",
                listener_arn=args.listener_arn,
                priority=priority,
                conditions=[allowed],
                actions=[forward],
                opts=child,
            )
            for role, priority, allowed in (
                ("key", 10, condition(http_header=header)),
                ("health", 20, condition(path_pattern=path(values=[args.health_path]))),
            )
        ]
        keep(name, f"Keys of the CDN, sent as {HEADER} ({name})", args.keys, args.secret_keys, self)
        self.register_outputs({})

    def refuse(self, after: Sequence[pulumi.Resource]) -> None:
        """Refuse everything else, once `after` stands: that users reach the CDN. To be called once at most."""
        condition, path = aws.lb.ListenerRuleConditionArgs, aws.lb.ListenerRuleConditionPathPatternArgs
        refused = aws.lb.ListenerRuleActionFixedResponseArgs(
            content_type="text/plain", message_body="Forbidden", status_code="403"
        )
        aws.lb.ListenerRule(
            f"{self._name}-refuse",
            listener_arn=self._args.listener_arn,
            priority=30,
            conditions=[condition(path_pattern=path(values=["/*"]))],
            actions=[aws.lb.ListenerRuleActionArgs(type="fixed-response", fixed_response=refused)],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self.admits, *after]),
        )
