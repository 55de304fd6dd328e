"""The auto-scaling block: a HorizontalPodAutoscaler as Kubernetes takes it."""

from __future__ import annotations

from infra.roadmap.blocks import Node, known_keys, load, number, one_of, text
from infra.roadmap.document import Code
from infra.roadmap.hpa_behavior import read_behavior
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Fact, Hpa

MAX_REPLICAS = 10_000
_FOR_PEOPLE = ("labels", "annotations")  # ramp's objects carry its own
_SPEC = ("scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior", "targetCPUUtilizationPercentage")
_KEYS = {
    (): ("apiVersion", "kind", "metadata", "spec"),
    ("metadata",): ("name", "namespace", *_FOR_PEOPLE),
    ("spec",): _SPEC,
    ("spec", "scaleTargetRef"): ("apiVersion", "kind", "name"),
}


def read_hpa(code: Code, reading: Reading) -> Hpa | None:
    """The block field by field; None, with the mistakes reported, where it cannot be read."""
    root = load(code, "HPA block", reading)
    if root is None:
        return None
    before = len(reading.mistakes)
    _check_kind(root, reading)
    for key in _FOR_PEOPLE:
        if node := root.get("metadata", key):
            reading.remark(f"{key}: {node.plain()}", node.line, "HPA block")
    for path, keys in _KEYS.items():
        if node := root.get(*path):
            known_keys(node, keys, ": ".join(("HPA block", *path)), reading)
    spec = root.get("spec") or Node({}, root.line)
    name = text(root.get("metadata", "name"), "HPA block: metadata.name", root.line, reading)
    target = text(spec.get("scaleTargetRef", "name"), "HPA block: spec.scaleTargetRef.name", spec.line, reading)
    low = number(spec.get("minReplicas"), "HPA block: spec.minReplicas", spec.line, 1, MAX_REPLICAS, reading)
    high = number(spec.get("maxReplicas"), "HPA block: spec.maxReplicas", spec.line, 1, MAX_REPLICAS, reading)
    percents = _percents(spec, reading)
    up, down = read_behavior(spec.get("behavior"), reading)
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
        scale_up=up,
        scale_down=down,
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
    one_of(root.get("apiVersion"), "HPA block: apiVersion", ("autoscaling/v2", "autoscaling/v1"), reading)
    target = ("spec", "scaleTargetRef")
    one_of(root.get(*target, "apiVersion"), "HPA block: spec.scaleTargetRef.apiVersion", ("apps/v1",), reading)
    one_of(root.get(*target, "kind"), "HPA block: spec.scaleTargetRef.kind", ("Deployment",), reading)


def _percents(spec: Node, reading: Reading) -> dict[str, Fact[int]]:
    """The utilization targets by resource, from `metrics` or the older CPU-only field."""
    found: dict[str, Fact[int]] = {}
    if old := spec.get("targetCPUUtilizationPercentage"):
        fact = number(old, "HPA block: targetCPUUtilizationPercentage", old.line, 1, 100, reading)
        found |= {"cpu": fact} if fact else {}
    metrics = spec.get("metrics")
    if metrics and not isinstance(metrics.value, list):
        reading.mistake(metrics.line, "HPA block: spec.metrics", metrics.shown(), "a list of Resource metrics")
        return found
    for metric in metrics.value if metrics and isinstance(metrics.value, list) else ():
        key, fact = _percent(metric, reading)
        if fact and key in found:
            allowed = f"each metric once ({key} is on line {found[key].line} already)"
            reading.mistake(fact.line, "HPA block: metric", key, allowed)
        elif fact:
            found[key] = fact
    return found


def _percent(metric: Node, reading: Reading) -> tuple[str, Fact[int] | None]:
    """A Resource metric's name and its average utilization; None, with a mistake reported, for anything else."""
    name = metric.get("resource", "name")
    if name is None or name.value not in ("cpu", "memory"):
        shown = name or metric.get("type")
        reading.mistake(
            metric.line,
            "HPA block: metric",
            shown.shown() if shown else "",
            "a Resource metric of cpu or memory",
            "Latency and queue depth belong under Auto-Scaling Triggers.",
        )
        return "", None
    known_keys(metric, ("type", "resource"), "HPA block: metric", reading)
    for path, keys in ((("resource",), ("name", "target")), (("resource", "target"), ("type", "averageUtilization"))):
        if node := metric.get(*path):
            known_keys(node, keys, "HPA block: metric", reading)
    one_of(metric.get("type"), "HPA block: metric type", ("Resource",), reading)
    one_of(metric.get("resource", "target", "type"), "HPA block: target type", ("Utilization",), reading)
    value, key = metric.get("resource", "target", "averageUtilization"), str(name.value)
    return key, number(value, f"HPA block: {key} averageUtilization", metric.line, 1, 100, reading)
