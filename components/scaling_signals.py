"""What an HPA can't measure by itself, recorded so that a target of 1 holds the document's thresholds exactly.

One HPA has one tolerance a direction for all its metrics, made for the CPU band. A signal is therefore above 1 when the
threshold to scale up has been exceeded for its duration, 1 inside the band, and 0 below it: no tolerance moves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SIGNALS = {"p95_latency": "p95_latency_pressure", "queue_depth": "queue_depth_pressure"}
"""External metric name by the trigger's metric."""

VALUES = {
    "p95_latency": "histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[1m])))",
    "queue_depth": "sum(rabbitmq_queue_messages_ready)",
}


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One trigger pair of a document: scale up above `up` for `up_seconds`, down below `down` for `down_seconds`.

    `metric` is "p95_latency" (seconds, by service) or "queue_depth" (messages). Without `down` it never holds a
    scale-down back. `lines` are those of the roadmap.
    """

    metric: str
    up: float
    up_seconds: int
    down: float | None
    down_seconds: int
    lines: tuple[int, ...]


def signal_group(signals: tuple[Signal, ...]) -> dict[str, Any]:
    """A Prometheus rule group that records each signal's value and its pressure."""
    return {"name": "scaling", "interval": "15s", "rules": [rule for signal in signals for rule in _rules(signal)]}


def _rules(signal: Signal) -> list[dict[str, Any]]:
    value, labels = f"ramp:{signal.metric}", {"roadmap_line": ",".join(str(line) for line in signal.lines)}
    held = f"min_over_time({value}[{signal.up_seconds}s])" if signal.up_seconds else value
    parts = [f"({held} / {signal.up:g} > 1)"]
    if signal.down is not None:
        parts.append(f"(max_over_time({value}[{signal.down_seconds}s]) >= {signal.down:g}) * 0 + 1")
    parts.append(f"{value} * 0")
    return [
        {"record": value, "expr": VALUES[signal.metric]},
        {"record": f"ramp:{SIGNALS[signal.metric]}", "expr": " or ".join(parts), "labels": labels},
    ]
