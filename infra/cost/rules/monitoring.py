"""CloudWatch and SNS: log groups, alarms, dashboards, alerts."""

from __future__ import annotations

from decimal import Decimal

from infra.catalogue.prices import GLOBAL
from infra.catalogue.quantities import quantity
from infra.cost.items import Group
from infra.cost.subject import Outcome, Subject

_MON = Group.MONITORING
_FLOW_LOGS = {"aws:ec2/flowLog:FlowLog": "logDestination"}
_DAYS_A_MONTH = 30
_HIGH_RESOLUTION_SECONDS = 60


def log_group(logs: Subject) -> Outcome:
    """What is written into a log group, and what it keeps, compressed, for its retention.

    What Container Insights measures is charged by observation, "instead of per metric stored or log ingested" (CloudWatch
    user guide, Container Insights with enhanced observability); see the node pools.
    """
    gib, basis = _written(logs)
    if "performance" not in logs.resource.name:
        yield logs.charge(_MON, "cloudwatch", "log ingestion", "GB", gib, basis, fixed=False)
    days = int(logs.inputs.get("retentionInDays") or 0)
    if days:
        kept = (gib * quantity("log compression") * days / _DAYS_A_MONTH).quantize(Decimal("0.000001"))
        basis = f"what {days} days write, compressed"
        yield logs.charge(_MON, "cloudwatch", "log storage", "GB-month", kept, basis, fixed=False)
    else:
        yield logs.unpriced("without a retention its storage grows for ever")


def _written(logs: Subject) -> tuple[Decimal, str]:
    """What a log group receives in GiB, and why: something without any user, and what users cause where they are served."""
    idle, use = Decimal(logs.usage.settings.idle_log_gib), logs.usage
    if logs.active and "application" in logs.resource.name:
        return idle + use.logs_gib, "usage.idle_log_gib and usage.log_kib_per_request"
    if logs.active and logs.takers(_FLOW_LOGS):
        return idle + use.flow_logs_gib, "usage.idle_log_gib and usage.flow_log_kib_per_connection"
    return idle, "usage.idle_log_gib"


def metric_alarm(alarm: Subject) -> Outcome:
    """Each metric that an alarm watches; one that looks more often than every minute costs more."""
    queries = [query for query in alarm.inputs.get("metricQueries") or () if query.get("metric")]
    periods = [query["metric"].get("period") for query in queries] or [alarm.inputs.get("period")]
    fine = any(period and int(period) < _HIGH_RESOLUTION_SECONDS for period in periods)
    item = "high-resolution alarm" if fine else "alarm"
    yield alarm.charge(
        _MON, "cloudwatch", item, "alarm-metric-month", len(periods), "each metric that an alarm watches"
    )


def composite_alarm(alarm: Subject) -> Outcome:
    """An alarm made of alarms."""
    yield alarm.charge(_MON, "cloudwatch", "composite alarm", "alarm-month", 1, "1 alarm")


def metric_filter(metric: Subject) -> Outcome:
    """The custom metric that a filter makes out of a log."""
    yield metric.charge(_MON, "cloudwatch", "custom metric", "metric-month", 1, "1 metric")


def dashboard(board: Subject) -> Outcome:
    """A dashboard; an account's first three are free."""
    yield board.charge(_MON, "cloudwatch", "dashboard", "dashboard-month", 1, "1 dashboard", price_region=GLOBAL)


def topic(alerts: Subject) -> Outcome:
    """The e-mails that alarms send."""
    hundred_thousands = Decimal(alerts.usage.settings.notifications) / 100_000
    item, unit = "email notifications", "100k notifications"
    yield alerts.charge(_MON, "sns", item, unit, hundred_thousands, "usage.notifications", fixed=False)


PRICED = {
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": metric_alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": composite_alarm,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": metric_filter,
    "aws:cloudwatch/dashboard:Dashboard": dashboard,
    "aws:sns/topic:Topic": topic,
}
FREE = {
    "aws:cloudwatch/eventRule:EventRule": "events of AWS's own services are free",
    "aws:cloudwatch/eventTarget:EventTarget": "events of AWS's own services are free",
    "aws:cloudwatch/logDelivery:LogDelivery": "what it delivers is charged where it is stored",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "what it delivers is charged where it is stored",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": "what it delivers is charged where it is stored",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "a permission",
    "aws:sns/topicPolicy:TopicPolicy": "a permission",
    "aws:sns/topicSubscription:TopicSubscription": "its notifications are the topic's",
    "aws:budgets/budget:Budget": "a budget without actions is free",
}
