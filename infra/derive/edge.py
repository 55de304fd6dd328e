"""What stands between the users and the application in a phase."""

from __future__ import annotations

import re
from typing import Any

from infra.derive.rules import geography, systems
from infra.derive.sources import Sourced, fact, settings_section
from infra.derive.step import Step
from infra.errors import InputError, Mistake
from infra.roadmap.model import Fact, Item, Phase, Role

Tree = dict[str, Any]


def load_balancer(step: Step) -> Tree:
    """The load balancer of each region."""
    return {
        "zones": step.count(Role.LOAD_BALANCER) or step.setting("load_balancer.zones"),
        "idle_timeout_seconds": step.setting("load_balancer.idle_timeout_seconds"),
    }


def failover(step: Step) -> Tree:
    """Health checks and the failover name, the same in every phase: a check's interval can't be changed later."""
    stated = step.anywhere(lambda phase: phase.multi_region and phase.multi_region.check_interval_seconds)
    interval = fact(stated) if stated else step.setting("failover.check_interval_seconds")
    limit = step.current(lambda phase: phase.multi_region and phase.multi_region.failover_seconds)
    return {
        "check_interval_seconds": interval if interval.value in (10, 30) else systems.check_interval(interval),
        "failure_threshold": step.setting("failover.failure_threshold"),
        "ttl_seconds": step.setting("failover.ttl_seconds"),
        "limit_seconds": fact(limit) if limit else step.setting("failover.limit_seconds"),
        "checker_cidrs": step.setting("failover.checker_cidrs"),
    }


def web_acl(step: Step) -> Tree:
    """What is refused at the edge, and from the phase on that names it, how often a user may ask."""
    groups = step.settings.settings.web_acl.managed_rules
    limited = step.latest(_limits_rate)
    return {
        "api_key_header": step.setting("web_acl.api_key_header"),
        "managed_rules": {group: step.setting(f"web_acl.managed_rules.{group}") for group in groups},
        "rate_limit": _rate_limit(step, limited) if limited else step.absent(),
    }


def _rate_limit(step: Step, asked: Item) -> Tree:
    section = settings_section(step.settings, "web_acl.rate_limit")
    key = "requests_per_user"
    return {**section, key: systems.limited_from(fact(Fact(asked.text, asked.line)), section[key])}


def _limits_rate(phase: Phase) -> Item | None:
    items = (*phase.architecture, *phase.optimizations)
    return next((item for item in items if re.search(r"rate[- ]?limit", item.text, re.IGNORECASE)), None)


def cdn(step: Step, regions: Tree) -> Tree | Sourced[None]:
    """CloudFront, from the phase on whose table has it. `regions` are the phase's, by AWS name."""
    if not step.has(Role.CDN):
        return step.absent()
    known = step.settings.settings.cdn.origin_prefix_lists
    unknown = [region for region in regions if region not in known]
    if unknown:
        line, key = step.settings.line("cdn.origin_prefix_lists"), "cdn.origin_prefix_lists"
        hint = "`aws ec2 describe-managed-prefix-lists` there names com.amazonaws.global.cloudfront.origin-facing."
        what = f"an id for each region of {step.phase.key}: {', '.join(unknown)}"
        raise InputError([Mistake(step.settings.path, line, key, ", ".join(known) or "none", what, hint)])
    lists = {region: step.setting(f"cdn.origin_prefix_lists.{region}") for region in regions}
    copied = {"assets_copy_region": _assets_copy_region(step)}
    return {**settings_section(step.settings, "cdn"), "origin_prefix_lists": lists, **copied}


def _assets_copy_region(step: Step) -> Sourced[Any]:
    """By the document's order, which a take-over doesn't change: a bucket that moved would leave its objects behind."""
    plan = step.latest(lambda phase: phase.multi_region)
    if plan is None or len(plan.regions) == 1:
        return step.absent()
    words = [fact(region.name) for region in plan.regions]
    return geography.assets_copy_region(
        *(geography.region_behind(word, step.setting(f"regions.names.{word.value}.region")) for word in words)
    )
