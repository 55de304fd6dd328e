"""CloudWatch alarms of one region, and the SNS topics that they and Alertmanager publish to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components import naming

Severity = Literal["page", "ticket"]
SEVERITIES: tuple[Severity, ...] = ("page", "ticket")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One CloudWatch alarm: `metric` of `namespace` compared with `threshold` over `periods` × `period_seconds`.

    `added` is a second metric of the same kind, such as writes beside reads: their sum is compared. `dimensions` None:
    the greatest value in the region, whatever it is reported for.

    `comparison` is ">" or "<". `missing` says what no data means: "notBreaching", "breaching", "missing".
    """

    role: str
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]] | None
    comparison: Literal[">", "<"]
    threshold: float
    severity: Severity
    statistic: str = "Average"
    period_seconds: int = 60
    periods: int = 5
    missing: str = "notBreaching"
    added: str | None = None


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """The alarms, who is told by mail, and the key of the topics."""

    account_id: str
    region: str
    key_arn: pulumi.Input[str]
    emails: Sequence[str]
    alarms: Sequence[Alarm] = field(default_factory=tuple)


class Alarms(pulumi.ComponentResource):
    """An encrypted SNS topic a severity, with its mail subscriptions, and CloudWatch alarms that publish to them.

    Outputs: `topics`, ARN by severity, plain strings, since the program gives the topics their names; `arns`, the alarms'.
    """

    topics: dict[str, str]
    arns: list[pulumi.Output[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:alarms:Alarms", name, None, opts)
        self._name, self._child = name, pulumi.ResourceOptions(parent=self)
        self.topics = {}
        made = {severity: self._topic(severity, args) for severity in SEVERITIES}
        self.arns = [self._alarm(alarm, made[alarm.severity].arn).arn for alarm in args.alarms]
        self.register_outputs({"topics": self.topics})

    def _topic(self, severity: Severity, args: AlarmsArgs) -> aws.sns.Topic:
        name = naming.physical(naming.TOPIC, f"{self._name}-{severity}")
        topic = aws.sns.Topic(f"{self._name}-{severity}", name=name, kms_master_key_id=args.key_arn, opts=self._child)
        self.topics[severity] = f"arn:aws:sns:{args.region}:{args.account_id}:{name}"
        for address in args.emails:
            aws.sns.TopicSubscription(
                f"{self._name}-{severity}-{address.replace('@', '-at-')}",
                topic=topic.arn,
                protocol="email",
                endpoint=address,
                opts=self._child,
            )
        return topic

    def _alarm(self, alarm: Alarm, topic: pulumi.Output[str]) -> aws.cloudwatch.MetricAlarm:
        comparison = "GreaterThanThreshold" if alarm.comparison == ">" else "LessThanThreshold"
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-{alarm.role}",
            alarm_description=alarm.description,
            **_compared(alarm),
            comparison_operator=comparison,
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            treat_missing_data=alarm.missing,
            alarm_actions=[topic],
            ok_actions=[topic],
            opts=self._child,
        )


def _compared(alarm: Alarm) -> dict[str, Any]:
    if alarm.dimensions is None:
        return _greatest(alarm)
    return _sum(alarm, alarm.dimensions, alarm.added) if alarm.added else _single(alarm, alarm.dimensions)


def _greatest(alarm: Alarm) -> dict[str, Any]:
    """A query of CloudWatch Metrics Insights: without a schema it matches a metric under any set of dimensions."""
    expression = f'SELECT MAX({alarm.metric}) FROM "{alarm.namespace}"'
    query = aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id="greatest", expression=expression, period=alarm.period_seconds, label=alarm.metric, return_data=True
    )
    return {"metric_queries": [query]}


def _single(alarm: Alarm, dimensions: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    extended = alarm.statistic.startswith("p")
    return {
        "namespace": alarm.namespace,
        "metric_name": alarm.metric,
        "dimensions": dict(dimensions),
        "statistic": None if extended else alarm.statistic,
        "extended_statistic": alarm.statistic if extended else None,
        "period": alarm.period_seconds,
    }


def _sum(alarm: Alarm, dimensions: Mapping[str, pulumi.Input[str]], added: str) -> dict[str, Any]:
    """Both metrics as queries that are shown, and their sum as the one that is compared."""
    query = aws.cloudwatch.MetricAlarmMetricQueryArgs
    metrics = [
        query(
            id=name,
            metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                namespace=alarm.namespace,
                metric_name=metric,
                dimensions=dict(dimensions),
                stat=alarm.statistic,
                period=alarm.period_seconds,
            ),
        )
        for name, metric in (("one", alarm.metric), ("other", added))
    ]
    total = query(id="total", expression="one + other", label=f"{alarm.metric} + {added}", return_data=True)
    return {"metric_queries": [*metrics, total]}
