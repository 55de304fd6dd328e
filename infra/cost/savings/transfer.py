"""Savings on data transfer: a CDN instead of the load balancer's way out, and compressed responses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from infra.cost.bill import price
from infra.cost.estimate import Estimate
from infra.cost.items import Charge, Group
from infra.cost.savings.saving import Saving
from infra.cost.span import Span, total
from infra.cost.subject import Plan

_SERVICES = ("transfer", "nat", "cloudfront")


def data_transfer(estimate: Estimate, plan: Plan) -> Saving:
    """What the users' data costs through a CDN and without one, compressed and not, at the book's tiers."""
    use = plan.usage
    paid = total(
        item.amount
        for item in estimate.items
        if item.price.service in _SERVICES and not item.charge.fixed and item.price.unit != "hour"
    ).expected
    sent = use.responses_gib + use.assets_gib
    direct, uncompressed = _direct(plan, sent), _direct(plan, use.uncompressed_gib + use.assets_gib)
    through = _through(plan, sent)
    compression = uncompressed - direct
    by_cdn = max(direct - through, Decimal(0))
    return Saving(
        name="Data Transfer Optimization",
        amount=Decimal(0) if plan.has_cdn else by_cdn,
        base=paid,
        in_plan=compression + (by_cdn if plan.has_cdn else Decimal(0)),
        how="the users' data by CloudFront instead of the load balancer, and compressed (in the plan already)",
        why="it follows from the settings' sizes of responses and assets, and from what other traffic the phase pays for",
    )


def _direct(plan: Plan, gib: Decimal) -> Decimal:
    """Dollars for what the load balancer sends out to users."""
    return _cost(plan, [_charge(plan, "transfer", "to internet", "GB", gib, plan.config.active_region)])


def _through(plan: Plan, gib: Decimal) -> Decimal:
    """Dollars for the same by CloudFront, with its requests and what users send."""
    use = plan.usage
    requests = (use.requests + use.asset_requests) / 10_000
    charges = [
        _charge(plan, "cloudfront", "data to viewers, United States", "GB", gib, "global"),
        _charge(plan, "cloudfront", "data to origin, United States", "GB", use.received_gib, "global"),
        _charge(plan, "cloudfront", "HTTPS requests, United States", "10k requests", requests, "global"),
    ]
    return _cost(plan, charges)


def _cost(plan: Plan, charges: list[Charge]) -> Decimal:
    return total(item.amount for item in price(charges, plan.book)).expected


def _charge(plan: Plan, service: str, item: str, unit: str, quantity: Decimal, region: str) -> Charge:
    blank = Charge(
        resource="", group=Group.NETWORK, region=region, service=service, item=item, unit=unit,
        quantity=Span.of(0), basis="", fixed=False,
    )  # fmt: skip
    return replace(blank, quantity=Span.of(quantity))
