"""The auto-scaling block: a HorizontalPodAutoscaler as Kubernetes takes it."""

from __future__ import annotations

from infra.roadmap.blocks import Node, known_keys, load, number, text
from infra.roadmap.document import Code
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Fact, Hpa

MAX_REPLICAS = 10_000
_SPEC = ("scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior", "targetCPUUtilizationPercentage")


def read_hpa(code: Code, reading: Reading) -> Hpa | None:
    """The block field by field; None, with the mistakes reported, where it cannot be read."""
    root = load(code, "HPA block", reading)
    if root is None:
        return None
    before = len(reading.mistakes)
    _check_kind(root, reading)
    spec = root.get("spec") or Node({}, root.line)
    known_keys(root, ("apiVersion", "kind", "metadata", "spec"), "HPA block", reading)
    known_keys(spec, _SPEC, "HPA block: spec", reading)
    name = text(root.get("metadata", "name"), "HPA block: metadata.name", root.line, reading)
    target = text(spec.get("scaleTargetRef", "name"), "HPA block: spec.scaleTargetRef.name", spec.line, reading)
    low = number(spec.get("minReplicas"), "HPA block: spec.minReplicas", spec.line, 1, MAX_REPLICAS, reading)
    high = number(spec.get("maxReplicas"), "HPA block: spec.maxReplicas", spec.line, 1, MAX_REPLICAS, reading)
    percents = _percents(spec, reading)
    up, down = (_window(spec, direction, reading) for direction in ("scaleUp", "scaleDown"))
    behavior = spec.get("behavior")
    if low and high and low.value > high.value:
        reading.mistake(
            low.line,
            "HPA block: spec.minReplicas",
            str(low.value),
            f"at most maxReplicas, {high.value} on line {high.line}",
            "Probably the two are swapped.",
        )
    if len(reading.mistakes) > before or not (name and target and low and high):
        return None
    namespace = root.get("metadata", "namespace")
    return Hpa(
        name=name,
        target=target,
        min_replicas=low,
        max_replicas=high,
        cpu_percent=percents.get("cpu"),
        memory_percent=percents.get("memory"),
        namespace=text(namespace, "HPA block: metadata.namespace", root.line, reading) if namespace else None,
        scale_up_window_seconds=up,
        scale_down_window_seconds=down,
        behavior=Fact(behavior.plain(), behavior.line) if behavior else None,
    )


def _check_kind(root: Node, reading: Reading) -> None:
    kind = root.get("kind")
    if kind is None or kind.value != "HorizontalPodAutoscaler":
        reading.mistake(
            kind.line if kind else root.line,
            "HPA block: kind",
            kind.shown() if kind else "",
            "HorizontalPodAutoscaler",
            "Other Kubernetes objects are planned from the tables, not from manifests.",
        )


def _percents(spec: Node, reading: Reading) -> dict[str, Fact[int]]:
    """The utilization targets by resource, from `metrics` or the older CPU-only field."""
    found: dict[str, Fact[int]] = {}
    if old := spec.get("targetCPUUtilizationPercentage"):
        fact = number(old, "HPA block: targetCPUUtilizationPercentage", old.line, 1, 100, reading)
        found |= {"cpu": fact} if fact else {}
    metrics = spec.get("metrics")
    for metric in metrics.value if metrics and isinstance(metrics.value, list) else ():
        name, value = metric.get("resource", "name"), metric.get("resource", "target", "averageUtilization")
        if name is None or name.value not in ("cpu", "memory"):
            shown = name or metric.get("type")
            reading.mistake(
                metric.line,
                "HPA block: metric",
                shown.shown() if shown else "",
                "a Resource metric of cpu or memory",
                "Latency and queue depth belong under Auto-Scaling Triggers.",
            )
            continue
        key = str(name.value)
        fact = number(value, f"HPA block: {key} averageUtilization", metric.line, 1, 100, reading)
        if fact:
            found[key] = fact
    if metrics and not isinstance(metrics.value, list):
        reading.mistake(metrics.line, "HPA block: spec.metrics", metrics.shown(), "a list of Resource metrics")
    return found


def _window(spec: Node, direction: str, reading: Reading) -> Fact[int] | None:
    behavior = spec.get("behavior")
    if behavior and direction == "scaleUp":  # once for both directions
        known_keys(behavior, ("scaleUp", "scaleDown"), "HPA block: behavior", reading)
    rules = spec.get("behavior", direction)
    if rules is None:
        return None
    where = f"HPA block: behavior.{direction}"
    known_keys(rules, ("stabilizationWindowSeconds", "policies", "selectPolicy", "tolerance"), where, reading)
    window = rules.get("stabilizationWindowSeconds")
    if window is None:
        return None
    return number(window, f"{where}.stabilizationWindowSeconds", window.line, 0, 3600, reading)
