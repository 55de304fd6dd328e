"""CloudWatch and SNS: log groups, alarms, dashboards, alerts."""

from __future__ import annotations

from decimal import Decimal

from infra.catalogue.prices import GLOBAL
from infra.cost.items import Group
from infra.cost.subject import Outcome, Subject

_MON = Group.MONITORING
_DAYS_A_MONTH = 30
_HIGH_RESOLUTION_SECONDS = 60


def log_group(logs: Subject) -> Outcome:
    """What is written into a log group, and what it keeps for its retention."""
    application = "application" in logs.resource.name and logs.active
    gib = logs.usage.settings.idle_log_gib + (logs.usage.logs_gib if application else Decimal(0))
    basis = "usage.idle_log_gib" + (" and usage.log_kib_per_request" if application else "")
    yield logs.charge(_MON, "cloudwatch", "log ingestion", "GB", gib, basis, fixed=False)
    days = int(logs.inputs.get("retentionInDays") or 0)
    if days:
        kept = (gib * days / _DAYS_A_MONTH).quantize(Decimal("0.000001"))
        basis = f"what {days} days write, uncompressed"
        yield logs.charge(_MON, "cloudwatch", "log storage", "GB-month", kept, basis, fixed=False)
    else:
        yield logs.unpriced("without a retention its storage grows for ever")


def metric_alarm(alarm: Subject) -> Outcome:
    """Each metric that an alarm watches; one that looks more often than every minute costs more."""
    queries = [query for query in alarm.inputs.get("metricQueries") or () if query.get("metric")]
    periods = [query["metric"].get("period") for query in queries] or [alarm.inputs.get("period")]
    fine = any(period and int(period) < _HIGH_RESOLUTION_SECONDS for period in periods)
    item = "high-resolution alarm" if fine else "alarm"
    yield alarm.charge(_MON, "cloudwatch", item, "alarm-metric-month", len(periods), f"{len(periods)} metrics")


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
