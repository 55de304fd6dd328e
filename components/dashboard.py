"""The CloudWatch dashboard of one region: the roadmap's key metrics, and what holds data."""

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
INSIGHTS = "ContainerInsights"
Metrics = list[list[Any]]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the panels draw, by the identifiers that CloudWatch knows it by.

    `load_balancer` and `target_group` are ARN suffixes; `databases` are instance identifiers, the primary first.
    """

    region: str
    cluster_name: str
    namespace: str
    load_balancer: pulumi.Input[str]
    target_group: pulumi.Input[str]
    databases: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """The roadmap's key metrics, what to draw them of, and the limit that read replicas hold (ms)."""

    key_metrics: Sequence[KeyMetric]
    watched: Watched
    replica_lag_ms: int


class Dashboard(pulumi.ComponentResource):
    """One CloudWatch dashboard. Each key metric of the roadmap has its line there: on a panel, or where else it is seen."""

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
    """The dashboard as plain data, three panels a row, in the roadmap's order; then the databases' own panels.

    Last comes what CloudWatch doesn't know, by the name that Prometheus records it under.
    """
    panels = [
        (f"{key.label} (roadmap line {key.line})", PANELS[panel](args.watched))
        for key in args.key_metrics
        if (panel := KNOWN[key.metric].panel) is not None
    ]
    panels.append((f"Replica lag, at most {args.replica_lag_ms} ms", _database(args.watched, "ReplicaLag")))
    panels.append(("Database connections", _database(args.watched, "DatabaseConnections")))
    drawn = [_widget(i, title, metrics, args.watched.region) for i, (title, metrics) in enumerate(panels)]
    elsewhere = [key for key in args.key_metrics if KNOWN[key.metric].panel is None]
    return {"widgets": [*drawn, _text(len(drawn), elsewhere)] if elsewhere else drawn}


def _text(index: int, key_metrics: Sequence[KeyMetric]) -> dict[str, Any]:
    rows = [f"| {key.label} | {key.line} | `ramp:key:{key.metric}` |" for key in key_metrics]
    table = "\n".join(["| in Prometheus | roadmap line | recorded as |", "| --- | --- | --- |", *rows])
    return {"type": "text", **_place(index), "properties": {"markdown": table}}


def _place(index: int) -> dict[str, int]:
    return {"x": index % COLUMNS * WIDTH, "y": index // COLUMNS * HEIGHT, "width": WIDTH, "height": HEIGHT}


def _widget(index: int, title: str, metrics: Metrics, region: str) -> dict[str, Any]:
    return {
        "type": "metric",
        **_place(index),
        "properties": {"title": title, "region": region, "metrics": metrics, "view": "timeSeries", "period": 60},
    }


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


PANELS: dict[str, Callable[[Watched], Metrics]] = {
    "request_rate": lambda w: [
        [{"expression": "requests / PERIOD(requests)", "label": "requests a second"}],
        _balancer(w, "RequestCount", id="requests", stat="Sum", visible=False),
    ],
    "response_latency": _latency,
    "error_rate": _error_rate,
    "active_connections": lambda w: [_balancer(w, "ActiveConnectionCount", stat="Sum")],
    "cpu_utilization": lambda w: [_container(w, "pod_cpu_utilization")],
    "memory_utilization": lambda w: [_container(w, "pod_memory_utilization_over_pod_limit")],
    "disk_io": lambda w: _database(w, "ReadThroughput", "WriteThroughput"),
    "network_io": lambda w: [_container(w, "pod_network_rx_bytes"), _container(w, "pod_network_tx_bytes")],
    "pod_count": lambda w: [_container(w, "namespace_number_of_running_pods")],
}
"""How each panel of `key_metrics.KNOWN` is drawn."""
