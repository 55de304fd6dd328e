"""Arguments of the network, the cluster, the node pools and the application tier of one region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import pulumi_aws as aws

from components.allocatable import Capacity, allocatable
from components.app_tier import AppTierArgs
from components.autoscaling import Policy
from components.cluster import Cluster, ClusterArgs
from components.kept_secret import SecretKeys
from components.keys import Keys, KeysArgs
from components.network import Network, NetworkArgs
from components.node_pool import NodePool, NodePoolArgs
from components.peering import PeeringArgs, Side
from components.quota import QuotaArgs
from components.registry import Registry, RegistryArgs
from infra.arguments import queue
from infra.arguments.environment import Surroundings
from infra.arguments.monitoring import external_metrics
from infra.config import PhaseConfig
from infra.config.compute import ServiceConfig

APP_POOL = "app"
DATA_CLASSES = ("database", "cache", "cluster", "volumes", "secrets", "logs", "alerts", "images", "backup")
"""What has an encryption key of its own, in every phase: a key can't be changed later without replacing its data."""


def keys(config: PhaseConfig, region: str) -> KeysArgs:
    """The CDN's assets have a key where their copy stands."""
    copied = config.cdn is not None and config.cdn.assets_copy_region == region
    classes = (*DATA_CLASSES, "assets") if copied else DATA_CLASSES
    return KeysArgs(account_id=config.account_id, region=region, data_classes=classes)


def secrets(own: Keys, others: Mapping[str, Keys]) -> SecretKeys:
    """A region's secrets have a copy in every other region, each under that region's own key."""
    return SecretKeys(own.arns["secrets"], {region: keys.arns["secrets"] for region, keys in others.items()})


def network(config: PhaseConfig, region: str, keys: Keys) -> NetworkArgs:
    """The private zone is the one that the database's private names stand in."""
    here = config.regions[region]
    return NetworkArgs(
        account_id=config.account_id,
        region=region,
        cidr=here.cidr,
        zones=here.zones,
        private_zone=config.database.primary_host.split(".", 1)[1],
        interface_endpoints=config.network.interface_endpoints,
        flow_log_retention_days=config.network.flow_log_retention_days,
        logs_key_arn=keys.arns["logs"],
    )


class PeeredRegion(Protocol):
    """What peering needs of a region that stands."""

    region: str
    aws: aws.Provider
    network: Network


def peering(config: PhaseConfig, one: PeeredRegion, other: PeeredRegion) -> PeeringArgs:
    """The first by name asks, whichever of the two is active, so that a failover changes nothing."""
    requester, accepter = (
        Side(
            region=each.region,
            provider=each.aws,
            vpc_id=each.network.vpc_id,
            cidr=config.regions[each.region].cidr,
            route_table_ids=[*each.network.private_route_table_ids, each.network.data_route_table_id],
        )
        for each in (one, other)
    )
    return PeeringArgs(requester=requester, accepter=accepter)


def cluster(config: PhaseConfig, region: str, keys: Keys, network: Network) -> ClusterArgs:
    return ClusterArgs(
        account_id=config.account_id,
        region=region,
        kubernetes_version=config.cluster.kubernetes_version,
        subnet_ids=network.private_subnet_ids,
        administrators=config.cluster.administrators,
        endpoint_cidrs=config.cluster.endpoint_cidrs,
        service_cidr=config.cluster.service_cidr,
        cluster_key_arn=keys.arns["cluster"],
        volumes_key_arn=keys.arns["volumes"],
        logs_key_arn=keys.arns["logs"],
        log_retention_days=config.cluster.log_retention_days,
        tags=tags(config),
    )


def tags(config: PhaseConfig) -> dict[str, str]:
    """What every resource carries, so that a bill tells whose it is."""
    return {"application": config.application, "owner": config.owner, "managed-by": "ramp"}


def platform_pool(config: PhaseConfig, cluster: Cluster) -> NodePoolArgs:
    pool = config.platform
    return NodePoolArgs(
        pool="platform",
        node_class=cluster.node_class,
        instance_types=pool.instance_types,
        architecture=pool.architecture,
        vcpu=pool.vcpu,
        memory_gib=pool.memory_gib,
        max_nodes=pool.max_nodes,
    )


def app_pool(config: PhaseConfig, region: str, cluster: Cluster) -> NodePoolArgs:
    """Nodes of exactly the document's server, bought on demand: all but those that may be spot.

    A rollout's surge is among them: what it starts first stays, and must not stay on a server that AWS may take back.
    """
    here, server = config.regions[region], config.app.server
    return _servers(config, cluster, APP_POOL, here.max_replicas - burst_servers(config, region) + server.surge)


def burst_pool(config: PhaseConfig, region: str, cluster: Cluster) -> NodePoolArgs | None:
    """Spot servers for the same pods, once the others are full; None where nothing may be spot."""
    servers = burst_servers(config, region)
    if servers == 0:
        return None
    pool = _servers(config, cluster, f"{APP_POOL}-burst", servers)
    return replace(pool, serves=APP_POOL, weight=1, capacity_types=[config.app.server.burst_capacity_type])


