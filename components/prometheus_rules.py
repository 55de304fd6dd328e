"""Every Prometheus rule of a stack as plain data: scaling signals, objectives, key metrics, and what breaks silently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components.key_metrics import KNOWN
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
    """What the rules are made from. `replica_lag_ms` is the most a read replica may lag; None without replicas."""

    signals: tuple[Signal, ...]
    objectives: tuple[Objective, ...]
    key_metrics: tuple[KeyMetric, ...]
    replica_lag_ms: int | None
    revenue_per_hour_usd: int


def rule_groups(given: RulesInput) -> dict[str, Any]:
    """The content of a Prometheus rule file."""
    groups = [signal_group(given.signals)] if given.signals else []
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
        _alert("TargetDown", "up == 0", "10m", "ticket", "{{ $labels.job }} of {{ $labels.service }} can't be scraped"),
        _alert(
            "MemoryLeak",
            'predict_linear(container_memory_working_set_bytes{container!=""}[6h], 86400)'
            ' > (container_spec_memory_limit_bytes{container!=""} > 0)',
            "1h",
            "ticket",
            "{{ $labels.pod }} reaches its memory limit within a day at the rate of the last six hours",
        ),
    ]
    if given.replica_lag_ms is not None:
        late = f"max by (application_name) (pg_stat_replication_replay_lag_seconds) * 1000 > {given.replica_lag_ms}"
        rules.append(_alert("ReplicaLag", late, "1m", "page", "A read replica lags more than the roadmap allows"))
    return {"name": "platform", "rules": rules}


def _alert(name: str, expr: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expr,
        "for": wait,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }
