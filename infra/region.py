"""One region with everything that runs in it, in the order in which it stands up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from components.access_logs import AccessLogs
from components.alarms import Alarms
from components.alertmanager import Alertmanager
from components.app_tier import AppTier
from components.backup import Backup
from components.cdn import AssetsCopy
from components.cluster import Cluster
from components.compressor import Compressor
from components.container_insights import ContainerInsights
from components.dashboard import Dashboard
from components.database_roles import DatabaseRoles
from components.egress import Egress
from components.fence import Fence
from components.gateway import Gateway
from components.keys import Keys
from components.load_balancer import LoadBalancer
from components.metrics_adapter import MetricsAdapter
from components.network import Network
from components.network_policies import NetworkPolicies
from components.node_pool import NodePool
from components.origin_guard import OriginGuard
from components.pooler import Pooler
from components.postgres import Postgres
from components.postgres_exporter import PostgresExporter
from components.precedence import Precedence
from components.private_bucket import PrivateBucket
from components.prometheus import Prometheus, service_url
from components.queue import Queue
from components.quota import Quota
from components.redis import Redis
from components.registry import Registry
from components.runbook import Runbook
from components.shards import Shards
from components.vault import Vault
from components.web_acl import WebAcl
from infra.arguments import alarms, cache, compute, data, edge, monitoring, pooler, proxies, queue, recovery
from infra.arguments.environment import Surroundings, surroundings
from infra.arguments.network_policies import network_policies
from infra.config import PhaseConfig
from infra.config.pooler import DATABASE_NAMESPACE
from infra.provider import aws_provider

if TYPE_CHECKING:
    from infra.edge import Edge


GATED = {"eks.amazonaws.com/pod-readiness-gate-inject": "enabled"}
"""A pod behind the load balancer is ready once that one finds it healthy too: a rollout waits, and no request falls between.
The name of Auto Mode's own controller, not that of aws-load-balancer-controller."""


