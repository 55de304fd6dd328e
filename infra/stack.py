"""The whole system of one phase, top down, as an operator would draw it: the edge, then each region and what runs there."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components.app_tier import AppTier
from components.cluster import Cluster
from components.keys import Keys
from components.load_balancer import LoadBalancer
from components.network import Network
from components.node_pool import NodePool
from components.postgres import Postgres
from components.zone import PublicZone, PublicZoneArgs
from infra.arguments import compute, data, edge
from infra.config import PhaseConfig

GLOBAL_REGION = "us-east-1"
"""Where CloudFront's certificates and web ACLs must live; Route 53 and IAM have no region."""


def deploy(config: PhaseConfig) -> None:
    """Declare every resource of a phase. No name holds the phase or a size: one stack grows from each to the next."""
    front = Edge(config)
    active = RegionStack(config, config.active_region, front)
    standbys = [RegionStack(config, region, front, active) for region in config.standby_regions]
    for region in (active, *standbys):
        pulumi.export(f"{region.region}-load-balancer", region.load_balancer.dns_name)
    pulumi.export("name-servers", front.zone.name_servers)


class Edge(pulumi.ComponentResource):
    """What belongs to no region. Its provider never moves, whichever region is active."""

    def __init__(self, config: PhaseConfig) -> None:
        name = f"{config.application}-edge"
        aws_here = provider(config, f"{config.application}-global", GLOBAL_REGION)
        super().__init__("ramp:stack:Edge", name, None, pulumi.ResourceOptions(providers=[aws_here]))
        self.zone = PublicZone(name, PublicZoneArgs(domain=config.domain), pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


class RegionStack(pulumi.ComponentResource):
    """One region with everything that runs in it. A standby region's database follows the one of `active`."""

    def __init__(self, config: PhaseConfig, region: str, front: Edge, active: RegionStack | None = None) -> None:
        self.region, name = region, f"{config.application}-{region}"
        aws_here = provider(config, f"{name}-aws", region)
        super().__init__("ramp:stack:Region", name, None, pulumi.ResourceOptions(providers=[aws_here]))
        here = pulumi.ResourceOptions(parent=self)

        self.keys = Keys(f"{name}-keys", compute.keys(config, region), here)
        self.network = Network(f"{name}-network", compute.network(config, region, self.keys), here)
        self.cluster = Cluster(name, compute.cluster(config, region, self.keys, self.network), here)
        primary = active.database if active else None
        database = data.postgres(config, self.keys, self.network, self.cluster, primary)
        self.database = Postgres(f"{name}-postgres", database, here)

        on_cluster = pulumi.ResourceOptions(parent=self, providers=[self.cluster.provider])
        namespace(f"{name}-namespace", config.app.namespace, on_cluster)
        self.platform = NodePool(f"{name}-platform", compute.platform_pool(config, self.cluster), on_cluster)
        pool = NodePool(f"{name}-app", compute.app_pool(config, region, self.cluster), on_cluster)
        self.services = [
            AppTier(f"{name}-{s.name}", compute.app_tier(config, region, s, self.cluster, pool), on_cluster)
            for s in config.app.services
        ]
        balancer = edge.load_balancer(config, front.zone, self.network, self.cluster, self.services[0])
        self.load_balancer = LoadBalancer(f"{name}-alb", balancer, on_cluster)
        self.register_outputs({"servers": config.regions[region].servers})


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
