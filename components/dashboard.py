"""The CloudWatch dashboard of one region: its alarms, the roadmap's key metrics, and what holds data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import naming
from components.key_metrics import KNOWN
from components.prometheus_rules import KeyMetric

WIDTH, HEIGHT, COLUMNS = 8, 6, 3
MOST_ALARMS = 100
"""Of one alarm widget. [CloudWatch API, Dashboard Body Structure and Syntax]"""
INSIGHTS = "ContainerInsights"
Metrics = list[list[Any]]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the panels draw, by the identifiers that CloudWatch knows it by.

    `load_balancer` is an ARN suffix; `databases` are instance identifiers, the primary first.
    """

    region: str
    cluster_name: str
    namespace: str
    load_balancer: pulumi.Input[str]
    databases: Sequence[pulumi.Input[str]]


@dataclass(frozen=True)
class Limit:
    """A line across a panel of PANELS, in the panel's unit, and what it says."""

    panel: str
    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """The region's alarms by ARN, the roadmap's key metrics, what to draw them of, and the limits that they hold.

    `replica_lag_ms` is that of read replicas.
    """

    alarms: Sequence[pulumi.Input[str]]
    key_metrics: Sequence[KeyMetric]
    watched: Watched
    limits: Sequence[Limit]
    replica_lag_ms: int


class Dashboard(pulumi.ComponentResource):
    """One CloudWatch dashboard: what is wrong now, then each key metric of the roadmap with its line, on a panel, or
    where else it is seen."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:dashboard:Dashboard", name, None, opts)
        aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            dashboard_name=naming.physical(naming.DASHBOARD, name),
            dashboard_body=pulumi.Output.json_dumps(body(args)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def body(args: DashboardArgs) -> dict[str, Any]:
    """The dashboard as plain data: the alarms, three panels a row in the roadmap's order, the databases' own panels.

    Last comes what CloudWatch doesn't know, by the name that Prometheus records it under.
    """
    drawn = [
        _metrics(f"{key.label} (roadmap line {key.line})", PANELS[panel], args, panel)
        for key in args.key_metrics
        if (panel := KNOWN[key.metric].panel) is not None
    ]
    drawn += [_metrics(title.format(args.replica_lag_ms), panel, args) for title, panel in DATABASE_PANELS.items()]
    elsewhere = [key for key in args.key_metrics if KNOWN[key.metric].panel is None]
    if elsewhere:
        drawn.append(_table(elsewhere))
    alarms = [args.alarms[first : first + MOST_ALARMS] for first in range(0, len(args.alarms), MOST_ALARMS)]
    return {
        "widgets": [
            *(_alarms(part, number * HEIGHT) for number, part in enumerate(alarms)),
            *({**widget, **_place(number, len(alarms) * HEIGHT)} for number, widget in enumerate(drawn)),
        ]
    }


def _alarms(arns: Sequence[pulumi.Input[str]], y: int) -> dict[str, Any]:
    across = {"x": 0, "y": y, "width": WIDTH * COLUMNS, "height": HEIGHT}
    return {"type": "alarm", **across, "properties": {"title": "Alarms", "alarms": list(arns)}}


def _place(index: int, top: int) -> dict[str, int]:
    return {"x": index % COLUMNS * WIDTH, "y": top + index // COLUMNS * HEIGHT, "width": WIDTH, "height": HEIGHT}


def _metrics(title: str, panel: Panel, args: DashboardArgs, name: str = "") -> dict[str, Any]:
    lines = [{"label": limit.label, "value": limit.value} for limit in args.limits if limit.panel == name]
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "region": args.watched.region,
            "metrics": panel.metrics(args.watched),
            "view": "timeSeries",
            "period": 60,
            "yAxis": {"left": {"label": panel.unit, "min": 0, "showUnits": False}},
            **({"annotations": {"horizontal": lines}} if lines else {}),
        },
    }


def _table(key_metrics: Sequence[KeyMetric]) -> dict[str, Any]:
    rows = [f"| {key.label} | {key.line} | `ramp:key:{key.metric}` |" for key in key_metrics]
    table = "\n".join(["| in Prometheus | roadmap line | recorded as |", "| --- | --- | --- |", *rows])
    return {"type": "text", "properties": {"markdown": table}}


def _balancer(watched: Watched, metric: str, **options: Any) -> list[Any]:
    return ["AWS/ApplicationELB", metric, "LoadBalancer", watched.load_balancer, options]


def _container(watched: Watched, metric: str, **options: Any) -> list[Any]:
    scope = ["ClusterName", watched.cluster_name, "Namespace", watched.namespace]
    return [INSIGHTS, metric, *scope, options]


def _database(watched: Watched, *metrics: str) -> Metrics:
    return [
        ["AWS/RDS", metric, "DBInstanceIdentifier", database] for metric in metrics for database in watched.databases
    ]


def _latency(watched: Watched) -> Metrics:
    return [_balancer(watched, "TargetResponseTime", stat=stat, label=stat) for stat in ("p50", "p95", "p99")]


def _error_rate(watched: Watched) -> Metrics:
    return [
        [{"expression": "100 * FILL(errors, 0) / requests", "label": "errors, %"}],
        _balancer(watched, "HTTPCode_Target_5XX_Count", id="errors", stat="Sum", visible=False),
        _balancer(watched, "RequestCount", id="requests", stat="Sum", visible=False),
    ]


@dataclass(frozen=True)
class Panel:
    """What a panel draws, and what its axis counts."""

    unit: str
    metrics: Callable[[Watched], Metrics]


PANELS: dict[str, Panel] = {
    "request_rate": Panel(
        "requests/s",
        lambda w: [
            [{"expression": "requests / PERIOD(requests)", "label": "requests a second"}],
            _balancer(w, "RequestCount", id="requests", stat="Sum", visible=False),
        ],
    ),
    "response_latency": Panel("s", _latency),
    "error_rate": Panel("% of requests", _error_rate),
    "active_connections": Panel("connections", lambda w: [_balancer(w, "ActiveConnectionCount", stat="Sum")]),
    "cpu_utilization": Panel("% of a node", lambda w: [_container(w, "pod_cpu_utilization")]),
    "memory_utilization": Panel(
        "% of a pod's limit", lambda w: [_container(w, "pod_memory_utilization_over_pod_limit")]
    ),
    "disk_io": Panel("bytes/s", lambda w: _database(w, "ReadThroughput", "WriteThroughput")),
    "network_io": Panel(
        "bytes/s of a pod", lambda w: [_container(w, "pod_network_rx_bytes"), _container(w, "pod_network_tx_bytes")]
    ),
    "pod_count": Panel("pods", lambda w: [_container(w, "namespace_number_of_running_pods")]),
}
"""How each panel of `key_metrics.KNOWN` is drawn."""
DATABASE_PANELS: dict[str, Panel] = {
    "Age of the replicas' last write (their {} ms are measured in Prometheus)": Panel(
        "s", lambda w: _database(w, "ReplicaLag")
    ),
    "Database connections": Panel("connections", lambda w: _database(w, "DatabaseConnections")),
}
"""By title, in which the replicas' limit has its place."""
