"""The name behind which the regions stand, and the health checks by which DNS moves it from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.fence import CLOSED


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A region's load balancer, and the host of its fence (None where no other region waits)."""

    dns_name: pulumi.Input[str]
    fence_domain: pulumi.Input[str] | None


@dataclass(frozen=True, kw_only=True)
class FailoverArgs:
    """`endpoints` by region, the active one first, then the one that takes over.

    A check asks `health_path` over HTTPS every `check_interval_seconds` (10 or 30; it can't be changed later), and
    `failure_threshold` failures in a row count. Worst case until users reach the other region: interval × threshold + 6
    + `ttl_seconds`. [FACTS: Route 53]
    """

    zone_id: pulumi.Input[str]
    fqdn: str
    endpoints: Mapping[str, Endpoint]
    health_path: str
    check_interval_seconds: int
    failure_threshold: int
    ttl_seconds: int


class Failover(pulumi.ComponentResource):
    """A CNAME with failover routing over the regions' load balancers.

    It is a failover record from the first region on, since a simple record can't become one beside itself; AWS wants a
    health check on a PRIMARY that is no alias, so there is one from the first region on too. With a second region:

    - a region may lead while its endpoint is healthy **and** every other region's fence is open (a CALCULATED check);
    - the SECONDARY has no health check. Were it unhealthy, Route 53 would answer with the PRIMARY whatever its health,
      also behind a closed fence.

    The records are named by role, the checks by region. AWS refuses a second PRIMARY of one name even for a moment, so a
    planned swap moves what the roles point to: first the PRIMARY, with value and check in one change, then the SECONDARY.

    Creates: an endpoint check a region; with several, a fence check and a lead check a region; one record, or two.
    Outputs: `fqdn`, `endpoint_check_ids` by region.
    """

    fqdn: str
    endpoint_check_ids: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: FailoverArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:failover:Failover", name, None, opts)
        self._logical_name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)

        endpoints = {
            region: self._https(f"endpoint-{region}", endpoint.dns_name, args.health_path)
            for region, endpoint in args.endpoints.items()
        }
        leads = self._leads(endpoints) if len(endpoints) > 1 else endpoints

        active, *standbys = args.endpoints
        primary = self._record("primary", active, leads[active])
        if standbys:
            self._record("secondary", standbys[0], None, after=primary)

        self.fqdn = args.fqdn
        self.endpoint_check_ids = {region: check.id for region, check in endpoints.items()}
        self.register_outputs({"fqdn": self.fqdn})

    def _leads(self, endpoints: Mapping[str, aws.route53.HealthCheck]) -> dict[str, aws.route53.HealthCheck]:
        """A region's right to lead: its endpoint answers, and no other region has closed its fence."""
        fences = {
            region: self._https(f"fence-{region}", endpoint.fence_domain, f"/{CLOSED}", inverted=True)
            for region, endpoint in self._args.endpoints.items()
            if endpoint.fence_domain is not None
        }
        leads: dict[str, aws.route53.HealthCheck] = {}
        for region, check in endpoints.items():
            children = [check.id, *(fence.id for other, fence in fences.items() if other != region)]
            role = f"lead-{region}"
            leads[region] = aws.route53.HealthCheck(
                f"{self._logical_name}-{role}",
                type="CALCULATED",
                child_healthchecks=children,
                child_health_threshold=len(children),
                tags={"Name": f"{self._logical_name}-{role}"},
                opts=self._child,
            )
        return leads

    def _https(
        self, role: str, host: pulumi.Input[str] | None, path: str, inverted: bool = False
    ) -> aws.route53.HealthCheck:
        return aws.route53.HealthCheck(
            f"{self._logical_name}-{role}",
            type="HTTPS",
            fqdn=host,
            port=443,
            resource_path=path,
            enable_sni=True,
            request_interval=self._args.check_interval_seconds,
            failure_threshold=self._args.failure_threshold,
            invert_healthcheck=inverted,
            tags={"Name": f"{self._logical_name}-{role}"},
            opts=self._child,
        )

    def _record(
        self,
        role: str,
        region: str,
        check: aws.route53.HealthCheck | None,
        after: aws.route53.Record | None = None,
    ) -> aws.route53.Record:
        return aws.route53.Record(
            f"{self._logical_name}-{role}",
            zone_id=self._args.zone_id,
            name=self._args.fqdn,
            type="CNAME",
            ttl=self._args.ttl_seconds,
            records=[self._args.endpoints[region].dns_name],
            set_identifier=role,
            failover_routing_policies=[aws.route53.RecordFailoverRoutingPolicyArgs(type=role.upper())],
            health_check_id=check.id if check else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after] if after else None),
        )
