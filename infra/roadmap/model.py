"""What a scaling roadmap says, as typed facts, each with the line it stands on.

The reader (`read.py`) fills these; the derivation (`infra/derive/`) is their only consumer. Nothing here interprets a
fact: a cell that says "2 nodes (HA)" is two nodes and the word HA, and what that means for a quorum is decided later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Fact(Generic[T]):
    """A value of the document and the 1-based line it was read from."""

    value: T
    line: int


class Role(StrEnum):
    """The part of the system that a table row speaks of."""

    APPLICATION = "application"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    LOAD_BALANCER = "load_balancer"
    CDN = "cdn"
    REGIONS = "regions"


@dataclass(frozen=True)
class Size:
    """One server's size: virtual CPUs, memory in GiB, and disk in GiB where the cell states one."""

    vcpu: int
    memory_gib: int
    storage_gib: int | None = None


@dataclass(frozen=True)
class Capacity:
    """A cell of an infrastructure table: `1P + 4R (48vCPU, 96GB)`, `6-node cluster`, `HA`, `2 regions`, `-`.

    `count` is servers, nodes, primaries or regions, whichever the row's role speaks of. What the cell does not say is
    `None` (or false for the two flags); `absent` is the cell `-`.
    """

    text: str
    count: int | None = None
    size: Size | None = None
    read_replicas: int | None = None
    clustered: bool = False
    highly_available: bool = False
    region_mode: str | None = None  # "active-passive" | "active-active"
    absent: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a phase's infrastructure table: what the system has before the phase and what it has after it."""

    role: Role
    label: str
    before: Fact[Capacity]
    after: Fact[Capacity]
    line: int


@dataclass(frozen=True)
class Policy:
    """How fast an autoscaler may go: at most `value` pods, or percent of them, in `period_seconds`."""

    kind: str  # "Pods" | "Percent"
    value: int
    period_seconds: int
    line: int


@dataclass(frozen=True)
class Behavior:
    """One direction of the HPA block's `behavior`; what it leaves out is None or empty."""

    window_seconds: Fact[int] | None = None
    policies: tuple[Policy, ...] = ()
    select: Fact[str] | None = None  # "Max" | "Min" | "Disabled"


@dataclass(frozen=True)
class Hpa:
    """The HorizontalPodAutoscaler block, field by field."""

    name: Fact[str]
    target: Fact[str]
    min_replicas: Fact[int]
    max_replicas: Fact[int]
    cpu_percent: Fact[int] | None
    memory_percent: Fact[int] | None
    namespace: Fact[str] | None = None
    scale_up: Behavior = Behavior()
    scale_down: Behavior = Behavior()


@dataclass(frozen=True)
class DatabaseHost:
    """One entry of the replication block: a private name, its port, and for a replica the lag it may have."""

    role: str  # "primary" | "replica"
    host: Fact[str]
    port: Fact[int]
    lag_ms: Fact[int] | None = None


@dataclass(frozen=True)
class RegionPlan:
    """One region of the multi-region block: the region as the document words it (`US-East`), and its pods."""

    role: str  # "active" | "standby"
    name: Fact[str]
    pods: Fact[int] | None
    items: tuple[Fact[str], ...] = ()


@dataclass(frozen=True)
class MultiRegion:
    """The multi-region block: the regions that serve, then those that wait, each in the document's order.

    The rest is what its failover strategy promises.
    """

    regions: tuple[RegionPlan, ...]
    check_interval_seconds: Fact[int] | None = None
    failover_seconds: Fact[int] | None = None
    replication_lag_ms: Fact[int] | None = None


@dataclass(frozen=True)
class Target:
    """A stated objective: `p99 Latency: < 5s` is metric "p99 latency", comparator "<", value 5.0, unit "s"."""

    metric: str
    comparator: str
    value: float
    unit: str
    line: int


@dataclass(frozen=True)
class Trigger:
    """An auto-scaling trigger: `CPU > 70% for 3 minutes`. `metric` is cpu, memory, p95_latency or queue_depth."""

    direction: str  # "up" | "down"
    metric: str
    comparator: str
    value: float
    unit: str  # "%", "s", "" for a plain number
    for_seconds: int | None
    line: int


@dataclass(frozen=True)
class KeyMetric:
    """A metric the document wants watched, with its group ("application", "infrastructure", "business")."""

    group: str
    name: str
    unit: str
    line: int


@dataclass(frozen=True)
class Item:
    """A list entry: an optimization, an architecture change, a checklist box, a recommendation."""

    text: str
    line: int
    heading: str = ""


@dataclass(frozen=True)
class Risk:
    """A row of a risk table."""

    risk: str
    probability: str
    impact: str
    mitigation: str
    line: int


@dataclass(frozen=True)
class Placeholder:
    """A blank the document leaves for a figure (`$XXX`, `+XX%`, `$X.XX`): its line and its 0-based columns in it."""

    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True)
class CostRow:
    """A row of a cost table: its label (a user count, a component, a phase's component) and its cells as they stand."""

    table: str  # "baseline" | "phaseN" | "per_user" | "breakdown"
    label: str
    cells: tuple[tuple[str, str], ...]  # (column heading, cell text)
    line: int
    users: Fact[int] | None = None  # those of the heading above: "At 10,000 Users"


@dataclass(frozen=True)
class SavingsClaim:
    """A savings range the document claims: `Reserved Instances (Save 30-50%)`; the overall one has the name "total"."""

    name: str
    low_percent: int
    high_percent: int
    line: int


@dataclass(frozen=True)
class Phase:
    """One step of the roadmap; the baseline is phase 0 (`key` "baseline"), the others `phase1`, `phase2`, …"""

    key: str
    number: int
    title: str
    line: int
    users: Fact[int]
    months: Fact[tuple[int, int]] | None = None
    rows: tuple[Row, ...] = ()
    hpa: Hpa | None = None
    replication: tuple[DatabaseHost, ...] = ()
    multi_region: MultiRegion | None = None
    optimizations: tuple[Item, ...] = ()
    architecture: tuple[Item, ...] = ()
    targets: tuple[Target, ...] = ()
    checklist: tuple[Item, ...] = ()
    shard_key: Fact[str] | None = None

    def row(self, role: Role) -> Row | None:
        """The table row of a role, or None where the phase's table has none."""
        return next((row for row in self.rows if row.role is role), None)


@dataclass(frozen=True)
class Roadmap:
    """A whole roadmap. `phases[0]` is the baseline; `horizon` is what the document sketches beyond its sized phases.

    `unused` lists what was read and has no bearing on infrastructure, so that nothing is dropped silently.
    """

    path: str
    title: Fact[str]
    application: Fact[str]  # as the document words it: "MGX-AI"
    phases: tuple[Phase, ...]
    owner: Fact[str] | None = None
    version: Fact[str] | None = None
    updated: Fact[str] | None = None
    review: Fact[str] | None = None
    approvers: Fact[str] | None = None
    triggers: tuple[Trigger, ...] = ()
    key_metrics: tuple[KeyMetric, ...] = ()
    targets: tuple[Target, ...] = ()
    recommendations: tuple[Item, ...] = ()
    risks: tuple[Risk, ...] = ()
    savings: tuple[SavingsClaim, ...] = ()
    horizon: tuple[Item, ...] = ()
    cost_rows: tuple[CostRow, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    unused: tuple[Item, ...] = field(default=())

    def phase(self, key: str) -> Phase:
        """The phase of a key; raises KeyError when the roadmap has none of that key."""
        for phase in self.phases:
            if phase.key == key:
                return phase
        raise KeyError(key)
