"""CloudWatch alarms of one region, and the SNS topics that they and Alertmanager publish to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import VERSION, on_behalf_of

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

    A topic's policy lets in this account's alarms and budgets; who else publishes needs an IAM policy that allows it.

    Outputs: `topics`, ARN by severity, plain strings, since the program gives the topics their names; `ready`, the same,
    known once the topic's policy stands; `arns`, the alarms'.
    """

    topics: dict[str, str]
    ready: dict[str, pulumi.Output[str]]
    arns: list[pulumi.Output[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:alarms:Alarms", name, None, opts)
        self._name, self._child = name, pulumi.ResourceOptions(parent=self)
        self.topics = {}
        self.ready = {severity: self._topic(severity, args).arn for severity in SEVERITIES}
        self.arns = [self._alarm(alarm, self.ready[alarm.severity]).arn for alarm in args.alarms]
        self.register_outputs({"topics": self.topics})

    def _topic(self, severity: Severity, args: AlarmsArgs) -> aws.sns.TopicPolicy:
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
        policy = topic_policy(self.topics[severity], args.account_id, args.region)
        return aws.sns.TopicPolicy(f"{self._name}-{severity}", arn=topic.arn, policy=policy, opts=self._child)

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


def topic_policy(topic_arn: str, account_id: str, region: str) -> str:
    """Who may publish to a topic, as JSON. It takes the place of SNS's own, which lets every principal of the account in.

    [Amazon SNS developer guide, "Example cases for Amazon SNS access control"; AWS Cost Management user guide, "Creating
    an Amazon SNS topic for budget notifications"]
    """
    sources = {
        "Alarms": ("cloudwatch.amazonaws.com", f"arn:aws:cloudwatch:{region}:{account_id}:alarm:*"),
        "Budgets": ("budgets.amazonaws.com", f"arn:aws:budgets::{account_id}:*"),
    }
    statements = [
        {
            "Sid": sid, "Effect": "Allow", "Principal": {"Service": service}, "Action": "SNS:Publish",
            "Resource": topic_arn, "Condition": on_behalf_of(account_id, source),
        }
        for sid, (service, source) in sources.items()
    ]  # fmt: skip
    return json.dumps({"Version": VERSION, "Statement": statements})


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
