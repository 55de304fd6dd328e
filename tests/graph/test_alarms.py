"""Every alarm of CloudWatch in the plans: that it can ring, in time, for the right thing, and reaches somebody."""

from collections import Counter
from typing import Any

import pytest

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
ALARM, INSTANCE = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:rds/instance:Instance"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
GIB = 1024**3
OVER, UNDER = "GreaterThanThreshold", "LessThanThreshold"

BAD: dict[str, tuple[str, str, float, float]] = {
    "CPUUtilization": (OVER, "Average", 50, 95),
    "DatabaseConnections": (OVER, "Average", 100, 5000),
    "FreeStorageSpace": (UNDER, "Average", 10 * GIB, 1024 * GIB),
    "FreeableMemory": (UNDER, "Average", GIB, 64 * GIB),
    "MaximumUsedTransactionIDs": (OVER, "Average", 200_000_000, 1_500_000_000),
    "ReadIOPS": (OVER, "Average", 1000, 12_000),
    "ReadThroughput": (OVER, "Average", 50 * 1024**2, 500 * 1024**2),
    "ReplicaLag": (OVER, "Average", 1, 60),
    "TransactionLogsDiskUsage": (OVER, "Average", GIB, 1024 * GIB),
    "DatabaseMemoryUsagePercentage": (OVER, "Average", 50, 95),
    "EngineCPUUtilization": (OVER, "Average", 50, 95),
    "Evictions": (OVER, "Sum", 0, 0),
    "GlobalDatastoreReplicationLag": (OVER, "MAX", 1, 60),
    "ReplicationLag": (OVER, "Average", 1, 60),
    "HTTPCode_ELB_5XX_Count": (OVER, "Sum", 1, 100),
    "HealthyHostCount": (UNDER, "Minimum", 1, 1),
    "5xxErrorRate": (OVER, "Average", 1, 10),
    "HealthCheckStatus": (UNDER, "Minimum", 1, 1),
    "service_number_of_running_pods": (UNDER, "Minimum", 1, 1),
    "NumberOfBackupJobsCompleted": (UNDER, "Sum", 1, 1),
    "NumberOfBackupJobsFailed": (OVER, "Sum", 0, 0),
    "NumberOfCopyJobsFailed": (OVER, "MAX", 0, 0),
    "OperationsFailedReplication": (OVER, "MAX", 0, 0),
}
"""For each metric: on which side of the threshold it is bad, the statistic, and between which figures, in AWS's own unit (bytes,
bytes a second, seconds, percent), a threshold makes sense. The guides that name them: tests/graph/metrics.py."""

SILENCE_IS_BAD = {
    "HealthyHostCount", "HealthCheckStatus", "NumberOfBackupJobsCompleted", "ReplicaLag", "service_number_of_running_pods",
}  # fmt: skip
"""Metrics that stop when what they measure is gone."""
SLOW = {"NumberOfBackupJobsCompleted"}
"""Metrics that AWS counts by hours."""


def parts(alarm: Resource) -> list[dict[str, Any]]:
    """The metrics that an alarm reads, each with its statistic, period and dimensions."""
    told = inputs(alarm)
    if "metricQueries" not in told:
        return [told]
    found = []
    for query in told["metricQueries"]:
        if "metric" in query:
            found.append({**query["metric"], "statistic": query["metric"]["stat"]})
        elif query["expression"].startswith("SELECT"):
            statistic, metric = query["expression"].removeprefix("SELECT ").split(")")[0].split("(")
            found.append({"metricName": metric, "statistic": statistic, "period": query["period"]})
    return found


