"""The auto-scaling block: what Kubernetes takes is read or refused, key by key."""

from __future__ import annotations

import pytest

from infra.roadmap.model import Behavior, Fact, Policy
from tests.unit.roadmap.changed import mistakes, roadmap


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "apiVersion: autoscaling/v2",
            "apiVersion: autoscaling/v2beta2",
            "r.md:117: HPA block: apiVersion: got 'autoscaling/v2beta2'; allowed: autoscaling/v2 or autoscaling/v1. "
            "Probably meant: 'autoscaling/v2'.",
        ),
        (
            "    kind: Deployment",
            "    kind: StatefulSet",
            "r.md:124: HPA block: spec.scaleTargetRef.kind: got 'StatefulSet'; allowed: Deployment",
        ),
        (
            "  name: mgx-api-hpa",
            "  name: mgx-api-hpa\n  finalizers: [web]",
            "r.md:121: HPA block: metadata: got 'finalizers'; allowed: name, namespace, labels, annotations",
        ),
        ("  - type: Resource", "  - type: Pods", "r.md:129: HPA block: metric type: got 'Pods'; allowed: Resource"),
        (
            "        type: Utilization",
            "        type: AverageValue",
            "r.md:133: HPA block: target type: got 'AverageValue'; allowed: Utilization",
        ),
        (
            "      name: memory",
            "      name: cpu",
            "r.md:140: HPA block: metric: got 'cpu'; allowed: each metric once (cpu is on line 134 already)",
        ),
    ],
)
def test_what_the_plan_would_not_follow_is_refused(old: str, new: str, message: str) -> None:
    """Guards against a word of the block that is passed over."""
    assert mistakes("mgx-ai", (old, new)) == [message]


BEHAVIOR = """  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
      selectPolicy: Min
      policies:
      - type: Percent
        value: 10
        periodSeconds: 60
```
"""
END = "        averageUtilization: 80\n"


def test_a_direction_s_policies_are_read_with_their_lines() -> None:
    """Guards the pace at which a document lets pods come and go."""
    hpa = roadmap("mgx-ai", (f"{END}```\n", f"{END}{BEHAVIOR}")).phase("phase1").hpa
    assert hpa and hpa.scale_up == Behavior()
    assert hpa.scale_down == Behavior(Fact(300, 143), (Policy("Percent", 10, 60, 146),), Fact("Min", 144))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: Percent", "type: Share", "policies: type: got 'Share'; allowed: Pods or Percent"),
        ("value: 10", "value: 0", "policies: value: got '0'; allowed: a whole number from 1 to 10000"),
        (
            "periodSeconds: 60",
            "periodSeconds: 1h",
            "policies: periodSeconds: got '1h'; allowed: a whole number from 1 to 1800",
        ),
        ("selectPolicy: Min", "selectPolicy: Least", "selectPolicy: got 'Least'; allowed: Max or Min or Disabled"),
        (
            "selectPolicy: Min",
            "tolerance: 0.1",
            "tolerance: got '0.1'; allowed: no tolerance in the block. "
            "It follows from the thresholds under Auto-Scaling Triggers.",
        ),
    ],
)
def test_a_policy_that_kubernetes_refuses_is_refused(old: str, new: str, message: str) -> None:
    """Guards against an up that fails on what the reader let through."""
    found = mistakes("mgx-ai", (f"{END}```\n", f"{END}{BEHAVIOR.replace(old, new)}"))
    assert [text.partition("behavior.scaleDown.")[2] for text in found] == [message]


def test_a_block_in_json_is_a_block() -> None:
    """Guards against an autoscaler that is passed over as an example for people."""
    found = mistakes("mgx-ai", ("```yaml\napiVersion: autoscaling/v2", "```json\napiVersion: autoscaling/v3"))
    assert found[0].startswith("r.md:117: HPA block: apiVersion: got 'autoscaling/v3'")


def test_labels_of_a_block_are_listed() -> None:
    """Guards the manifest that a team has in use: labels and annotations are neither followed nor a mistake."""
    change = ("  name: mgx-api-hpa", "  name: mgx-api-hpa\n  labels: {team: web}")
    assert [item.text for item in roadmap("mgx-ai", change).unused if item.line == 121] == ["labels: {'team': 'web'}"]
