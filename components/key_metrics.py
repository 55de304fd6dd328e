"""The metrics that roadmaps ask for by name: how each is recorded in Prometheus, and how it is drawn on a dashboard.

What the application must export for them: `http_requests_total{code}` and the histogram
`http_request_duration_seconds` (with a bucket at each latency objective); `app_active_users`, `app_tasks_created_total`
and `app_tasks_completed_total` for the business metrics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from components.queue_definitions import DEAD_LETTERS, FEDERATED

QUEUE_DEPTH = f'sum(rabbitmq_queue_messages_ready{{queue!~"{DEAD_LETTERS}|{FEDERATED}.*"}})'
"""What waits for the application: neither what it has given up, nor what another region has still to take."""
ERRORS = 'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))'


@dataclass(frozen=True, kw_only=True)
class KnownMetric:
    """`words` finds it by its name in a document; `expr` is its PromQL; `panel` is its drawing in `dashboard.py`."""

    words: str
    expr: str | None = None
    panel: str | None = None


KNOWN: dict[str, KnownMetric] = {
    "request_rate": KnownMetric(
        words=r"request rate|throughput|requests? per second",
        expr="sum by (service) (rate(http_requests_total[1m]))",
        panel="request_rate",
    ),
    "response_latency": KnownMetric(
        words=r"latency|response time",
        expr="histogram_quantile(0.99, sum by (service, le) (rate(http_request_duration_seconds_bucket[5m])))",
        panel="response_latency",
    ),
    "error_rate": KnownMetric(words=r"error rate|errors", expr=ERRORS, panel="error_rate"),
    "active_connections": KnownMetric(words=r"connections?", panel="active_connections"),
    "queue_depth": KnownMetric(words=r"queue (depth|length)|backlog", expr=QUEUE_DEPTH),
    "cpu_utilization": KnownMetric(words=r"cpu", panel="cpu_utilization"),
    "memory_utilization": KnownMetric(words=r"memory", panel="memory_utilization"),
    "disk_io": KnownMetric(words=r"disk|storage i/?o|iops", panel="disk_io"),
    "network_io": KnownMetric(words=r"network|bandwidth", panel="network_io"),
    "pod_count": KnownMetric(words=r"pods?( count)?|replica count", panel="pod_count"),
    "active_users": KnownMetric(words=r"active users|users online|concurrent users", expr="sum(app_active_users)"),
    "tasks_created": KnownMetric(words=r"tasks? created", expr="sum(increase(app_tasks_created_total[1h]))"),
    "task_completion": KnownMetric(
        words=r"(task )?completion",
        expr="sum(rate(app_tasks_completed_total[1h])) / sum(rate(app_tasks_created_total[1h]))",
    ),
    "revenue_impact": KnownMetric(words=r"revenue", expr="{revenue_per_hour_usd} * (" + ERRORS + ")"),
}


def metric_id(name: str) -> str | None:
    """The known metric that a document's name means, or None: the first whose words stand in it."""
    for identity, known in KNOWN.items():
        if re.search(rf"\b({known.words})", name, re.IGNORECASE):
            return identity
    return None
