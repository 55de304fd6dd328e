"""The order of a step: what an operator does before, during and after `pulumi up`, where the engine alone isn't enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from components.queue import node_host
from components.queue_pod import grow
from infra.diff.change import ABSENT, Change, PropertyChange
from infra.diff.conditions import falls
from infra.diff.quotas import Needed

CACHES = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
)
When = Literal["before", "with", "after"]
FAILOVER = "60–120 s, longer with large transactions (awsdocs/amazon-rds-user-guide, Concepts.MultiAZ.md)"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Action:
    """One thing to do: when, what, why, for which resources, and how long it takes by its source, or "unknown"."""

    when: When
    what: str
    why: str
    resources: tuple[str, ...]
    duration: str = UNKNOWN

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


Rule = Callable[[Sequence[Change]], Iterator[Action]]
RULES: list[Rule] = []


def order(changes: Sequence[Change], raised: Sequence[Needed]) -> tuple[Action, ...]:
    """Returns what to do around the step, what comes before it first: quotas to raise, then the rules."""
    found = [*map(_raise, raised), *(action for rule in RULES for action in rule(changes))]
    return tuple(sorted(found, key=lambda action: ("before", "with", "after").index(action.when)))


def rule(function: Rule) -> Rule:
    """Adds a rule; its docstring's first line says when it applies."""
    RULES.append(function)
    return function


def _raise(quota: Needed) -> Action:
    what = f"raise the quota “{quota.name}” in {quota.where} to at least {quota.needed:,} {quota.unit} ({quota.code})"
    return Action("before", what, f"the default is {quota.default:,}, and a request may have to be approved", ())


@rule
def resize_database(changes: Sequence[Change]) -> Iterator[Action]:
    """A database's class changes: replicas first, then the primary, off-peak."""
    resized = _updated(changes, "aws:rds/instance:Instance", "instanceClass")
    if not resized:
        return
    replicas = [c for c in resized if c.resource.inputs.get("replicateSourceDb")]
    primaries = [c for c in resized if c not in replicas]
    waits = [c for c in resized if c.resource.inputs.get("applyImmediately") is not True]
    if replicas and primaries:
        yield _do("before", "resize the read replicas before their primary", "a smaller replica falls behind", replicas)
    if waits:
        what = "run the step shortly before the maintenance window, or apply the new class by hand off-peak"
        yield _do("with", what, "the class changes in the maintenance window (applyImmediately is off)", waits)
    for change in primaries:
        if change.resource.inputs.get("multiAz") is True:
            what = "expect one failover: connections break, poolers and clients reconnect"
            yield _do("with", what, "Multi-AZ resizes the standby first, then fails over to it", [change], FAILOVER)
        else:
            yield _do("with", "expect the database to be down", "a single instance restarts in its new class", [change])


@rule
def add_replicas(changes: Sequence[Change]) -> Iterator[Action]:
    """Read replicas are added: clients read from them once they have caught up."""
    added = [c for c in _created(changes, "aws:rds/instance:Instance") if "replicateSourceDb" in c.resource.inputs]
    if added:
        why = "RDS makes a replica from a snapshot of its source and then replays what has happened since"
        yield _do("after", "watch the replicas' lag until it is within the limit, then let readers in", why, added)


@rule
def promote(changes: Sequence[Change]) -> Iterator[Action]:
    """A replica stops following: it is promoted, and never follows again."""
    found = [
        c for c in _updated(changes, "aws:rds/instance:Instance", "replicateSourceDb")
        if _change(c, "replicateSourceDb").new is ABSENT
    ]  # fmt: skip
    if found:
        what = "close the fence of the old region, stop its writers, promote the replica, then run the step"
        yield _do("before", what, "two primaries that both take writes can't be merged", found)


@rule
def resize_cache(changes: Sequence[Change]) -> Iterator[Action]:
    """A cache's nodes or shards change: online, and off-peak."""
    for type_ in (
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
    ):
        nodes = [*_updated(changes, type_, "nodeType"), *_updated(changes, type_, "cacheNodeType")]
        if nodes:
            why = "each shard's new node takes over once it has the data; connections to it break for seconds"
            yield _do("with", "resize the cache off-peak", why, nodes)
        shards = _updated(changes, type_, "numNodeGroups")
        if shards:
            why = "slots move between shards online, and that costs CPU and memory"
            yield _do(
                "with", "change the number of shards off-peak, and nothing else of the cache with it", why, shards
            )


def _grow_queues(change: Change) -> Action:
    second = node_host(1, change.resource.inputs["metadata"]["namespace"])
    what = f"on a node of {change.resource.name} run `{grow(f'rabbit@{second}')}`"
    why = "RabbitMQ adds members up to an odd number alone: what was made on one node stays on its one volume"
    return _do("after", what, why, [change])


@rule
def roll_queue(changes: Sequence[Change]) -> Iterator[Action]:
    """The queue's nodes roll or grow: each at a time, with a majority up; then queues spread over the new ones."""
    for change in _updated(changes, "kubernetes:apps/v1:StatefulSet", "spec"):
        if "ramp:queue:Queue$" not in change.key:
            continue
        replicas = next((p for p in change.properties if p.path == "spec.replicas"), None)
        if any(p.effect == "restarts" for p in change.properties):
            what = (
                f"before {change.resource.name} rolls, see that every quorum has a majority beyond the node that goes"
            )
            yield _do("before", what, "its pods are made anew one after the other", [change])
        if replicas and falls(replicas.old, replicas.new):
            yield _do(
                "before", "take the last nodes out of the cluster before they go", "they count for the quorum", [change]
            )
        elif replicas:
            yield _do("after", f"see that the new nodes of {change.resource.name} have joined and hold members of its queues",
                      "membership grows by itself, and takes a while", [change])  # fmt: skip
            if (replicas.old, replicas.new) == (1, 2):
                yield _grow_queues(change)


