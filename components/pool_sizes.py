"""How many connections each pool of a connection pooler may open: pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PoolSizes:
    """Connections of one pooler pod: a writing and a reading pool's, those from clients, and all to one replica."""

    write: int
    read: int
    clients: int
    per_replica: int = 0


def pool_sizes(
    *,
    max_connections: int,
    reserved_percent: int,
    poolers: int,
    databases: int,
    replicas: int,
    app_pods: int,
    connections_per_pod: int,
) -> PoolSizes:
    """The sizes with which the pools of all pooler pods together never exceed what a server allows.

    A server gives the pools `max_connections` less `reserved_percent` of them, which are kept for administrators,
    monitoring and Jobs. That is split evenly over the pooler pods, one more than `poolers` during a rollout, and over
    the pools on the server: one a database for writing, and another one for reading where no replica takes the reads.
    With replicas, a reading pool has that share of each of them, since its connections are spread over all; what all
    pools have of one replica is `per_replica`. No pool is
    larger than its part of what the applications can use at once, `app_pods` × `connections_per_pod`. Clients: all of
    those connections, for writing and for reading, on a single pooler pod.

    Raises ValueError where a pool would have none.
    """
    budget = max_connections * (100 - reserved_percent) // 100
    demand = -(-app_pods * connections_per_pod // poolers)
    write_share = budget // ((poolers + 1) * databases * (1 if replicas else 2))
    read_share = replicas * budget // ((poolers + 1) * databases) if replicas else write_share
    if not write_share:
        raise ValueError(
            f"{databases} databases × {poolers + 1} poolers share {budget} connections of a server: "
            "less than one each. Use fewer shards a server, fewer poolers or a larger class."
        )
    return PoolSizes(
        write=min(demand, write_share),
        read=min(demand, read_share),
        clients=2 * app_pods * connections_per_pod,
        per_replica=budget // (poolers + 1) if replicas else 0,
    )