class RegionStack(pulumi.ComponentResource):
    """One region with everything that runs in it.

    Its keys stand before anything else of any region, since what is copied here from another one is encrypted by them.
    Then come the databases, the active region's first, since the others follow them; then the caches, that of the home
    region first, since it founded the Global Datastore, whoever leads it now.
    """

    def __init__(self, config: PhaseConfig, region: str) -> None:
        self.region, name = region, f"{config.application}-{region}"
        aws_here = aws_provider(config, f"{name}-aws", region)
        ordered = pulumi.ResourceOptions(providers=[aws_here], transformations=[Precedence()])
        super().__init__("ramp:stack:Region", name, None, ordered)
        self.aws = aws_here
        here = pulumi.ResourceOptions(parent=self)
        self.keys = Keys(f"{name}-keys", compute.keys(config, region), here)
        self.vault = Vault(f"{name}-backups", recovery.vault(config, self.keys), here)

    def store(
        self, config: PhaseConfig, front: Edge, others: Mapping[str, Keys], active: RegionStack | None = None
    ) -> None:
        """Network, cluster and databases. `others` are the other regions' keys; a standby's databases follow `active`'s."""
        region, name = self.region, f"{config.application}-{self.region}"
        here = pulumi.ResourceOptions(parent=self)
        self.secrets = compute.secrets(self.keys, others)

        self.registry = Registry(f"{name}-registry", compute.registry(config, region, self.keys), here)
        self.network = Network(f"{name}-network", compute.network(config, region, self.keys), here)
        self.cluster = Cluster(name, compute.cluster(config, region, self.keys, self.network), here)
        self.databases: dict[int, Postgres] = {}
        for number in data.servers(config):
            primary = active.databases[number] if active else None
            server = data.postgres(
                config,
                region,
                number,
                self.keys,
                self.secrets,
                self.network,
                self.cluster,
                front.logins,
                primary,
                self.databases,
            )
            self.databases[number] = Postgres(data.server_name(name, number), server, here)

    def share_cache(self, config: PhaseConfig, home: RegionStack) -> None:
        """The cache, from the phase on that has one; it joins what the `home` region's founded."""
        self.cache: Redis | None = None
        if config.cache is not None:
            founder = None if home is self else home.cache
            settings = cache.redis(config, config.cache, self.region, self.keys, self.network, self.cluster, founder)
            here = pulumi.ResourceOptions(parent=self)
            self.cache = Redis(f"{config.application}-{self.region}-cache", settings, here)

    def build(self, config: PhaseConfig, front: Edge, active: RegionStack | None = None) -> None:
        """What runs on the cluster, and what stands before and beside it."""
        region, name = self.region, f"{config.application}-{self.region}"
        here = pulumi.ResourceOptions(parent=self)
        on_cluster = pulumi.ResourceOptions(parent=self, providers=[self.cluster.provider])
        namespace(f"{name}-namespace", config.app.namespace, on_cluster, GATED)
        namespace(f"{name}-database-namespace", DATABASE_NAMESPACE, on_cluster)
        namespace(f"{name}-monitoring-namespace", config.monitoring.namespace, on_cluster)
        Quota(f"{name}-quota", compute.quota(config, region), on_cluster)
        NetworkPolicies(f"{name}-policies", network_policies(config, region), on_cluster)
        self.platform = NodePool(f"{name}-platform", compute.platform_pool(config, self.cluster), on_cluster)
        self.cluster.measure(self.platform)
        self.pooler = self._database_access(config, front, on_cluster)
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
            self.roles,
            front.logins,
            front.authority,
        )
        self.services = self._services(config, around, on_cluster)
        self.gateway = self._gateway(config, on_cluster)
        target = self.gateway or self._compressor(config, on_cluster) or self.services[0]
        self.assets_copy = self._assets_copy(config, here)
        logs = AccessLogs(f"{name}-logs", edge.access_logs(config, region), here)
        balancer = edge.load_balancer(config, region, front.zone, self.network, self.cluster, target, logs)
        self.load_balancer = LoadBalancer(f"{name}-alb", balancer, on_cluster)
        if config.cdn is None:
            acl = WebAcl(f"{name}-waf", edge.regional_acl(config, self.load_balancer), here)
            logs.of_web_acl(f"{name}-waf", acl.arn, edge.secret_headers(config))
        self.guard = self._guard(config, front, here)
        self._watch(config, front, on_cluster)
        self.fence: Fence | None = None
        if config.standby_regions:
            self.fence = Fence(f"{name}-fence", edge.fence(config), here)
            take_over = recovery.runbook(config, region, self.fence, self.databases, self.cache, self.load_balancer)
            Runbook(f"{name}-take-over", take_over, here)
        self.register_outputs({"servers": config.regions[region].servers})

    def back_up(self, config: PhaseConfig, others: Sequence[RegionStack]) -> None:
        """Daily backups of this region's databases, with copies in the vaults of the others."""
        vaults = {other.region: other.vault for other in others}
        plan = recovery.backup(config, self.vault, self.databases, vaults)
        Backup(f"{config.application}-{self.region}-backup", plan, pulumi.ResourceOptions(parent=self))

    def refuse(self, front: Edge) -> None:
        """Behind a CDN: refuse what didn't come through it, once the public name leads there."""
        if self.guard:
            self.guard.refuse([front.public])

    def _guard(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> OriginGuard | None:
        if front.origin_keys is None:
            return None
        settings = edge.origin_guard(config, self.load_balancer, front.origin_keys, self.secrets)
        return OriginGuard(f"{config.application}-{self.region}-guard", settings, opts)

    def _assets_copy(self, config: PhaseConfig, opts: pulumi.ResourceOptions) -> AssetsCopy | None:
        """The bucket from which the CDN serves its assets while its own one fails, in the one region that has it."""
        if config.cdn is None or config.cdn.assets_copy_region != self.region:
            return None
        bucket = PrivateBucket(f"{config.application}-{self.region}-assets", edge.assets(config.cdn, self.keys), opts)
        return AssetsCopy(region=self.region, bucket=bucket, key_arn=self.keys.arns["assets"])

    def _services(self, config: PhaseConfig, around: Surroundings, opts: pulumi.ResourceOptions) -> list[AppTier]:
        """The servers of the application, those beyond the document's count apart, and each of its services on them."""
        region, name = self.region, f"{config.application}-{self.region}"
        pool = NodePool(f"{name}-app", compute.app_pool(config, region, self.cluster), opts)
        burst = compute.burst_pool(config, region, self.cluster)
        if burst:
            NodePool(f"{name}-app-burst", burst, opts)
        return [
            AppTier(
                f"{name}-{service.name}",
                compute.app_tier(config, region, service, self.cluster, self.registry, pool, around),
                opts,
            )
            for service in config.app.services
        ]

    def _database_access(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> Pooler | None:
        """Roles and shards on the servers that take writes, and the pooler in front of all."""
        name, servers = f"{config.application}-{self.region}", self.databases
        client = pooler.client(config, self.region, self.platform)
        role = pooler.roles(config, front.logins, front.monitoring_logins, servers, client, self.secrets)
        self.roles = DatabaseRoles(f"{name}-database-roles", role, opts)
        if config.shards and self.roles.jobs:
            Shards(f"{name}-shards", pooler.shards(config, config.shards, servers, self.roles, client), opts)
        if config.pooler is None:
            return None
        settings = pooler.pooler(
            config,
            config.pooler,
            self.region,
            servers,
            front.logins,
            front.monitoring_logins,
            self.platform,
            front.authority,
            self.roles,
        )
        return Pooler(f"{name}-pooler", settings, opts)

    def _watch(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> None:
        """Alarms and a dashboard in CloudWatch; Prometheus, Alertmanager and the autoscalers' adapter on the cluster."""
        name = f"{config.application}-{self.region}"
        standby = self.region != config.active_region
        watched = [
            *alarms.database_alarms(config, self.databases, standby),
            *(() if standby else alarms.backup_alarms(self.vault.vault, copied=bool(config.standby_regions))),
            *(alarms.cache_alarms(self.cache) if self.cache else ()),
            *(alarms.datastore_alarms(config, self.cache) if self.cache else ()),
            *monitoring.balancer_alarms(self.load_balancer),
            *(alarms.assets_copy_alarms() if self.assets_copy else ()),
            *alarms.watchers(self.cluster.cluster_name, config.monitoring.namespace),
        ]
        topics = Alarms(f"{name}-alerts", monitoring.alarms(config, self.region, self.keys, watched), opts)
        insights = monitoring.container_insights(config, self.cluster, self.keys, self.platform)
        ContainerInsights(f"{name}-insights", insights, opts)
        receiver = monitoring.alertmanager(config, self.region, self.cluster, self.platform, topics, self.keys)
        alertmanager = Alertmanager(f"{name}-alertmanager", receiver, opts)
        if config.monitoring.signals:
            url = service_url(config.monitoring.namespace)
            adapter = monitoring.metrics_adapter(config, self.platform, url, front.authority)
            MetricsAdapter(f"{name}-metrics-adapter", adapter, opts)
        exporter = monitoring.postgres_exporter(
            config, self.region, self.databases, front.monitoring_logins, self.roles, self.platform
        )
        PostgresExporter(f"{name}-postgres-exporter", exporter, opts)
        scraper = monitoring.prometheus(config, self.region, self.cluster, self.platform, alertmanager, front.authority)
        Prometheus(f"{name}-prometheus", scraper, opts)
        panels = monitoring.dashboard(config, self.region, self.cluster, self.load_balancer, self.databases, topics)
        Dashboard(name, panels, opts)

    def _queue(
        self, config: PhaseConfig, front: Edge, active: RegionStack | None, opts: pulumi.ResourceOptions
    ) -> Queue | None:
        """RabbitMQ on servers of its own; a standby's follows the active region's."""
        if config.queue is None:
            return None
        name, followed = f"{config.application}-{self.region}-queue", active.queue if active else None
        pool = NodePool(f"{name}-servers", queue.pool(config.queue, self.cluster), opts)
        settings = queue.rabbitmq(
            config, config.queue, self.region, self.cluster, pool, self.secrets, front.authority, followed
        )
        return Queue(name, settings, opts)

    def _egress(self, config: PhaseConfig, front: Edge, opts: pulumi.ResourceOptions) -> Egress | None:
        if config.egress is None:
            return None
        settings = proxies.egress(config, config.egress, self.platform, front.authority)
        return Egress(f"{config.application}-{self.region}-egress", settings, opts)

    def _compressor(self, config: PhaseConfig, opts: pulumi.ResourceOptions) -> Compressor | None:
        if config.compressor is None:
            return None
        settings = proxies.compressor(config, config.compressor, self.platform)
        return Compressor(f"{config.application}-{self.region}-compressor", settings, opts)

    def _gateway(self, config: PhaseConfig, opts: pulumi.ResourceOptions) -> Gateway | None:
        if config.gateway is None:
            return None
        settings = proxies.gateway(config, config.gateway, self.platform)
        return Gateway(f"{config.application}-{self.region}-gateway", settings, opts)


def namespace(
    name: str, namespace: str, opts: pulumi.ResourceOptions, labels: Mapping[str, str] = MappingProxyType({})
) -> None:
    """A namespace whose pods must meet the restricted pod security standard."""
    own = {"pod-security.kubernetes.io/enforce": "restricted", **labels}
    k8s.core.v1.Namespace(name, metadata=k8s.meta.v1.ObjectMetaArgs(name=namespace, labels=own), opts=opts)
