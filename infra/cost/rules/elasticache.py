"""ElastiCache: the nodes of a replication group and its snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from infra.catalogue import specs
from infra.cost.items import Charge, Group
from infra.cost.subject import Outcome, Subject

_ENGINES = {"redis": "Redis OSS", "valkey": "Valkey"}
_TYPE = "aws:elasticache/replicationGroup:ReplicationGroup"


def replication_group(cache: Subject) -> Outcome:
    """Node hours of every shard and its replicas, snapshots, and what another region's group receives."""
    leader = _leader(cache)
    engine = _ENGINES.get(str(leader.inputs.get("engine", "redis")))
    node_type = leader.inputs.get("nodeType")
    if engine is None or not isinstance(node_type, str):
        yield cache.unpriced(f"neither engine nor node type can be told: {leader.inputs.get('engine')}, {node_type}")
        return
    shards, nodes = _shards(leader), _shards(leader) * _nodes_a_shard(cache)
    basis = f"{nodes // shards} in each of {shards} shards, all month"
    yield cache.hourly(Group.CACHE, "elasticache", f"{node_type} {engine}", nodes, basis, unit="node-hour")
    yield from _snapshots(cache, node_type, shards)
    if leader is not cache and leader.region != cache.region:
        gib = cache.usage.written_gib
        yield cache.charge(
            Group.NETWORK, "transfer", f"to {cache.region}", "GB", gib,
            "what the cache writes, reckoned as what the database does (usage.written_kib_per_request)",
            fixed=False, price_region=leader.region, serves=cache.region,
        )  # fmt: skip


def _snapshots(cache: Subject, node_type: str, shards: int) -> Iterator[Charge]:
    """One snapshot is free; each further day keeps another."""
    kept = int(cache.inputs.get("snapshotRetentionLimit") or 0) - 1
    if kept > 0:
        memory = Decimal(str(specs.find("elasticache", node_type).memory_gib)) * shards
        gib = memory * kept * cache.usage.settings.cache_filled_percent / 100
        basis = f"{kept} snapshots of {shards} shards beyond the free one"
        yield cache.charge(Group.CACHE, "elasticache", "backup storage", "GB-month", gib, basis, fixed=False)


def _leader(cache: Subject) -> Subject:
    """The group that gives engine, nodes and shards: in a Global Datastore, a secondary takes them from the primary."""
    if cache.inputs.get("nodeType") is not None:
        return cache
    others = (Subject(r, cache.plan) for r in cache.plan.graph.of_type(_TYPE))
    return next((other for other in others if other.inputs.get("nodeType") is not None), cache)


def _shards(cache: Subject) -> int:
    return int(cache.inputs.get("numNodeGroups") or 1)


def _nodes_a_shard(cache: Subject) -> int:
    if cache.inputs.get("numCacheClusters"):
        return int(cache.inputs["numCacheClusters"])
    return 1 + int(cache.inputs.get("replicasPerNodeGroup") or 0)


PRICED = {_TYPE: replication_group}
FREE = {
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": "its groups and their traffic are charged",
    "aws:elasticache/subnetGroup:SubnetGroup": "a grouping",
    "aws:elasticache/parameterGroup:ParameterGroup": "settings of a group",
    "aws:elasticache/user:User": "an identity",
    "aws:elasticache/userGroup:UserGroup": "a grouping of identities",
    "aws:elasticache/userGroupAssociation:UserGroupAssociation": "a membership",
}
