"""Every rule by which a value follows from others. The first line of a docstring is the rule; the rest says why.

Rules are pure and take plain values; `@rule` (sources.py) lets them take sourced ones, and records what they were
applied to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from components.key_metrics import metric_id
from components.naming import APPLICATION, DATABASE, NAMESPACE, latin, reserved, shorten
from components.postgres_parameters import max_connections
from infra.catalogue.specs import NoInstanceClass, exact, find, smallest
from infra.config.edge import GLOBAL_REGION
from infra.config.pooler import DATABASE_NAMESPACE
from infra.config.scalars import LABEL_LENGTH
from infra.derive.sources import rule


@rule
def carried_on(value: Any) -> Any:
    """A figure that a phase doesn't restate is carried on from the phase before.

    The document's tables say what changes; what they leave out stays as it was.
    """
    return value


@rule
def absent_until_named(_phase: str) -> None:
    """A system is there from the phase on that the document names it in.

    A phase that doesn't need it shouldn't pay for it, and nothing that holds data begins in a shape that it must leave.
    """
    return


@rule
def current_schema(version: int) -> int:
    """The shape of the stack config is the one that this version of ramp writes.

    A file of another shape is refused when it loads.
    """
    return version


@rule
def phase_key(number: int) -> str:
    """The document's baseline is `baseline`, its phase N is `phaseN`.

    The stack and its file carry the same name.
    """
    return f"phase{number}" if number else "baseline"


@rule
def application_slug(name: str) -> str:
    """The application is named as the document's title names it, in lower case with hyphens.

    Logical and physical names begin with it, and AWS and Kubernetes take no other characters: letters lose their
    accents, and `app-` stands before a digit and before what AWS keeps for itself. A name of more than 40 characters is
    shortened, so that a suffix still fits.
    """
    slug = "-".join(re.findall(r"[a-z0-9]+", latin(name)))
    if not slug[:1].isalpha() or reserved(APPLICATION, slug):
        slug = f"app-{slug}"
    return shorten(slug, LABEL_LENGTH)


@rule
def api_name(application: str) -> str:
    """Without an HPA block, the application's workload is named after the application.

    The document then gives no name for it.
    """
    return shorten(f"{application}-api", LABEL_LENGTH)


@rule
def hpa_name(service: str) -> str:
    """Without an HPA block, an autoscaler is named after its service.

    The document's block gives the name where there is one.
    """
    return shorten(f"{service}-hpa", LABEL_LENGTH)


@rule
def namespace_of(application: str) -> str:
    """The application's objects stand in a namespace of its own name, with app- before one that is taken.

    The document's HPA block gives no other. Kubernetes keeps some for itself, and the database's pooler has its own.
    """
    taken = reserved(NAMESPACE, application) or application == DATABASE_NAMESPACE
    return shorten(f"app-{application}", LABEL_LENGTH) if taken else application


@rule
def owner_tag(owner: str) -> str:
    """The owner is written as tags take it: without the characters that AWS refuses in them.

    Every resource carries it. A document may put names in brackets, or several behind commas.
    """
    return " ".join(re.sub(r"[^\w .:/=+@-]+", " ", owner).split())[:256].strip()


@rule
def database_name(application: str) -> str:
    """The first database is named after the application, with db_ before a name that PostgreSQL or RDS keeps.

    It can't be changed later without replacing the instance.
    """
    name = re.sub(r"[^a-z0-9_]", "_", application)
    return f"db_{name}" if reserved(DATABASE, name) else name


@rule
def region_behind(_word: str, region: str) -> str:
    """The settings say which AWS region a region word of the document means.

    The document names a part of a continent; AWS has several regions in each.
    """
    return region


@rule
def regions_in_order(*words: str) -> list[str]:
    """Regions wait in the order in which the document names them, and the first takes over.

    A failover name has one secondary.
    """
    return list(words)


@rule
def none_stated(_phase: str) -> list[object]:
    """The document states none."""
    return []


@rule
def none_until_named(_phase: str) -> list[object]:
    """There is none before the phase that the document names one in.

    A phase that doesn't need it shouldn't pay for it.
    """
    return []


@rule
def home_region(_word: str, region: str) -> str:
    """A phase in one region runs in the region that stays active when there are more.

    Nothing that holds data then ever moves.
    """
    return region


@rule
def assets_copy_region(*regions: str) -> str:
    """Assets are copied to the document's first region besides us-east-1, where the CDN's own bucket stands.

    CloudFront then serves them while either region is down: an origin group has two members.
    """
    return next(region for region in regions if region != GLOBAL_REGION)


@rule
def took_over(_word: str, region: str) -> str:
    """The region that took over last leads.

    What it holds is newer than what led before: only another take-over gives the lead back.
    """
    return region


@rule
def standby_servers(servers: int, ratio: float) -> int:
    """A standby region whose servers the document doesn't count holds the settings' part of the active region's.

    It must serve at once after a failover while its autoscaler catches up.
    """
    return max(1, math.ceil(servers * ratio))


@rule
def fixed_count(servers: int) -> int:
    """Before the document introduces auto-scaling, the range is the count itself.

    The object is there from the first phase, so that the Deployment never carries a replica count.
    """
    return servers


@rule
def range_keeps_ratio(servers: int, bound: int, servers_of_range: int) -> int:
    """HPA range keeps the document's ratio of range to server count.

    The document gives one range, for one count; a later phase has more servers and no range of its own.
    """
    return max(1, math.ceil(servers * bound / servers_of_range))


@rule
def range_from_settings(servers: int, ratio: float) -> int:
    """Without an HPA block, the range is the settings' ratio of the server count.

    The document then leaves the range open.
    """
    return max(1, math.ceil(servers * ratio))


@rule
def standby_minimum(servers: int) -> int:
    """A standby region runs at least its own count.

    It is kept warm at the size that the document gives it.
    """
    return servers


@rule
def standby_maximum(active_maximum: int, servers: int) -> int:
    """A standby region may grow to the active region's maximum.

    After a failover it carries the whole load.
    """
    return max(active_maximum, servers)


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
def down_tolerance(up_percent: int, down_percent: int) -> str:
    """The HPA's scale-down tolerance is the gap between the two CPU thresholds, as a part of the upper one.

    The HPA has one target; a tolerance below it makes the band between scaling up and down.
    """
    return f"{max(0.0, (up_percent - down_percent) / up_percent):.4f}"


@rule
def metric_not_listed(_hpa: str) -> None:
    """An autoscaler follows the metrics that its block or a trigger names, and no other.

    A further metric would hold more pods than the document asks for.
    """
    return


@rule
def no_policies(_phase: str) -> list[object]:
    """Without policies in the HPA block, pods come and go as fast as Kubernetes lets them by itself.

    It doubles them, or adds four, every 15 seconds, and removes as many as the window allows.
    """
    return []


@rule
def no_policy_selected(_phase: str) -> None:
    """Without a word in the HPA block, the policy decides that Kubernetes takes by itself.

    Of several, the one that changes most.
    """
    return


@rule
def whole(value: float) -> int:
    """A threshold of the document as the whole number that the HPA takes.

    autoscaling/v2 has no fractions in a utilization.
    """
    return round(value)


@rule
def main_share(*other_shares: int) -> int:
    """The application's own service takes what the other services leave of a server.

    One pod of every service then fits on each server, and the document's server count holds for all of them.
    """
    return 100 - sum(other_shares)


@rule
def known_metric(name: str) -> str:
    """A key metric is recorded and drawn as the known metric that its words mean.

    The document names it in a team's own words.
    """
    return metric_id(name) or name


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
def replica_hosts(named: Sequence[str], count: int, pattern: str) -> list[str]:
    """Read replicas beyond the document's own list are numbered on.

    The document names the first ones and later only counts them.
    """
    return [named[i] if i < len(named) else pattern.format(number=i + 1) for i in range(count)]


@rule
def check_interval(seconds: int) -> int:
    """Health checks run as often as the document says, or at the next shorter interval that Route 53 has.

    It checks every 10 or every 30 seconds, and a check's interval can't be changed later.
    """
    return 30 if seconds >= 30 else 10


@rule
def pooled_from(_item: str, replicas: int) -> int:
    """Connections are pooled from the phase on whose list asks for it, by as many pods as the settings say.

    The list names the work; a pooler is what infrastructure does of it.
    """
    return replicas


@rule
def default_max_connections(instance_class: str) -> int:
    """A database server allows RDS's default number of connections: its memory in bytes by 9531392, at most 5000.

    It is `LEAST({DBInstanceClassMemory/9531392},5000)` of RDS's default parameter groups for PostgreSQL.
    """
    return max_connections(find("rds", instance_class).memory_gib)


@rule
def service_from(_item: str, name: str) -> str:
    """Services beside the main one are the settings' list, from the phase on that names microservices.

    The document says that the monolith is taken apart, and not yet into what.
    """
    return name


@rule
def proxied_from(_item: str, replicas: int) -> int:
    """A proxy is there from the phase on whose list names what it does, with as many pods as the settings say.

    An API gateway routes and limits, circuit breakers stand in front of external services.
    """
    return replicas


@rule
def compressed_by_proxy(_asked: str, replicas: int) -> int:
    """Before there is a CDN, a proxy compresses responses, with as many pods as the settings say.

    A load balancer passes on what it gets.
    """
    return replicas


@rule
def cdn_compresses(_asked: str) -> None:
    """A CDN compresses what it passes on, and no proxy need do it.

    Responses to it are free of charge at their full length.
    """
    return


@rule
def limited_from(_item: str, requests: int) -> int:
    """A user's requests are limited from the phase on whose list asks for it, to the settings' figure.

    The list names the limit and gives none.
    """
    return requests


@rule
def outlives_balancer(idle_timeout_seconds: int) -> int:
    """A proxy behind the load balancer keeps an idle connection 15 s longer than that one.

    Were it the first to close one, a request that is just being sent on it would fail.
    """
    return idle_timeout_seconds + 15


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


@rule
def virtual_host(application: str) -> str:
    """The queue's virtual host is named after the application.

    Users, exchanges and limits belong to it, and nothing else shares it.
    """
    return application


@rule
def events_from(_item: str) -> bool:
    """Events have an exchange, and each service a queue of them, from the phase on that names an event-driven architecture.

    Before that the queue carries work alone.
    """
    return True


@rule
def no_events(_nodes: int) -> bool:
    """A queue carries work alone until the document names an event-driven architecture.

    Queues that nobody reads fill up.
    """
    return False
