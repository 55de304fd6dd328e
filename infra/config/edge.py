"""Config of what stands between the users and the application."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from infra import patterns
from infra.catalogue.waf import rule_groups
from infra.config.scalars import Cidr, Distinct, HeaderName, PositiveInt, PrefixList, Region, Section

RuleGroup = Annotated[str, StringConstraints(pattern=patterns.RULE_GROUP)]
"""[WAF Developer Guide, AWS Managed Rules rule groups list: those that need no configuration of their own]"""
GLOBAL_REGION = "us-east-1"
"""Where CloudFront's certificates and web ACLs must live, and what stands beside them; Route 53 and IAM have no region."""
CountedRules = Annotated[tuple[Annotated[str, StringConstraints(pattern=patterns.COUNTED_RULE)], ...], Distinct]


def _rules_of_their_groups(groups: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for group, counted in groups.items():
        rules = rule_groups()[group]
        for rule in (rule for rule in counted if rule not in rules):
            raise ValueError(f"{group}: {rule} is none of its rules: {', '.join(rules)}")
    return groups


ManagedRules = Annotated[dict[RuleGroup, CountedRules], AfterValidator(_rules_of_their_groups)]
CHECK_TIMEOUT_SECONDS = 6
"""The longest that one HTTPS health check of Route 53 takes to fail: 4 s to connect, 2 s for the status. [Route 53
Developer Guide, how health checks determine health]"""


class LoadBalancerConfig(Section):
    """The Application Load Balancer of each region."""

    zones: int = Field(ge=2, le=6, description="Fewest availability zones; it stands in all of its region's.")
    idle_timeout_seconds: int = Field(ge=1, le=4000)


class AccessLogsConfig(Section):
    """What load balancers, web ACLs and CDN write down of requests."""

    retention_days: PositiveInt


class FailoverSettings(Section):
    """What makes up the time of a failover, before a document has its say."""

    check_interval_seconds: Literal[10, 30] = Field(description="Route 53 has these two; it can't be changed later.")
    failure_threshold: int = Field(ge=1, le=10, description="Failed checks in a row that count as a failure.")
    ttl_seconds: int = Field(ge=1, le=86400, description="How long a resolver keeps the answer.")
    limit_seconds: PositiveInt = Field(description="What a failover must stay below.")
    checker_cidrs: Annotated[tuple[Cidr, ...], Distinct] = Field(
        min_length=1, max_length=60, description="Route 53's health checkers."
    )


class FailoverConfig(FailoverSettings):
    """How soon users of a region that stops answering reach another one."""

    @property
    def worst_case_seconds(self) -> int:
        """From the failure to the last resolver's new answer: every check fails as late as it can."""
        return self.check_interval_seconds * self.failure_threshold + CHECK_TIMEOUT_SECONDS + self.ttl_seconds

    @model_validator(mode="after")
    def _within_the_limit(self) -> FailoverConfig:
        if self.worst_case_seconds >= self.limit_seconds:
            raise ValueError(
                f"ttl_seconds: {self.ttl_seconds} is too much, since failover takes "
                f"check_interval_seconds × failure_threshold + timeout + ttl_seconds = "
                f"{self.check_interval_seconds} × {self.failure_threshold} + {CHECK_TIMEOUT_SECONDS} + {self.ttl_seconds}"
                f" = {self.worst_case_seconds} s, allowed: below {self.limit_seconds} s"
            )
        return self


class RateLimitConfig(Section):
    """How often a user, and behind users an address, may ask within a window."""

    window_seconds: Literal[60, 120, 300, 600]
    requests_per_user: int = Field(ge=10, le=2_000_000_000)
    requests_per_address: int = Field(ge=10, le=2_000_000_000)

    @model_validator(mode="after")
    def _address_behind_user(self) -> RateLimitConfig:
        if self.requests_per_address < self.requests_per_user:
            raise ValueError(
                f"requests_per_address {self.requests_per_address} is below requests_per_user {self.requests_per_user}: "
                "no user could reach the own limit"
            )
        return self


class WebAclConfig(Section):
    """What is refused at the edge: on the load balancers, and with a CDN on the CDN."""

    api_key_header: HeaderName = Field(description="The header that tells one user from another, in lower case.")
    managed_rules: ManagedRules = Field(
        description="AWS's rule groups, evaluated in the order of their names, each with its rules that only count."
    )
    rate_limit: RateLimitConfig | None


class CdnSettings(Section):
    """CloudFront in front of the application, before a document has its say."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]
    assets_path: Annotated[str, StringConstraints(pattern=patterns.ASSETS_PATH)]
    assets_noncurrent_days: PositiveInt = Field(description="How long a replaced asset is kept.")
    api_max_ttl_seconds: int = Field(
        ge=1, le=31_536_000, description="The longest that an API response is cached, if it says so."
    )
    connection_attempts: int = Field(ge=1, le=3)
    connection_timeout_seconds: int = Field(ge=1, le=10)
    read_timeout_seconds: int = Field(ge=1, le=120)
    keepalive_timeout_seconds: int = Field(ge=1, le=120)
    origin_key_epoch: PositiveInt = Field(
        description="Raise it by one to rotate the key that the CDN shows its origins."
    )
    origin_prefix_lists: dict[Region, PrefixList] = Field(
        description="AWS's list of CloudFront's addresses, by region."
    )

    @model_validator(mode="after")
    def _lists_are_their_regions(self) -> CdnSettings:
        regions: dict[str, str] = {}
        for region, prefix_list in self.origin_prefix_lists.items():
            if prefix_list in regions:
                raise ValueError(
                    f"origin_prefix_lists.{region}: {prefix_list} is that of {regions[prefix_list]}; each region has its own"
                )
            regions[prefix_list] = region
        return self


class CdnConfig(CdnSettings):
    """CloudFront in front of the application."""

    assets_copy_region: Region | None = Field(
        description="Where the copy of the assets stands; null while there is one region."
    )
