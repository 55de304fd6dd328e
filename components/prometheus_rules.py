"""Every Prometheus rule of a stack as plain data: scaling signals, objectives, key metrics, and what breaks silently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components.envoy_config import EGRESS
from components.key_metrics import KNOWN
from components.queue_definitions import DEAD_LETTERS, FEDERATED
from components.scaling_signals import Signal, signal_group
from components.slo import Objective, objective_group


@dataclass(frozen=True, kw_only=True)
class KeyMetric:
    """A metric that the roadmap wants watched: its identity in `key_metrics.KNOWN`, its words, its line."""

    metric: str
    label: str
    line: int


@dataclass(frozen=True, kw_only=True)
class RulesInput:
    """What the rules are made from. `replica_lag_ms` is the most a read replica may lag; None without replicas.
    `replica_lag_line` is where the roadmap says so.

    Replicas in `other_regions` lag by the distance too; CloudWatch watches them. `pooled`, `queued`, `proxied`: there is a
    connection pooler, a message queue, an egress proxy. The windows are the autoscalers'.
    """

    signals: tuple[Signal, ...]
    scale_up_window_seconds: int
    scale_down_window_seconds: int
    objectives: tuple[Objective, ...]
    key_metrics: tuple[KeyMetric, ...]
    replica_lag_ms: int | None
    replica_lag_line: int | None
    other_regions: tuple[str, ...]
    pooled: bool
    queued: bool
    proxied: bool
    revenue_per_hour_usd: int


def rule_groups(given: RulesInput) -> dict[str, Any]:
    """The content of a Prometheus rule file."""
    windows = (given.scale_up_window_seconds, given.scale_down_window_seconds)
    groups = [signal_group(given.signals, *windows)] if given.signals else []
    groups += [objective_group(objective) for objective in given.objectives]
    groups += [_key_metric_group(given), _platform_group(given)]
    return {"groups": [group for group in groups if group["rules"]]}


def _key_metric_group(given: RulesInput) -> dict[str, Any]:
    rules = [
        {
            "record": f"ramp:key:{key.metric}",
            "expr": expr.replace("{revenue_per_hour_usd}", str(given.revenue_per_hour_usd)),
            "labels": {"roadmap_line": str(key.line)},
        }
        for key in given.key_metrics
        if (expr := KNOWN[key.metric].expr) is not None
    ]
    return {"name": "key-metrics", "rules": rules}


def _platform_group(given: RulesInput) -> dict[str, Any]:
    """What no user notices until it is too late."""
    rules = [
        # An exporter that asks several servers tells `up` of each, and the label `target`.
        _alert(
            "TargetDown",
            "up == 0",
            "10m",
            "ticket",
            "{{ $labels.job }} of {{ $labels.service }} can't be scraped{{ with $labels.target }}: {{ . }}{{ end }}",
        ),
        _alert(
            "MemoryLeak",
            'predict_linear(container_memory_working_set_bytes{container!=""}[6h], 86400)'
            ' > (container_spec_memory_limit_bytes{container!=""} > 0)',
            "1h",
            "ticket",
            "{{ $labels.pod }} reaches its memory limit within a day at the rate of the last six hours",
        ),
        _alert(
            "OldTransaction",
            "pg_oldest_transaction_seconds > 3600",
            "5m",
            "ticket",
            "A transaction is open for an hour: vacuum waits for it, and dead rows pile up",
        ),
    ]
    if given.replica_lag_ms is not None:
        near = f"pg_stat_replication_replay_lag_seconds{_not_of(given.other_regions)}"
        late = f"max by (client_addr, slot_name) ({near}) * 1000 > {given.replica_lag_ms}"
        alert = _alert("ReplicaLag", late, "1m", "page", "A read replica lags more than the roadmap allows")
        if given.replica_lag_line is not None:
            alert["labels"]["roadmap_line"] = str(given.replica_lag_line)
        rules.append(alert)
    rules += _pooler_rules() if given.pooled else []
    rules += _queue_rules() if given.queued else []
    rules += _federation_rules() if given.queued and given.other_regions else []
    rules += _egress_rules() if given.proxied else []
    return {"name": "platform", "rules": rules}


def _not_of(regions: tuple[str, ...]) -> str:
    """A matcher that leaves out the replicas of other regions, whose slots RDS names after them."""
    slots = "|".join(f"rds_{region.replace('-', '_')}_.*" for region in regions)
    return f'{{slot_name!~"{slots}"}}' if slots else ""


def _pooler_rules() -> list[dict[str, Any]]:
    """Connections that the application waits for, and replicas that the pooler's proxy has left out."""
    healthy, every = (
        f'sum by (pod, envoy_cluster_name) (envoy_cluster_membership_{which}{{envoy_cluster_name=~"replicas-.*"}})'
        for which in ("healthy", "total")
    )
    return [
        _alert(
            "PoolExhausted",
            "max by (database) (pgbouncer_pools_client_maxwait_seconds) > 1",
            "2m",
            "page",
            "Clients of {{ $labels.database }} wait for a connection: the pool is too small, or the database too slow",
        ),
        _alert(
            "ReadReplicaLeftOut",
            f"{healthy} < {every}",
            "5m",
            "ticket",
            "A pooler reaches fewer read replicas than there are; the others carry its load",
        ),
    ]


def _queue_rules() -> list[dict[str, Any]]:
    """Messages that nobody could work, and a broker that takes no more."""
    memory, disk = (f"max by (pod) (rabbitmq_alarms_{of}_watermark)" for of in ("memory_used", "free_disk_space"))
    return [
        _alert(
            "DeadLetters",
            f'sum(rabbitmq_queue_messages_ready{{queue="{DEAD_LETTERS}"}}) > 0',
            "10m",
            "ticket",
            f"Messages failed too often, were refused or grew too old: they lie in {DEAD_LETTERS}",
        ),
        _alert(
            "QueueBlocksPublishers",
            f"{memory} > 0 or {disk} > 0",
            "1m",
            "page",
            "{{ $labels.pod }} is short of memory or disk: the whole cluster takes no message until it isn't",
        ),
    ]


def _federation_rules() -> list[dict[str, Any]]:
    """What another region should have: a link takes messages as they come, so that none waits while it stands."""
    return [
        _alert(
            "FederationBehind",
            f'sum by (queue) (min_over_time(rabbitmq_queue_messages_ready{{queue=~"{FEDERATED}.*"}}[5m])) > 0',
            "5m",
            "ticket",
            "Messages wait for another region, which doesn't take them: a failover would lose them",
        ),
    ]


def _egress_rules() -> list[dict[str, Any]]:
    """Outside services that the breakers keep the application from."""
    left, full = (
        f'max by (envoy_cluster_name) (envoy_cluster_{gauge}{{service="{EGRESS}"}}) > 0'
        for gauge in ("outlier_detection_ejections_active", "circuit_breakers_default_rq_open")
    )
    return [
        _alert(
            "CircuitBreakerOpen",
            f"{left} or {full}",
            "1m",
            "ticket",
            "Calls to {{ $labels.envoy_cluster_name }} fail at once: it doesn't answer, or has too many underway",
        )
    ]


def _alert(name: str, expr: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expr,
        "for": wait,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }
