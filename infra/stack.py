"""The whole system of one phase, top down, as an operator would draw it: the edge, then each region and what runs there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.alarms import Alarms
from components.alertmanager import Alertmanager
from components.app_tier import AppTier
from components.authority import Authority
from components.cdn import Cdn
from components.cluster import Cluster
from components.container_insights import ContainerInsights
from components.dashboard import Dashboard
from components.database_roles import DatabaseRoles
from components.egress import Egress
from components.failover import Endpoint, Failover
from components.fence import Fence
from components.gateway import Gateway
from components.keys import Keys
from components.load_balancer import LoadBalancer
from components.logins import Logins
from components.metrics_adapter import MetricsAdapter
from components.network import Network
from components.node_pool import NodePool
from components.peering import Peering
from components.pooler import Pooler
from components.postgres import Postgres
from components.prometheus import Prometheus
from components.queue import Queue
from components.redis import Redis
from components.shards import Shards
from components.web_acl import WebAcl
from components.zone import PublicZone, PublicZoneArgs, public_name
from infra.arguments import cache, compute, data, edge, monitoring, pooler, proxies, queue
from infra.arguments.environment import surroundings
from infra.config import PhaseConfig

GLOBAL_REGION = "us-east-1"
"""Where CloudFront's certificates and web ACLs must live; Route 53 and IAM have no region."""


def deploy(config: PhaseConfig) -> None:
    """Declare every resource of a phase. No name holds the phase or a size: one stack grows from each to the next."""
    front = Edge(config)
    active = RegionStack(config, config.active_region, front)
    standbys = [RegionStack(config, region, front, active) for region in config.standby_regions]
    front.serve(config, (active, *standbys))
    for one, other in combinations(sorted((active, *standbys), key=lambda each: each.region), 2):
        settings = compute.peering(config, one, other)
        Peering(f"{config.application}-{one.region}-{other.region}", settings)
    for region in (active, *standbys):
        pulumi.export(f"{region.region}-load-balancer", region.load_balancer.dns_name)
    pulumi.export("name-servers", front.zone.name_servers)


class Edge(pulumi.ComponentResource):
    """What belongs to no region. Its provider never moves, whichever region is active."""

    def __init__(self, config: PhaseConfig) -> None:
        name = f"{config.application}-edge"
        aws_here = provider(config, f"{config.application}-global", GLOBAL_REGION)
        super().__init__("ramp:stack:Edge", name, None, pulumi.ResourceOptions(providers=[aws_here]))
        here = pulumi.ResourceOptions(parent=self)
        self.zone = PublicZone(name, PublicZoneArgs(domain=config.domain), here)
        self.authority = Authority(f"{name}-authority", pooler.authority(config), here)
        self.logins = Logins(f"{name}-logins", pooler.logins(config), here)

    def serve(self, config: PhaseConfig, regions: Sequence[RegionStack]) -> None:
        """Put names, and where the phase has one the CDN, in front of the regions, the active one first."""
        here, name = pulumi.ResourceOptions(parent=self), f"{config.application}-edge"
        endpoints = {
            region.region: Endpoint(
                dns_name=region.load_balancer.dns_name, fence_domain=region.fence.domain_name if region.fence else None
            )
            for region in regions
        }
        Failover(f"{name}-failover", edge.failover(config, self.zone, endpoints), here)
        target: pulumi.Input[str] = edge.origin_fqdn(config)
        if config.cdn:
            keys = Keys(f"{name}-keys", edge.cdn_keys(config, GLOBAL_REGION), here)
            acl = WebAcl(f"{name}-waf", edge.cdn_acl(config), here)
            target = Cdn(f"{name}-cdn", edge.cdn(config, config.cdn, self.zone, keys, acl), here).domain_name
        public_name(
            f"{name}-app", self.zone.zone_id, edge.public_fqdn(config), target, config.failover.ttl_seconds, here
        )
        self.register_outputs({})


