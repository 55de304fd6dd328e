"""Arguments of the message queue of one region, and of the servers that it runs on."""

from __future__ import annotations

from components.allocatable import Capacity, allocatable
from components.authority import Authority
from components.cluster import Cluster
from components.kept_secret import SecretKeys
from components.node_pool import NodePool, NodePoolArgs
from components.queue import Queue, QueueArgs
from components.queue_definitions import QueueLimits
from infra.config import PhaseConfig
from infra.config.queue import QueueConfig

EXPIRE_AFTER, DRAIN_WITHIN = "336h", "168h"
"""Two weeks, and a week to hand queues over: together the 21 days that Auto Mode lets a node live."""


def pool(queue: QueueConfig, cluster: Cluster) -> NodePoolArgs:
    """Servers of exactly the document's size. They aren't packed together: each move costs a node its members."""
    return NodePoolArgs(
        pool="queue",
        node_class=cluster.node_class,
        instance_types=queue.instance_types,
        architecture=queue.architecture,
        vcpu=queue.vcpu,
        memory_gib=queue.memory_gib,
        max_nodes=queue.replicas + queue.surge,
        expire_after=EXPIRE_AFTER,
        termination_grace_period=DRAIN_WITHIN,
        consolidate=False,
    )


def rabbitmq(
    config: PhaseConfig,
    queue: QueueConfig,
    region: str,
    cluster: Cluster,
    pool: NodePool,
    secrets: SecretKeys,
    authority: Authority,
    followed: Queue | None,
) -> QueueArgs:
    """A cluster of the same size in every region; in a standby it follows the active region's, `followed`."""
    return QueueArgs(
        namespace=config.app.namespace,
        image=queue.image,
        replicas=queue.replicas,
        quorum_group_size=queue.quorum_group_size,
        request=pod_request(config, queue),
        pool=pool.pool,
        node_selector=pool.selector,
        storage_class=cluster.storage_class,
        storage_gib=queue.storage_gib,
        termination_grace_seconds=queue.termination_grace_seconds,
        vhost=queue.virtual_host,
        work_queues=queue.work_queues,
        subscribers=[service.name for service in config.app.services] if queue.events else [],
        limits=QueueLimits(
            max_length=queue.max_length,
            message_ttl_seconds=queue.message_ttl_seconds,
            delivery_limit=queue.delivery_limit,
        ),
        epoch=queue.password_epoch,
        secret_keys=secrets,
        authority=authority,
        peers=[other.cidr for name, other in config.regions.items() if name != region],
        upstream=followed.upstream_uri if followed else None,
        window_seconds=queue.federation_window_seconds,
    )


def pod_request(config: PhaseConfig, queue: QueueConfig) -> Capacity:
    """All that a server leaves to pods beside the cluster's daemons: one node of the queue a server."""
    server = config.app.server
    daemons = Capacity(server.daemon_cpu_millicores, server.daemon_memory_mib)
    return allocatable(queue.vcpu, queue.memory_gib, queue.architecture, server.max_pods).less(daemons)
