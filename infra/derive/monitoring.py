"""What watches a phase: signals from the document's triggers, objectives from its targets, panels from its key metrics."""

from __future__ import annotations

from typing import Any

from components.key_metrics import metric_id
from infra.derive.rules import names
from infra.derive.sources import fact, settings_section
from infra.derive.step import Step
from infra.roadmap.measures import in_seconds, objective_id
from infra.roadmap.model import Fact, Role, Target, Trigger

Tree = dict[str, Any]


def monitoring(step: Step) -> Tree:
    """The monitoring section of a phase."""
    return {
        **settings_section(step.settings, "monitoring"),
        "signals": signals(step) or step.unstated_list(),
        "objectives": objectives(step) or step.unstated_list(),
        "key_metrics": key_metrics(step) or step.unstated_list(),
    }


def signals(step: Step) -> list[Tree]:
    """Latency and queue depth, where the document has a trigger to scale up by them and the phase has the system."""
    ups = [trigger for trigger in step.roadmap.triggers if trigger.direction == "up"]
    latencies = [trigger for trigger in ups if trigger.metric.endswith("_latency")]
    queues = [trigger for trigger in ups if trigger.metric == "queue_depth" and step.has(Role.QUEUE)]
    return [_signal(step, trigger) for trigger in (*latencies, *queues)]


def _signal(step: Step, up: Trigger) -> Tree:
    metric, down = up.metric, step.trigger("down", up.metric)
    lines = [up.line] + ([down.line] if down else [])
    return {
        "metric": fact(Fact(metric, up.line)),
        "up": fact(Fact(up.value, up.line)),
        "up_seconds": fact(Fact(up.for_seconds or 0, up.line)),
        "down": fact(Fact(down.value if down else None, lines[-1])),
        "down_seconds": fact(Fact((down.for_seconds or 0) if down else 0, lines[-1])),
        "lines": fact(Fact(lines, up.line)),
    }


def objectives(step: Step) -> list[Tree]:
    """Each objective once: the phase's own, or else the document's; of two availabilities the stricter."""
    found: dict[str, list[Target]] = {}
    for target in (*step.phase.targets, *step.roadmap.targets):
        if name := objective_id(target.metric):
            found.setdefault(name, []).append(target)
    return [_objective(name, _chosen(name, found[name])) for name in sorted(found, key=_rank)]


def _rank(name: str) -> tuple[bool, bool, str]:
    """Latencies first, then errors, then availability."""
    return name == "availability", name == "error_rate", name


def _chosen(name: str, stated: list[Target]) -> Target:
    return max(stated, key=lambda target: target.value) if name == "availability" else stated[0]


def _objective(name: str, target: Target) -> Tree:
    return {
        "name": fact(Fact(name, target.line)),
        "target": fact(Fact(target.value if target.unit == "%" else in_seconds(target), target.line)),
        "line": fact(Fact(target.line, target.line)),
    }


def key_metrics(step: Step) -> list[Tree]:
    """The document's key metrics that are known by name; the first of each meaning."""
    found: dict[str, Tree] = {}
    for metric in step.roadmap.key_metrics:
        identity = metric_id(metric.name)
        if identity and identity not in found and (identity != "queue_depth" or step.has(Role.QUEUE)):
            label = f"{metric.name} ({metric.unit})" if metric.unit else metric.name
            found[identity] = {
                "metric": names.known_metric(fact(Fact(metric.name, metric.line))),
                "label": fact(Fact(label, metric.line)),
                "line": fact(Fact(metric.line, metric.line)),
            }
    return list(found.values())
