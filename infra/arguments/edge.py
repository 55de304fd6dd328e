"""Arguments of what stands between the users and the application."""

from __future__ import annotations

from components.app_tier import AppTier
from components.cluster import Cluster
from components.load_balancer import LoadBalancerArgs
from components.network import Network
from components.zone import PublicZone
from infra.config import PhaseConfig

ANYONE = ("0.0.0.0/0",)


def load_balancer(
    config: PhaseConfig, zone: PublicZone, network: Network, cluster: Cluster, target: AppTier
) -> LoadBalancerArgs:
    """In as many zones as the document counts balancers; it sends to the service `target`."""
    return LoadBalancerArgs(
        vpc_id=network.vpc_id,
        subnet_ids=network.public_subnet_ids[: config.load_balancer.zones],
        sources=ANYONE,
        domain=config.domain,
        validation_fqdn=zone.validation_fqdn,
        cluster_name=cluster.cluster_name,
        cluster_security_group_id=cluster.security_group_id,
        namespace=config.app.namespace,
        service=target.service,
        port=target.port,
        health_path=config.app.health_path,
        idle_timeout_seconds=config.load_balancer.idle_timeout_seconds,
        deregistration_seconds=config.app.deregistration_seconds,
    )
