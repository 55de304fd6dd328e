"""The `behavior` of an auto-scaling block: for each direction its window, its policies, and which of them decides."""

from __future__ import annotations

from infra.roadmap.blocks import Node, known_keys, number, one_of
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Behavior, Fact, Policy

# Kubernetes' own bounds, of the HPAScalingRules and HPAScalingPolicy types.
MAX_WINDOW_SECONDS = 3600
MAX_PERIOD_SECONDS = 1800
MAX_VALUE = 10_000


def read_behavior(behavior: Node | None, reading: Reading) -> tuple[Behavior, Behavior]:
    """What the block says of scaling up and of scaling down; reports what it cannot read."""
    if behavior is None:
        return Behavior(), Behavior()
    known_keys(behavior, ("scaleUp", "scaleDown"), "HPA block: behavior", reading)
    up, down = (
        _direction(behavior.get(key), f"HPA block: behavior.{key}", reading) for key in ("scaleUp", "scaleDown")
    )
    return up, down


def _direction(rules: Node | None, where: str, reading: Reading) -> Behavior:
    if rules is None:
        return Behavior()
    if tolerance := rules.get("tolerance"):
        hint = "It follows from the thresholds under Auto-Scaling Triggers."
        reading.mistake(tolerance.line, f"{where}.tolerance", tolerance.shown(), "no tolerance in the block", hint)
    known_keys(rules, ("stabilizationWindowSeconds", "policies", "selectPolicy", "tolerance"), where, reading)
    window, key = rules.get("stabilizationWindowSeconds"), f"{where}.stabilizationWindowSeconds"
    return Behavior(
        window_seconds=number(window, key, window.line, 0, MAX_WINDOW_SECONDS, reading) if window else None,
        policies=_policies(rules.get("policies"), f"{where}.policies", reading),
        select=_select(rules.get("selectPolicy"), f"{where}.selectPolicy", reading),
    )


def _select(node: Node | None, where: str, reading: Reading) -> Fact[str] | None:
    word = one_of(node, where, ("Max", "Min", "Disabled"), reading)
    return Fact(word, node.line) if node and word else None


def _policies(node: Node | None, where: str, reading: Reading) -> tuple[Policy, ...]:
    if node is None:
        return ()
    if not isinstance(node.value, list):
        reading.mistake(node.line, where, node.shown(), "a list of type, value and periodSeconds")
        return ()
    return tuple(policy for item in node.value if (policy := _policy(item, where, reading)))


def _policy(node: Node, where: str, reading: Reading) -> Policy | None:
    known_keys(node, ("type", "value", "periodSeconds"), where, reading)
    kind = one_of(node.get("type") or Node("", node.line), f"{where}: type", ("Pods", "Percent"), reading)
    value = number(node.get("value"), f"{where}: value", node.line, 1, MAX_VALUE, reading)
    period = number(node.get("periodSeconds"), f"{where}: periodSeconds", node.line, 1, MAX_PERIOD_SECONDS, reading)
    return Policy(kind, value.value, period.value, node.line) if kind and value and period else None
