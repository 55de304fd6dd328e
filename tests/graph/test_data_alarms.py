"""Alarms, maintenance windows, parameters and the exporter of what holds data, in the plans."""

from itertools import combinations

import pytest

from components.maintenance import overlap
from infra.graph import Resource, ResourceGraph
from infra.graph.values import Secret
from tests.graph.reading import inputs, waits_for

PHASES = ("baseline", "phase1", "phase2", "phase3")
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
VAULT = "mgx-ai-us-east-1-backups"
KEPT = ("aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup")


def alarms(graph: ResourceGraph, region: str = "us-east-1") -> dict[str, Resource]:
    prefix = f"mgx-ai-{region}-alerts-"
    return {alarm.name.removeprefix(prefix): alarm for alarm in graph.of_type(ALARM) if alarm.name.startswith(prefix)}


@pytest.mark.parametrize(("phase", "replicas"), [("baseline", 0), ("phase1", 0), ("phase2", 2), ("phase3", 4)])
def test_every_instance_is_watched_for_what_it_may_run_out_of(phase_graph, phase: str, replicas: int) -> None:
    """Guards replicas that nobody watches: CPU, space, memory, connections, IOPS, throughput, and how far they follow."""
    found = alarms(phase_graph(phase))
    for prefix in ("database", *(f"database-replica-{n}" for n in range(1, replicas + 1))):
        for what in ("cpu", "space", "memory", "connections", "iops", "throughput"):
            assert f"{prefix}-{what}" in found
    assert sum(name.endswith("-lag") and name.startswith("database-replica-") for name in found) == replicas
    lag = [waits_for(found[f"database-replica-{n}-lag"], "dimensions") for n in range(1, replicas + 1)]
    assert lag == [{f"mgx-ai-us-east-1-postgres-replica-{n}"} for n in range(1, replicas + 1)]


def test_thresholds_follow_from_the_class_and_the_volume(phase_graph) -> None:
    """Guards an alarm that can't ring: nine tenths of 5000 connections, four fifths of 12,000 IOPS and 500 MiB/s."""
    found = alarms(phase_graph("phase2"))
    assert found["database-connections"].inputs["threshold"] == 4500
    assert found["database-iops"].inputs["threshold"] == 9600
    assert found["database-throughput"].inputs["threshold"] == 400 * 1024**2
    queries = {query["id"]: query for query in inputs(found["database-iops"])["metricQueries"]}
    assert [queries[name]["metric"]["metricName"] for name in ("one", "other")] == ["ReadIOPS", "WriteIOPS"]
    assert (queries["total"]["expression"], queries["total"]["returnData"]) == ("one + other", True)


@pytest.mark.parametrize(("phase", "nodes"), [("baseline", 1), ("phase1", 1), ("phase2", 3), ("phase3", 6)])
def test_every_node_of_the_cache_is_watched(phase_graph, phase: str, nodes: int) -> None:
    """Guards evictions, which the roadmap wants watched, memory and the one thread; lag where there are replicas."""
    found = alarms(phase_graph(phase))
    for metric in ("Evictions", "DatabaseMemoryUsagePercentage", "EngineCPUUtilization"):
        assert sum(alarm.inputs.get("metricName") == metric for alarm in found.values()) == nodes
    assert sum(alarm.inputs.get("metricName") == "ReplicationLag" for alarm in found.values()) == (nodes == 6) * 6
    assert inputs(found["cache-0001-001-memory"])["dimensions"] == {"CacheClusterId": "mgx-ai-us-east-1-cache-0001-001"}


@pytest.mark.parametrize("phase", PHASES)
def test_a_backup_that_fails_or_doesnt_come_is_told(phase_graph, phase: str) -> None:
    """Guards backups that nobody has, which shows on the day on which one is needed."""
    found = alarms(phase_graph(phase))
    failed, missing = found["backup-failed"], found["backup-missing"]
    assert inputs(failed)["dimensions"] == inputs(missing)["dimensions"] == {"BackupVaultName": VAULT}
    assert (failed.inputs["metricName"], failed.inputs["threshold"]) == ("NumberOfBackupJobsFailed", 0)
    assert missing.inputs["metricName"] == "NumberOfBackupJobsCompleted"
    assert (missing.inputs["treatMissingData"], missing.inputs["comparisonOperator"]) == (
        "breaching",
        "LessThanThreshold",
    )
    assert inputs(missing)["period"] * inputs(missing)["evaluationPeriods"] == 36 * 3600
    assert waits_for(failed, "alarmActions") == {"mgx-ai-us-east-1-alerts-ticket"}
    assert waits_for(missing, "alarmActions") == {"mgx-ai-us-east-1-alerts-page"}
    assert ("backup-copy-failed" in found) == (phase == "phase3")