def burst_servers(config: PhaseConfig, region: str) -> int:
    """How many servers may be spot: those beyond the active region's count, whose load a standby takes over."""
    if config.app.server.burst_capacity_type == "on-demand":
        return 0
    return max(0, config.regions[region].max_replicas - config.regions[config.active_region].servers)


def _servers(config: PhaseConfig, cluster: Cluster, pool: str, most: int) -> NodePoolArgs:
    server = config.app.server
    return NodePoolArgs(
        pool=pool,
        node_class=cluster.node_class,
        instance_types=server.instance_types,
        architecture=server.architecture,
        vcpu=server.vcpu,
        memory_gib=server.memory_gib,
        max_nodes=most,
        weight=10,
    )


def registry(config: PhaseConfig, region: str, keys: Keys) -> RegistryArgs:
    """In every region the same, so that images may be pushed to whichever is there."""
    owned = config.registry.replication == "own"
    return RegistryArgs(
        application=config.application,
        account_id=config.account_id,
        region=region,
        services=[service.name for service in config.app.services],
        key_arn=keys.arns["images"],
        keep_images=config.registry.keep_images,
        untagged_days=config.registry.untagged_days,
        copies_to=sorted(other for other in config.regions if other != region) if owned else (),
        copies_too=config.registry.replicates_too,
    )


def quota(config: PhaseConfig, region: str) -> QuotaArgs:
    """Every pod of the application's namespace at the phase's maximum, and a rollout's surge of each.

    A compressor that leaves does so when all else of a step stands, and has its pods beside them until then.
    """
    here, server = config.regions[region], config.app.server
    most = here.max_replicas + server.surge
    pods = [(most, pod_request(config, service)) for service in config.app.services]
    for proxy in (config.gateway or config.compressor, config.former_compressor, config.egress):
        if proxy:
            pods.append((proxy.replicas + 1, Capacity(proxy.cpu_millicores, proxy.memory_mib)))
    if config.queue:
        pods.append((config.queue.replicas, queue.pod_request(config, config.queue)))
    return QuotaArgs(
        namespace=config.app.namespace,
        pods=sum(count for count, _ in pods),
        requests=Capacity(
            sum(count * request.cpu_millicores for count, request in pods),
            sum(count * request.memory_mib for count, request in pods),
        ),
        load_balancers=1 if config.queue and len(config.regions) > 1 else 0,
    )


def app_tier(
    config: PhaseConfig,
    region: str,
    service: ServiceConfig,
    cluster: Cluster,
    registry: Registry,
    pool: NodePool,
    surroundings: Surroundings,
) -> AppTierArgs:
    app, here = config.app, config.regions[region]
    return AppTierArgs(
        service=service.name,
        hpa=service.hpa,
        namespace=app.namespace,
        cluster_name=cluster.standing,
        image=registry.image(service.name, service.image_tag),
        port=service.port,
        metrics_port=app.metrics_port,
        health_path=app.health_path,
        request=pod_request(config, service),
        node_selector=pool.selector,
        pool=pool.pool,
        min_replicas=here.min_replicas,
        max_replicas=here.max_replicas,
        cpu_percent=app.scaling.cpu_percent,
        memory_percent=app.scaling.memory_percent,
        scale_up_window_seconds=app.scaling.scale_up_window_seconds,
        scale_down_window_seconds=app.scaling.scale_down_window_seconds,
        scale_down_tolerance=app.scaling.scale_down_tolerance,
        scale_up_policies=[Policy(**policy.model_dump()) for policy in app.scaling.scale_up_policies],
        scale_down_policies=[Policy(**policy.model_dump()) for policy in app.scaling.scale_down_policies],
        scale_up_select=app.scaling.scale_up_select,
        scale_down_select=app.scaling.scale_down_select,
        termination_grace_seconds=app.termination_grace_seconds,
        deregistration_seconds=app.deregistration_seconds,
        surge=app.server.surge,
        external_metrics=external_metrics(config, region, service.name),
        environment=surroundings.environment,
        secrets=surroundings.secrets,
        trust=surroundings.trust,
        permissions=surroundings.permissions,
        after=surroundings.systems,
        lines=sorted({*app.scaling.lines, *(line for signal in config.monitoring.signals for line in signal.lines)}),
    )


def pod_request(config: PhaseConfig, service: ServiceConfig) -> Capacity:
    """What one pod of a service asks for: its share of what a server leaves to pods beside the cluster's daemons."""
    server = config.app.server
    daemons = Capacity(server.daemon_cpu_millicores, server.daemon_memory_mib)
    room = allocatable(server.vcpu, server.memory_gib, server.architecture, server.max_pods).less(daemons)
    return room.share(service.share_percent)
