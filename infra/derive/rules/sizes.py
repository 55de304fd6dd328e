"""How large servers are, and how many of them make a system."""

from __future__ import annotations

import math
from collections.abc import Sequence

from components.postgres_parameters import max_connections
from infra.catalogue.specs import NoInstanceClass, exact, find, smallest
from infra.derive.sources import rule


@rule
def instance_types(vcpu: int, memory_gib: int, architecture: str, families: Sequence[str]) -> list[str]:
    """Servers are EC2 types of exactly the document's size, or else the smallest type that holds it.

    A node pool that may choose a larger type would change the bill and the pods' share of a node.
    """
    try:
        return [c.name for c in exact("ec2", vcpu, memory_gib, architecture, tuple(families))]
    except NoInstanceClass:
        return [smallest("ec2", vcpu, memory_gib, architecture, families=tuple(families)).name]


@rule
def database_class(vcpu: int, memory_gib: int, architecture: str, families: Sequence[str]) -> str:
    """The database runs on the smallest current class with at least the document's vCPUs and memory.

    RDS sells fixed sizes; where none fits exactly, the next one up is the nearest that is safe.
    """
    return smallest("rds", vcpu, memory_gib, architecture, families=tuple(families)).name


@rule
def database_memory(instance_class: str) -> int:
    """The database's memory is that of its class.

    Parameters and alarms follow from what the server has, which may be more than the document asks for.
    """
    return int(find("rds", instance_class).memory_gib)


@rule
def largest_storage(storage_gib: int, ratio: float) -> int:
    """Storage grows by itself up to the settings' multiple of what the document gives.

    A full disk stops the database, and RDS storage never shrinks.
    """
    return math.ceil(storage_gib * ratio)


@rule
def no_replicas(_row: object) -> int:
    """A database without a word on read replicas has none.

    They are named where they are wanted.
    """
    return 0


@rule
def strictest_lag(*lags_ms: int) -> int:
    """Of several replicas' lags the strictest holds for all.

    Readers are spread over them, so that one which may fall behind would be read from all the same.
    """
    return min(lags_ms)


@rule
def called_highly_available(_said: bool) -> bool:
    """A database that the document calls highly available has a standby in another zone.

    RDS calls that Multi-AZ.
    """
    return True


@rule
def default_max_connections(instance_class: str) -> int:
    """A database server allows RDS's default number of connections: its memory in bytes by 9531392, at most 5000.

    It is `LEAST({DBInstanceClassMemory/9531392},5000)` of RDS's default parameter groups for PostgreSQL.
    """
    return max_connections(find("rds", instance_class).memory_gib)


@rule
def cache_node_type(vcpu: int, memory_gib: int, architecture: str, families: Sequence[str]) -> str:
    """A cache node is of the smallest type with at least the document's vCPUs and that much memory for data.

    ElastiCache keeps a quarter of a node's memory for itself, which a cache that is meant to hold as much would lack.
    """
    return smallest("elasticache", vcpu, memory_gib, architecture, families=tuple(families)).name


@rule
def cache_shards(*nodes: int) -> int:
    """Cache nodes make pairs, a primary and its replica, unless that would leave fewer shards than before.

    Then each node is a shard. Shards that are given up move their keys, and one node can't be a pair: so 1, 3 and 6
    nodes become 1, 3 and again 3 shards. Earlier phases count, in their order.
    """
    shards = 1
    for count in nodes:
        paired = count % 2 == 0 and count // 2 >= shards
        shards = count // 2 if paired else count
    return shards


@rule
def nodes_per_shard(nodes: int, shards: int) -> int:
    """Each shard has its equal part of the cache's nodes.

    Keys are spread evenly over shards, so that a smaller one would be the first to fail.
    """
    return nodes // shards


@rule
def standby_nodes_per_shard(active: int) -> int:
    """A standby's cache has as many nodes a shard as the active region's, and at least two.

    It takes over the whole load, and a Global Datastore's follower must be able to fail over by itself.
    """
    return max(2, active)


@rule
def quorum_group_size(nodes: int) -> int:
    """A quorum queue has members on an odd number of nodes, five at most; of two nodes, on both.

    A sixth member would tolerate no further failure and slow every message down; two keep what one alone would lose.
    """
    if nodes < 3:
        return nodes
    return min(5, nodes - 1 + nodes % 2)
