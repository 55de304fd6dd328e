"""What an HPA can't measure by itself, recorded so that a target of 1 holds the document's thresholds exactly.

One HPA has one tolerance a direction for all its metrics, made for the CPU band. A signal is therefore above 1 when the
threshold to scale up has been exceeded for its duration, 1 inside the band, and 0 below it: no tolerance moves it.

It also has one window a direction, in which each recommendation must hold: part of every duration, so that a signal waits
for the rest alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from components.key_metrics import QUEUE_DEPTH

_LATENCY = re.compile(r"p(\d{2,3})_latency")


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One trigger pair of a document: scale up above `up` for `up_seconds`, down below `down` for `down_seconds`.

    `metric` is a quantile such as "p95_latency" (seconds, by service) or "queue_depth" (messages). Without `down` it
    never holds a scale-down back. `lines` are those of the roadmap.
    """

    metric: str
    up: float
    up_seconds: int
    down: float | None
    down_seconds: int
    lines: tuple[int, ...]


def pressure(metric: str) -> str:
    """The external metric that a trigger's metric is recorded as."""
    return f"{metric}_pressure"


def by_service(metric: str) -> bool:
    """Whether each service has a value of its own."""
    return _LATENCY.fullmatch(metric) is not None


def measured(metric: str) -> str:
    """The PromQL of a trigger's metric. Raises KeyError for one that isn't known."""
    if quantile := _LATENCY.fullmatch(metric):
        share = f"0.{quantile[1]}"
        return f"histogram_quantile({share}, sum by (service, le) (rate(http_request_duration_seconds_bucket[1m])))"
    return {"queue_depth": QUEUE_DEPTH}[metric]


def signal_group(signals: Sequence[Signal], up_window_seconds: int, down_window_seconds: int) -> dict[str, Any]:
    """A Prometheus rule group that records each signal's value and its pressure, for autoscalers with these windows."""
    rules = [rule for signal in signals for rule in _rules(signal, up_window_seconds, down_window_seconds)]
    return {"name": "scaling", "interval": "15s", "rules": rules}


def _rules(signal: Signal, up_window_seconds: int, down_window_seconds: int) -> list[dict[str, Any]]:
    """Without a request there is no latency, and a quantile isn't a number: counted, it is still 0 and no gap."""
    value, labels = f"ramp:{signal.metric}", {"roadmap_line": ",".join(str(line) for line in signal.lines)}
    parts = [f"({_over('min', value, signal.up_seconds - up_window_seconds)} / {signal.up:g} > 1)"]
    if signal.down is not None:
        highest = _over("max", value, signal.down_seconds - down_window_seconds)
        parts.append(f"({highest} >= {signal.down:g}) * 0 + 1")
    parts.append(f"count_over_time({value}[1m]) * 0")
    return [
        {"record": value, "expr": measured(signal.metric)},
        {"record": f"ramp:{pressure(signal.metric)}", "expr": " or ".join(parts), "labels": labels},
    ]


def _over(which: str, value: str, seconds: int) -> str:
    return f"{which}_over_time({value}[{seconds}s])" if seconds > 0 else value