class RegionStack(pulumi.ComponentResource):
    """One region with everything that runs in it. A standby region's database follows the one of `active`."""

    def __init__(self, config: PhaseConfig, region: str, front: Edge, active: RegionStack | None = None) -> None:
        self.region, name = region, f"{config.application}-{region}"
        aws_here = provider(config, f"{name}-aws", region)
        super().__init__("ramp:stack:Region", name, None, pulumi.ResourceOptions(providers=[aws_here]))
        self.aws = aws_here
        here = pulumi.ResourceOptions(parent=self)

        self.keys = Keys(f"{name}-keys", compute.keys(config, region), here)
        self.network = Network(f"{name}-network", compute.network(config, region, self.keys), here)
        self.cluster = Cluster(name, compute.cluster(config, region, self.keys, self.network), here)
        self.databases: dict[int, Postgres] = {}
        for number in data.servers(config):
            primary = active.databases[number] if active else None
            server = data.postgres(config, number, self.keys, self.network, self.cluster, primary, self.databases)
            self.databases[number] = Postgres(data.server_name(name, number), server, here)

        on_cluster = pulumi.ResourceOptions(parent=self, providers=[self.cluster.provider])
        namespace(f"{name}-namespace", config.app.namespace, on_cluster)
        self.platform = NodePool(f"{name}-platform", compute.platform_pool(config, self.cluster), on_cluster)
        self.pooler = self._database_access(config, front, on_cluster)
        self.cache = self._cache(config, active, here)
        self.queue = self._queue(config, front, active, on_cluster)
        self.egress = self._egress(config, front, on_cluster)
        around = surroundings(
            config,
            region,
            self.databases[1],
            self.pooler,
            self.egress,
            self.cache,
            self.queue,
            front.logins,
            front.authority,
        )
        pool = NodePool(f"{name}-app", compute.app_pool(config, region, self.cluster), on_cluster)
        self.services = [
            AppTier(f"{name}-{s.name}", compute.app_tier(config, region, s, self.cluster, pool, around), on_cluster)
            for s in config.app.services
        ]
        self.gateway = self._gateway(config, on_cluster)
        target = self.gateway or self.services[0]
        balancer = edge.load_balancer(config, region, front.zone, self.network, self.cluster, target)
        self.load_balancer = LoadBalancer(f"{name}-alb", balancer, on_cluster)
        if config.cdn is None:
            WebAcl(f"{name}-waf", edge.regional_acl(config, self.load_balancer), here)
        self._watch(config, front, on_cluster)
        self.fence = Fence(f"{name}-fence", edge.fence(config), here) if config.standby_regions else None
        self.register_outputs({"servers": config.regions[region].servers})

    def _database_access(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> Pooler | None:
        """Roles and shards on the servers that take writes, and the pooler in front of all."""
        name, servers = f"{config.application}-{self.region}", self.databases
        namespace(f"{name}-database-namespace", pooler.NAMESPACE, opts)
        client = pooler.client(config, self.region, self.platform)
        role = pooler.roles(config, front.logins, servers, client, self.keys)
        roles = DatabaseRoles(f"{name}-database-roles", role, opts)
        if config.shards and roles.jobs:
            Shards(f"{name}-shards", pooler.shards(config, config.shards, servers, roles, client), opts)
        if config.pooler is None:
            return None
        settings = pooler.pooler(
            config, config.pooler, self.region, servers, front.logins, self.platform, front.authority
        )
        return Pooler(f"{name}-pooler", settings, opts)

    def _watch(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> None:
        """Alarms and a dashboard in CloudWatch; Prometheus, Alertmanager and the autoscalers' adapter on the cluster."""
        name, database = f"{config.application}-{self.region}", self.databases[1]
        standby = self.region != config.active_region
        watched = [
            *monitoring.database_alarms(config, database, standby),
            *monitoring.balancer_alarms(self.load_balancer),
        ]
        alarms = Alarms(f"{name}-alerts", monitoring.alarms(config, self.region, self.keys, watched), opts)
        insights = monitoring.container_insights(config, self.cluster, self.keys)
        ContainerInsights(f"{name}-insights", insights, opts)
        namespace(f"{name}-monitoring-namespace", config.monitoring.namespace, opts)
        receiver = monitoring.alertmanager(config, self.region, self.cluster, self.platform, alarms, self.keys)
        alertmanager = Alertmanager(f"{name}-alertmanager", receiver, opts)
        scraper = monitoring.prometheus(config, self.cluster, self.platform, alertmanager)
        prometheus = Prometheus(f"{name}-prometheus", scraper, opts)
        if config.monitoring.signals:
            adapter = monitoring.metrics_adapter(config, self.platform, prometheus.url, front.authority)
            MetricsAdapter(f"{name}-metrics-adapter", adapter, opts)
        panels = monitoring.dashboard(config, self.region, self.cluster, self.load_balancer, database)
        Dashboard(name, panels, opts)

    def _cache(self, config: PhaseConfig, active: RegionStack | None, opts: pulumi.ResourceOptions) -> Redis | None:
        if config.cache is None:
            return None
        leader = active.cache if active else None
        settings = cache.redis(config, config.cache, self.keys, self.network, self.cluster, leader)
        return Redis(f"{config.application}-{self.region}-cache", settings, opts)

    def _queue(
        self, config: PhaseConfig, front: Edge, active: RegionStack | None, opts: pulumi.ResourceOptions
    ) -> Queue | None:
        """RabbitMQ on servers of its own; a standby's follows the active region's."""
        if config.queue is None:
            return None
        name, followed = f"{config.application}-{self.region}-queue", active.queue if active else None
        pool = NodePool(f"{name}-servers", queue.pool(config.queue, self.cluster), opts)
        settings = queue.rabbitmq(
            config, config.queue, self.region, self.cluster, pool, self.keys, front.authority, followed
        )
        return Queue(name, settings, opts)

    def _egress(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> Egress | None:
        if config.egress is None:
            return None
        settings = proxies.egress(config, config.egress, self.platform, front.authority)
        return Egress(f"{config.application}-{self.region}-egress", settings, opts)

    def _gateway(self, config: PhaseConfig, opts: pulumi.ResourceOptions) -> Gateway | None:
        if config.gateway is None:
            return None
        settings = proxies.gateway(config, config.gateway, self.platform)
        return Gateway(f"{config.application}-{self.region}-gateway", settings, opts)


def namespace(name: str, namespace: str, opts: pulumi.ResourceOptions) -> None:
    """A namespace whose pods must meet the restricted pod security standard."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    k8s.core.v1.Namespace(name, metadata=k8s.meta.v1.ObjectMetaArgs(name=namespace, labels=labels), opts=opts)


def provider(config: PhaseConfig, name: str, region: str) -> aws.Provider:
    """An AWS provider bound to one region and to the configured account, which tags everything that it makes."""
    tags = {"application": config.application, "owner": config.owner, "managed-by": "ramp"}
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[config.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
    )