def test_a_copy_that_fails_and_a_cache_that_falls_behind_are_told_wherever_they_are_reported(phase_graph) -> None:
    """Guards an alarm on a dimension that nothing is reported under, which never rings."""
    graph = phase_graph("phase3")
    lags = [alarms(graph, region)["cache-region-lag"] for region in ("us-east-1", "us-west-2")]
    told = {
        alarm.name: [query["expression"] for query in inputs(alarm)["metricQueries"]]
        for alarm in (*lags, alarms(graph)["backup-copy-failed"])
    }
    assert told == {
        **{lag.name: ['SELECT MAX(GlobalDatastoreReplicationLag) FROM "AWS/ElastiCache"'] for lag in lags},
        "mgx-ai-us-east-1-alerts-backup-copy-failed": ['SELECT MAX(NumberOfCopyJobsFailed) FROM "AWS/Backup"'],
    }
    assert {lag.inputs["threshold"] for lag in lags} == {5}
    assert [name for lag in lags for name in waits_for(lag, "alarmActions")] == [
        "mgx-ai-us-east-1-alerts-page",
        "mgx-ai-us-west-2-alerts-page",
    ]
    assert "backup-failed" not in alarms(graph, "us-west-2")


@pytest.mark.parametrize("phase", PHASES)
def test_no_two_of_what_holds_data_are_maintained_at_once(phase_graph, phase: str) -> None:
    """Guards a primary whose replicas, cache or other region are down with it."""
    graph: ResourceGraph = phase_graph(phase)
    windows = [str(resource.inputs["maintenanceWindow"]) for kind in KEPT for resource in graph.of_type(kind)]
    assert windows
    assert not [pair for pair in combinations(windows, 2) if overlap(*pair)]


@pytest.mark.parametrize("phase", PHASES)
def test_parameters_are_those_of_the_classs_memory(phase_graph, phase: str) -> None:
    """Guards TLS, plans of slow statements, and an idle transaction that keeps a pooled connection."""
    for group in phase_graph(phase).of_type("aws:rds/parameterGroup:ParameterGroup"):
        found = {p["name"]: (p["value"], p["applyMethod"]) for p in inputs(group)["parameters"]}
        assert found["max_connections"] == ("5000", "pending-reboot")
        assert found["rds.force_ssl"] == ("1", "pending-reboot")
        assert found["auto_explain.log_min_duration"] == ("1000", "immediate")
        assert found["idle_in_transaction_session_timeout"] == ("60000", "immediate")


@pytest.mark.parametrize(
    ("phase", "region", "containers"),
    [("baseline", "us-east-1", 2), ("phase3", "us-east-1", 2), ("phase3", "us-west-2", 1)],
)
def test_a_heartbeat_is_written_where_writes_are_taken(phase_graph, phase: str, region: str, containers: int) -> None:
    """Guards lag alarms on an idle primary, and a standby against a container that fails for ever."""
    graph: ResourceGraph = phase_graph(phase)
    deployment = graph.one("kubernetes:apps/v1:Deployment", f"mgx-ai-{region}-postgres-exporter-deployment")
    pods = inputs(deployment)["spec"]["template"]["spec"]["containers"]
    assert len(pods) == containers
    assert pods[0]["ports"] == [{"name": "metrics", "containerPort": 9399}]
    secret = graph.one("kubernetes:core/v1:Secret", f"mgx-ai-{region}-postgres-exporter-secret")
    assert isinstance(inputs(secret)["stringData"], Secret)


def test_the_lag_of_a_hundred_milliseconds_is_not_asked_of_another_region(phase_graph) -> None:
    """Guards against a page at every moment for light's own speed: the standby's limit is five seconds."""
    maps = phase_graph("phase3").of_type("kubernetes:core/v1:ConfigMap")
    rules = next(m.inputs["data"]["rules.yml"] for m in maps if m.name == "mgx-ai-us-east-1-prometheus-configuration")
    assert 'pg_stat_replication_replay_lag_seconds{slot_name!~"rds_us_west_2_.*"}) * 1000 > 100' in rules
