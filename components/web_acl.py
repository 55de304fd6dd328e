"""A web ACL: what is refused before it reaches the application, and how often a user may ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components import naming


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Requests within `window_seconds` (60, 120, 300 or 600) for a user, known by a header, and for an address.

    AWS takes 10 requests as the least. A request without the header counts for its address alone.
    """

    header: str
    window_seconds: int
    requests_per_user: int
    requests_per_address: int


@dataclass(frozen=True, kw_only=True)
class WebAclArgs:
    """`scope` is CLOUDFRONT (in us-east-1) or REGIONAL, which names the load balancer's ARN as `protects`.

    `managed_rules` are groups of AWS Managed Rules, in the order of their names, each with its rules that only count.
    `rate_limit` None: no limit.
    """

    scope: Literal["CLOUDFRONT", "REGIONAL"]
    managed_rules: Mapping[str, Sequence[str]]
    rate_limit: RateLimit | None
    protects: pulumi.Input[str] | None = None


class WebAcl(pulumi.ComponentResource):
    """A WAFv2 web ACL that lets through what none of its rules blocks.

    The limits come first: a request that is one too many costs no further evaluation, and is answered with 429 and
    `Retry-After`. Creates: the web ACL, and in REGIONAL scope its association. Outputs: `arn`, `metric_name`.
    """

    arn: pulumi.Output[str]
    metric_name: str

    def __init__(self, name: str, args: WebAclArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:webacl:WebAcl", name, None, opts)
        if (args.scope == "REGIONAL") != (args.protects is not None):
            raise ValueError(f"{name}: scope {args.scope}: a REGIONAL web ACL protects a load balancer, no other does")
        child = pulumi.ResourceOptions(parent=self)
        acl = aws.wafv2.WebAcl(
            naming.logical(naming.WEB_ACL, f"{name}-acl"),
            scope=args.scope,
            description=f"What may pass to {name.removesuffix('-waf')}",
            default_action={"allow": {}},
            rules=[
                aws.wafv2.WebAclRuleArgs(priority=priority, **rule)
                for priority, rule in enumerate([*_limits(name, args.rate_limit), *_managed(name, args.managed_rules)])
            ],
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(**_visibility(name)),
            opts=child,
        )
        if args.protects is not None:
            aws.wafv2.WebAclAssociation(
                f"{name}-association", web_acl_arn=acl.arn, resource_arn=args.protects, opts=child
            )
        self.arn, self.metric_name = acl.arn, name
        self.register_outputs({"arn": self.arn})


def _limits(name: str, limit: RateLimit | None) -> Iterator[dict[str, Any]]:
    """The limit of a user, and behind it that of an address, which catches requests without the header."""
    if limit is None:
        return
    transformation = {"priority": 0, "type": "NONE"}
    header = {"name": limit.header, "text_transformations": [transformation]}
    window = {"evaluation_window_sec": limit.window_seconds}
    user = {"aggregate_key_type": "CUSTOM_KEYS", "custom_keys": [{"header": header}], "limit": limit.requests_per_user}
    address = {"aggregate_key_type": "IP", "limit": limit.requests_per_address}
    retry = {"name": "Retry-After", "value": str(limit.window_seconds)}
    block = {"block": {"custom_response": {"response_code": 429, "response_headers": [retry]}}}
    for rule, statement in (("limit-per-user", user), ("limit-per-address", address)):
        yield {
            "name": rule,
            "action": block,
            "statement": {"rate_based_statement": {**statement, **window}},
            "visibility_config": _visibility(f"{name}-{rule}"),
        }


def _managed(name: str, groups: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    for group, counted in sorted(groups.items()):
        overrides = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
        statement = {"vendor_name": "AWS", "name": group, "rule_action_overrides": overrides}
        yield {
            "name": group,
            "override_action": {"none": {}},
            "statement": {"managed_rule_group_statement": statement},
            "visibility_config": _visibility(f"{name}-{group}"),
        }


def _visibility(metric: str) -> dict[str, Any]:
    return {
        "cloudwatch_metrics_enabled": True,
        "metric_name": naming.physical(naming.WEB_ACL, metric),
        "sampled_requests_enabled": True,
    }
