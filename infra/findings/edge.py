"""Findings about names, the edge and failover."""

from __future__ import annotations

from collections.abc import Iterator

from infra.findings.finding import Finding, Situation, lines
from infra.roadmap.model import Role


def failover_resolvers(situation: Situation) -> Iterator[Finding]:
    """The budget counts on resolvers that honour a TTL."""
    failover = situation.config.failover
    if situation.config.standby_regions:
        message = (
            f"Users reach the standby region within {failover.worst_case_seconds} s where resolvers honour the TTL of "
            f"{failover.ttl_seconds} s; those that keep an answer longer are outside the budget."
        )
        yield Finding("failover-resolvers", "info", message, situation.source("failover.limit_seconds"))


def balancer_zones(situation: Situation) -> Iterator[Finding]:
    """A load balancer reaches targets in its own zones alone, so it stands in more of them than the document counts."""
    counted, regions = situation.config.load_balancer.zones, situation.config.regions
    more = {name: len(region.zones) for name, region in regions.items() if len(region.zones) > counted}
    if more:
        where = ", ".join(f"{zones} in {name}" for name, zones in more.items())
        message = (
            f"The document counts {counted} load balancers. One stands in every zone in which servers run ({where}): it "
            "reaches none in a zone of which it isn't part."
        )
        keys = ("load_balancer.zones", *(f"regions.{name}.zones" for name in more))
        yield Finding("balancer-zones", "info", message, situation.source(*keys))


def standby_capacity(situation: Situation) -> Iterator[Finding]:
    """DNS moves all users at once, the standby's servers come one round of the autoscaler after the other."""
    config = situation.config
    active = config.regions[config.active_region].servers
    for name in config.standby_regions[:1]:
        there = config.regions[name].servers
        if there < active:
            message = (
                f"A failover moves the users of {active} servers to {there}. The autoscalers of {name} bring up more only "
                f"after {config.app.scaling.scale_up_window_seconds} s each time; docs/how-to/fail-over.md does it in one step."
            )
            keys = (f"regions.{config.active_region}.servers", f"regions.{name}.servers")
            yield Finding("standby-capacity", "warning", message, situation.source(*keys))


def failover_promotion(situation: Situation) -> Iterator[Finding]:
    """DNS moves by itself, and the data doesn't."""
    plan = situation.selected.phase.multi_region
    if situation.config.standby_regions and plan and plan.failover_seconds:
        message = (
            "DNS fails over by itself; the standby only reads until the runbook closes the fence and promotes its "
            "database. Promotion is a person's decision: two regions that both write can't be merged again."
        )
        yield Finding("failover-promotion", "warning", message, lines(plan.failover_seconds.line))


def check_interval(situation: Situation) -> Iterator[Finding]:
    """Route 53 knows two intervals."""
    plan = situation.selected.phase.multi_region
    stated = plan.check_interval_seconds if plan else None
    made = situation.config.failover.check_interval_seconds
    if stated and stated.value != made:
        message = f"Route 53 checks every 10 or 30 s: the document's {stated.value} s become {made} s."
        yield Finding("check-interval", "info", message, lines(stated.line))


def further_standbys(situation: Situation) -> Iterator[Finding]:
    """A failover name has one secondary."""
    further = situation.config.standby_regions[1:]
    if further:
        message = f"{', '.join(further)}: no traffic moves there by itself, since a failover name has one secondary."
        yield Finding(
            "further-standbys", "warning", message, situation.source(*(f"regions.{r}.servers" for r in further))
        )


def rate_limit_figure(situation: Situation) -> Iterator[Finding]:
    """The document asks for a limit a user and gives no figure."""
    limit, header = situation.config.web_acl.rate_limit, situation.config.web_acl.api_key_header
    if limit:
        message = (
            f"The document gives no figure for the limit of a user: {limit.requests_per_user} requests in "
            f"{limit.window_seconds} s are the settings'. Requests without {header} count by address, "
            f"{limit.requests_per_address}."
        )
        yield Finding("rate-limit-figure", "info", message, situation.source("web_acl.rate_limit.requests_per_user"))


def active_active(situation: Situation) -> Iterator[Finding]:
    """The document wants every region to write."""
    row = situation.selected.phase.row(Role.REGIONS)
    if row and row.after.value.region_mode == "active-active":
        message = (
            f"{row.after.value.text}: one region writes and the others stand by, since PostgreSQL has one primary. All "
            "of them run the document's counts."
        )
        yield Finding("active-active", "warning", message, lines(row.after.line))
