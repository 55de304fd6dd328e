"""What belongs to no region, and stands in front of all: names, the CDN, logins and authorities that regions share."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.access_logs import AccessLogs
from components.alarms import Alarms
from components.authority import Authority
from components.budget import Budget
from components.cdn import Cdn
from components.failover import Endpoint, Failover
from components.keys import Keys
from components.logins import Logins
from components.origin_keys import OriginKeys
from components.web_acl import WebAcl
from components.zone import PublicZone, PublicZoneArgs, public_name
from infra.arguments import alarms, edge, monitoring, pooler
from infra.config import PhaseConfig
from infra.config.edge import GLOBAL_REGION
from infra.provider import aws_provider
from infra.region import RegionStack


class Edge(pulumi.ComponentResource):
    """What belongs to no region. Its provider never moves, whichever region is active."""

    def __init__(self, config: PhaseConfig) -> None:
        name = f"{config.application}-edge"
        aws_here = aws_provider(config, f"{config.application}-global", GLOBAL_REGION)
        super().__init__("ramp:stack:Edge", name, None, pulumi.ResourceOptions(providers=[aws_here]))
        here = pulumi.ResourceOptions(parent=self)
        self.zone = PublicZone(name, PublicZoneArgs(domain=config.domain), here)
        self.authority = Authority(f"{name}-authority", pooler.authority(config), here)
        self.logins = Logins(f"{name}-logins", pooler.logins(config), here)
        self.keys = Keys(f"{name}-keys", edge.keys(config, GLOBAL_REGION), here)
        self.logs = AccessLogs(f"{name}-logs", edge.access_logs(config, GLOBAL_REGION), here)
        self.origin_keys = OriginKeys(f"{name}-origin", edge.origin_keys(config.cdn), here) if config.cdn else None
        self.monitoring_logins = Logins(f"{name}-monitoring-logins", pooler.monitoring_logins(config), here)

    def serve(self, config: PhaseConfig, regions: Sequence[RegionStack]) -> None:
        """Put names, and where the phase has one the CDN, in front of the regions, the active one first."""
        here, name = pulumi.ResourceOptions(parent=self), f"{config.application}-edge"
        endpoints = {
            region.region: Endpoint(
                dns_name=region.load_balancer.dns_name, fence_domain=region.fence.domain_name if region.fence else None
            )
            for region in regions
        }
        failover = Failover(f"{name}-failover", edge.failover(config, self.zone, endpoints), here)
        copy = next((region.assets_copy for region in regions if region.assets_copy), None)
        watched = [
            *alarms.endpoints(failover.endpoint_check_ids),
            *(alarms.assets_copy_alarms() if copy else ()),
        ]
        target: pulumi.Input[str] = edge.origin_fqdn(config)
        if config.cdn and self.origin_keys:
            acl = WebAcl(f"{name}-waf", edge.cdn_acl(config), here)
            self.logs.of_web_acl(f"{name}-waf", acl.arn, edge.secret_headers(config))
            admits = [rule for region in regions if region.guard for rule in region.guard.admits]
            settings = edge.cdn(config, config.cdn, self.zone, self.keys, acl, self.origin_keys, copy, admits)
            cdn = Cdn(f"{name}-cdn", settings, here)
            self.logs.of_distribution(f"{name}-cdn", cdn.distribution_arn)
            target = cdn.domain_name
            watched += alarms.cdn_errors(cdn.distribution_id)
        told = Alarms(f"{name}-alerts", monitoring.alarms(config, GLOBAL_REGION, self.keys, watched), here)
        Budget(f"{name}-budget", alarms.budget(config, told.ready["ticket"]), here)
        self.public = public_name(
            f"{name}-app", self.zone.zone_id, edge.public_fqdn(config), target, config.failover.ttl_seconds, here
        )
        self.register_outputs({})