@pytest.mark.parametrize("phase", PHASES)
def test_every_alarm_rings_on_the_side_on_which_its_metric_is_bad(phase_graph, phase: str) -> None:
    """Guards a turned comparison, a figure in another unit, a mean over what has to be counted: none of them ever rings."""
    for alarm in phase_graph(phase).of_type(ALARM):
        for part in parts(alarm):
            side, statistic, least, most = BAD[part["metricName"].replace("Write", "Read")]
            assert (alarm.inputs["comparisonOperator"], part["statistic"]) == (side, statistic), alarm.name
            assert least <= float(str(alarm.inputs["threshold"])) <= most, alarm.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_alarm_rings_in_time_and_where_nothing_is_measured_any_more(phase_graph, phase: str) -> None:
    """Guards against an alarm that AWS refuses, one that comes after the users' calls, and one that is silent as its system is.

    A page comes within a quarter of an hour. [CloudWatch API, PutMetricAlarm: Period]
    """
    for alarm in phase_graph(phase).of_type(ALARM):
        metric = parts(alarm)[0]["metricName"]
        (period,) = {part["period"] for part in parts(alarm)}
        lasts = period * int(str(alarm.inputs["evaluationPeriods"]))
        assert period % 60 == 0 and lasts <= (604_800 if period >= 3600 else 86_400), alarm.name
        assert lasts <= 900 or metric in SLOW, alarm.name
        missing = "breaching" if metric in SILENCE_IS_BAD else "notBreaching"
        assert alarm.inputs["treatMissingData"] == missing, alarm.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_alarm_tells_both_that_it_rings_and_that_it_is_over(phase_graph, phase: str) -> None:
    """Guards whoever is on call: one topic of the alarm's own region, a sentence that says what is wrong, and the all-clear."""
    graph: ResourceGraph = phase_graph(phase)
    for alarm in graph.of_type(ALARM):
        (topic,) = alarm.property_dependencies["alarmActions"]
        assert alarm.property_dependencies["okActions"] == (topic,)
        assert graph[topic].type == "aws:sns/topicPolicy:TopicPolicy" and graph[topic].provider == alarm.provider
        assert len(str(alarm.inputs["alarmDescription"]).split()) >= 4
    for topic in graph.of_type("aws:sns/topic:Topic"):
        told = [s for s in graph.of_type(SUBSCRIPTION) if s.property_dependencies["topic"] == (topic.urn,)]
        assert [(s.inputs["protocol"], s.inputs["endpoint"]) for s in told] == [
            ("email", "platform-team@mgx.example.com")
        ]


@pytest.mark.parametrize("phase", PHASES)
def test_every_instance_and_every_node_is_watched_for_each_thing_once(phase_graph, phase: str) -> None:
    """Guards against two alarms on one replica and none on the other, which look the same in a list."""
    graph: ResourceGraph = phase_graph(phase)
    watched: Counter[tuple[str, str]] = Counter()
    for alarm in graph.of_type(ALARM):
        property_ = "metricQueries" if "metricQueries" in alarm.inputs else "dimensions"
        for urn in alarm.property_dependencies.get(property_, ()):
            if graph[urn].type == INSTANCE:
                watched.update((urn, part["metricName"]) for part in parts(alarm))
    own = {"CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "FreeableMemory"}
    own |= {f"{way}{what}" for way in ("Read", "Write") for what in ("IOPS", "Throughput")}
    for instance in graph.of_type(INSTANCE):
        follows = "replicateSourceDb" in instance.inputs
        beside = {"ReplicaLag"} if follows else {"TransactionLogsDiskUsage", "MaximumUsedTransactionIDs"}
        found = {metric: count for (urn, metric), count in watched.items() if urn == instance.urn}
        assert found == dict.fromkeys(own | beside, 1), instance.name
    nodes = Counter(
        (part["dimensions"]["CacheClusterId"], part["metricName"])
        for alarm in graph.of_type(ALARM)
        for part in parts(alarm)
        if "CacheClusterId" in part.get("dimensions", {})
    )
    assert set(nodes.values()) == {1}
    assert len({metric for _, metric in nodes}) * len({node for node, _ in nodes}) == len(nodes)
