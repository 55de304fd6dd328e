"""Bills of resources that a test writes down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.catalogue.prices import PriceBook
from infra.cost.estimate import Estimate, estimate
from infra.cost.subject import Plan
from infra.cost.usage import Usage, UsageSettings
from infra.graph import Resource, ResourceGraph
from tests.unit.documents import document

REGIONS = ("us-east-1", "us-west-2")


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:test::ramp::{type_}::{name}"


def resource(
    type_: str,
    name: str,
    inputs: Mapping[str, Any],
    region: str = "us-east-1",
    takes: Mapping[str, tuple[str, ...]] | None = None,
    parent: str | None = None,
) -> Resource:
    """A resource in a region, or on the region's cluster; `takes` are the URNs that its inputs come from."""
    package = "kubernetes" if type_.startswith("kubernetes:") else "aws"
    return Resource(
        urn=urn(type_, name),
        type=type_,
        name=name,
        custom=True,
        inputs=inputs,
        provider=urn(f"pulumi:providers:{package}", region),
        property_dependencies=takes or {},
        parent=parent or urn("ramp:stack:Region", region),
    )


def _surroundings() -> list[Resource]:
    made: list[Resource] = []
    for region in REGIONS:
        made.append(
            Resource(
                urn=urn("ramp:stack:Region", region), type="ramp:stack:Region", name=region, custom=False, inputs={}
            )
        )
        for package in ("aws", "kubernetes"):
            type_, inputs = f"pulumi:providers:{package}", {"region": region} if package == "aws" else {}
            made.append(Resource(urn=urn(type_, region), type=type_, name=region, custom=True, inputs=inputs))
        made.append(resource("aws:ec2/subnet:Subnet", f"in-{region}", {}, region))
    return made


QUIET = {
    "load_curve": (100,) * 24, "requests_per_user_hour": 1, "requests_per_connection": 1, "connection_seconds": 1,
    "request_kib": 0, "response_kib": 0, "compressed_percent": 100, "assets_mib_per_user_hour": 0,
    "asset_requests_per_user_hour": 0, "assets_gib": 1, "assets_published_gib": 0, "cdn_hit_percent": 0,
    "external_request_kib": 0, "external_response_kib": 0, "internal_kib_per_request": 0, "cross_zone_percent": 0,
    "written_kib_per_request": 0, "event_kib_per_request": 0, "access_log_kib_per_request": 0, "log_kib_per_request": 0,
    "idle_log_gib": 0, "flow_log_kib_per_connection": 0, "observations_per_node_minute": 0, "images_gib": 1,
    "queries_per_user_hour": 0, "notifications": 0, "database_filled_percent": 1, "daily_change_percent": 0,
    "cache_filled_percent": 1, "phases": {},
}  # fmt: skip
"""A month in which next to nothing happens."""


def usage(**figures: Any) -> UsageSettings:
    return UsageSettings(**{**QUIET, **figures})


def plan_of(*resources: Resource, phase: str = "phase3", **figures: Any) -> Plan:
    """The plan of resources, in a phase of the project's document, in a quiet month but for `figures`."""
    config = document().derived(phase).config
    graph = ResourceGraph([*_surroundings(), *resources])
    return Plan(graph, config, Usage(usage(**figures), config.users), PriceBook.load(REGIONS))


def bill_of(*resources: Resource, phase: str = "phase3", **figures: Any) -> Estimate:
    return estimate(plan_of(*resources, phase=phase, **figures))


def amounts(bill: Estimate) -> dict[str, str]:
    """A bill's line items and their exact amounts, without those of nothing."""
    return {f"{i.price.service}: {i.price.item}": f"{i.amount.expected.normalize():f}" for i in bill.items if i.amount}
