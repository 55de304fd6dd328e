"""What watches a phase: signals from the document's triggers, objectives from its targets, panels from its key metrics."""

from __future__ import annotations

from typing import Any

from components.key_metrics import metric_id
from infra.derive import rules
from infra.derive.sources import Sourced, fact, settings_section
from infra.derive.step import Step
from infra.roadmap.model import Fact, Role, Target

Tree = dict[str, Any]
OBJECTIVES = {"p99 latency": "p99_latency", "error rate": "error_rate", "availability": "availability"}


def monitoring(step: Step) -> Tree:
    """The monitoring section of a phase."""
    return {
        **settings_section(step.settings, "monitoring"),
        "signals": signals(step),
        "objectives": objectives(step),
        "key_metrics": key_metrics(step),
    }


def signals(step: Step) -> list[Tree]:
    """Latency and queue depth, where the document has a trigger to scale up by them and the phase has the system."""
    wanted = ("p95_latency", "queue_depth") if step.has(Role.QUEUE) else ("p95_latency",)
    return [signal for metric in wanted if (signal := _signal(step, metric))]


def _signal(step: Step, metric: str) -> Tree | None:
    up, down = step.trigger("up", metric), step.trigger("down", metric)
    if up is None:
        return None
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
    own, overall = step.phase.targets, step.roadmap.targets
    found: list[Tree] = []
    for words, name in OBJECTIVES.items():
        stated = [target for target in (*own, *overall) if target.metric.lower() == words]
        if stated:
            chosen = max(stated, key=lambda t: t.value) if name == "availability" else stated[0]
            found.append(_objective(name, chosen))
    return found


def _objective(name: str, target: Target) -> Tree:
    return {
        "name": fact(Fact(name, target.line)),
        "target": fact(Fact(_in_seconds(target), target.line)),
        "line": fact(Fact(target.line, target.line)),
    }


def _in_seconds(target: Target) -> float:
    return target.value / 1000 if target.unit == "ms" else target.value


def key_metrics(step: Step) -> list[Tree]:
    """The document's key metrics that are known by name; the first of each meaning."""
    found: dict[str, Tree] = {}
    for metric in step.roadmap.key_metrics:
        identity = metric_id(metric.name)
        if identity and identity not in found and (identity != "queue_depth" or step.has(Role.QUEUE)):
            name: Sourced[str] = fact(Fact(metric.name, metric.line))
            found[identity] = {
                "metric": rules.known_metric(name),
                "label": name,
                "line": fact(Fact(metric.line, metric.line)),
            }
    return list(found.values())