@rule
def drain_nodes(changes: Sequence[Change]) -> Iterator[Action]:
    """A node pool's template changes: its nodes are drained and replaced."""
    pools = [
        c for c in _updated(changes, "kubernetes:karpenter.sh/v1:NodePool", "spec")
        if any(p.path.startswith("spec.template") for p in c.properties)
    ]  # fmt: skip
    if pools:
        yield _do(
            "with",
            "keep the step open until the drained nodes are replaced",
            "disruption budgets pace the drain",
            pools,
        )


@rule
def delegate(changes: Sequence[Change]) -> Iterator[Action]:
    """A public zone is created: its parent must delegate to it before certificates can be issued."""
    zones = [c for c in _created(changes, "aws:route53/zone:Zone") if "vpcs" not in c.resource.inputs]
    if zones:
        yield _do(
            "with", "delegate the zone in its parent zone", "certificates wait for their validation records", zones
        )


@rule
def add_region(changes: Sequence[Change]) -> Iterator[Action]:
    """A region is added: its replicas fill before its health checks can fail over to it."""
    regions = [c for c in changes if c.action == "create" and c.resource.type == "ramp:stack:Region"]
    if regions:
        why = "until its database and cache have caught up, a failover would serve old data"
        yield _do("after", "rehearse the failover before counting on it", why, regions)
        yield _do(
            "before",
            "keep the old primary untouched while the region fills",
            "its snapshot and replay cost I/O",
            regions,
        )


@rule
def shared_certificate(changes: Sequence[Change]) -> Iterator[Action]:
    """A certificate's names change: a new one is issued first, and the old one goes once nothing uses it."""
    found = [c for c in changes if c.action == "replace" and c.resource.type == "aws:acm/certificate:Certificate"]
    if found:
        yield _do(
            "with",
            "see the new certificate issued before the listener changes over",
            "DNS validation takes a while",
            found,
        )


@rule
def move_behind_cdn(changes: Sequence[Change]) -> Iterator[Action]:
    """A CDN comes in front: clients that still know the old address are refused until their caches have run out."""
    distributions = _created(changes, "aws:cloudfront/distribution:Distribution")
    closed = [c for c in changes if c.action == "delete" and "securityGroupIngressRule" in c.resource.type]
    moved = _updated(changes, "aws:route53/record:Record", "records")
    if distributions and closed:
        lifetimes = [ttl for c in moved if isinstance(ttl := c.resource.inputs.get("ttl"), int)]
        took = f"up to {max(lifetimes)} s, the record's TTL" if lifetimes else UNKNOWN
        what = "expect refused connections from clients that still have the balancer's address; off-peak is better"
        yield _do("with", what, "the balancer closes to all but the CDN once the name has moved", moved or closed, took)


@rule
def copy_existing(changes: Sequence[Change]) -> Iterator[Action]:
    """A bucket is copied from now on: what it holds already is copied by hand."""
    for change in _created(changes, "aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        what = "copy what the bucket holds already: `aws s3 sync s3://SOURCE s3://COPY --source-region … --region …`"
        yield _do("after", what, "S3 copies what is written from then on, and nothing else", [change])


@rule
def replicate_images(changes: Sequence[Change]) -> Iterator[Action]:
    """A registry gets replication rules: they replace those that it has, and copy nothing that was pushed before."""
    rules = _created(changes, "aws:ecr/replicationConfiguration:ReplicationConfiguration")
    if rules:
        what = (
            "see in each region that nobody's replication rules are replaced: `aws ecr describe-registry --region …`; "
            "where there are some, set registry.replication or registry.replicates_too"
        )
        yield _do("before", what, "a registry has one list of rules, and this one takes its place", rules)
        what = "push the images that run to the registry of each region that is added, once its repositories are there"
        yield _do("with", what, "ECR copies what is pushed from then on, and nothing else", rules)


@rule
def change_target(changes: Sequence[Change]) -> Iterator[Action]:
    """A load balancer sends to other pods: for a moment it knows neither those that go nor those that come."""
    for change in _updated(changes, "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding", "spec.serviceRef"):
        what = (
            "expect errors of the load balancer for seconds, until a new pod has passed its check; off-peak is better"
        )
        yield _do("with", what, "the pods that it sends to are others from then on", [change])


def _created(changes: Sequence[Change], type_: str) -> list[Change]:
    return [c for c in changes if c.action == "create" and c.resource.type == type_]


def _updated(changes: Sequence[Change], type_: str, path: str) -> list[Change]:
    """The updates of a type that touch a property or anything below it."""
    return [
        c
        for c in changes
        if c.action == "update" and c.resource.type == type_ and any(_at(p, path) for p in c.properties)
    ]


def _at(change: PropertyChange, path: str) -> bool:
    return change.path == path or change.path.startswith((f"{path}.", f"{path}["))


def _change(change: Change, path: str) -> PropertyChange:
    return next(p for p in change.properties if p.path == path)


def _do(when: When, what: str, why: str, changes: Sequence[Change], duration: str = UNKNOWN) -> Action:
    return Action(when, what, why, tuple(c.key for c in changes), duration)
