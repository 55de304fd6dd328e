"""What an autoscaler goes by, and how fast it may go, as autoscaling/v2 takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_kubernetes as k8s


@dataclass(frozen=True)
class Policy:
    """How fast an autoscaler may go: at most `value` "Pods", or "Percent" of them, in `period_seconds`."""

    type: str
    value: int
    period_seconds: int


@dataclass(frozen=True)
class ExternalMetric:
    """A metric from outside the pods: its name in the external metrics API, the labels to select by, and its target."""

    name: str
    selector: Mapping[str, str]
    value: str


def scaling_policies(policies: Sequence[Policy]) -> list[k8s.autoscaling.v2.HPAScalingPolicyArgs] | None:
    """Policies as an HPA takes them; None where there are none, so that Kubernetes' own hold."""
    make = k8s.autoscaling.v2.HPAScalingPolicyArgs
    return [make(type=each.type, value=each.value, period_seconds=each.period_seconds) for each in policies] or None


def external_metric(metric: ExternalMetric) -> k8s.autoscaling.v2.MetricSpecArgs:
    """An HPA metric whose value is compared with its target as it is, whatever the pod count."""
    return k8s.autoscaling.v2.MetricSpecArgs(
        type="External",
        external=k8s.autoscaling.v2.ExternalMetricSourceArgs(
            metric=k8s.autoscaling.v2.MetricIdentifierArgs(
                name=metric.name,
                selector=k8s.meta.v1.LabelSelectorArgs(match_labels=dict(metric.selector)) if metric.selector else None,
            ),
            target=k8s.autoscaling.v2.MetricTargetArgs(type="Value", value=metric.value),
        ),
    )


def resource_metric(resource: str, percent: int) -> k8s.autoscaling.v2.MetricSpecArgs:
    """An HPA metric: `percent` average utilization of the pods' request for "cpu" or "memory"."""
    return k8s.autoscaling.v2.MetricSpecArgs(
        type="Resource",
        resource=k8s.autoscaling.v2.ResourceMetricSourceArgs(
            name=resource,
            target=k8s.autoscaling.v2.MetricTargetArgs(type="Utilization", average_utilization=percent),
        ),
    )
