"""The CloudWatch alarms of what holds data: databases, their backups, and cache; and of the edge, with its budget."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components import alertmanager, prometheus
from components.alarms import Alarm
from components.budget import BudgetArgs
from components.postgres import Postgres
from components.postgres_parameters import max_connections
from components.redis import Redis
from infra.arguments.compute import tags
from infra.config import PhaseConfig
from infra.config.data import DatabaseConfig

Dimensions = Mapping[str, pulumi.Input[str]]
RDS, ELASTICACHE, BACKUP = "AWS/RDS", "AWS/ElastiCache", "AWS/Backup"
REPLICA_LAG_SECONDS = 30
"""A read replica that has stopped. The roadmap's milliseconds are below what CloudWatch measures: Prometheus has them."""
CACHE_LAG_SECONDS = 1
CDN_ERRORS_PERCENT = 5
"""Far above the objectives, which are measured where the application counts its requests."""
HOURS_WITHOUT_BACKUP = 36
"""A daily backup, and the time that one may take."""
HALF_OF_TRANSACTION_IDS = 1_000_000_000
"""Of the two thousand million after which PostgreSQL stops taking writes; autovacuum should never let it come this far."""


def gp3_base(storage_gib: int) -> tuple[int, int]:
    """The IOPS and MiB/s that come with a gp3 volume of RDS for PostgreSQL: four volumes are striped from 400 GiB on.

    Amazon RDS user guide, "gp3 storage".
    """
    return (12_000, 500) if storage_gib >= 400 else (3_000, 125)


def database_alarms(config: PhaseConfig, databases: Mapping[int, Postgres], standby: bool) -> list[Alarm]:
    """Each instance of each server; in a standby region the lag behind the active one."""
    found: list[Alarm] = []
    for number, server in databases.items():
        prefix = "database" if number == 1 else f"database-{number}"
        primary: Dimensions = {"DBInstanceIdentifier": server.primary_identifier}
        found += _instance(config.database, prefix, "primary", primary)
        if standby:
            found += _region_lag(config.database, "region" if number == 1 else f"region-{number}", primary)
        else:
            found += _writes(config.database, prefix, primary)
        for replica, identifier in enumerate(server.replica_identifiers, start=1):
            here: Dimensions = {"DBInstanceIdentifier": identifier}
            found += _instance(config.database, f"{prefix}-replica-{replica}", f"read replica {replica}", here)
            found.append(
                Alarm(
                    role=f"{prefix}-replica-{replica}-lag", namespace=RDS, metric="ReplicaLag", dimensions=here,
                    description=f"Read replica {replica} is more than {REPLICA_LAG_SECONDS} s behind",
                    comparison=">", threshold=REPLICA_LAG_SECONDS, severity="page", missing="breaching",
                )
            )  # fmt: skip
    return found


def _instance(database: DatabaseConfig, prefix: str, what: str, here: Dimensions) -> list[Alarm]:
    """What every instance may run out of."""
    iops, throughput_mib = gp3_base(database.storage_gib)
    return [
        Alarm(
            role=f"{prefix}-cpu", description=f"The CPU of the {what} is above 80 %", namespace=RDS,
            metric="CPUUtilization", dimensions=here, comparison=">", threshold=80, severity="ticket", periods=10,
        ),
        Alarm(
            role=f"{prefix}-space", description=f"Less than a tenth of the storage of the {what} is free", namespace=RDS,
            metric="FreeStorageSpace", dimensions=here, comparison="<",
            threshold=database.storage_gib * 1024**3 // 10, severity="page",
        ),
        Alarm(
            role=f"{prefix}-memory", description=f"Less than a twentieth of the memory of the {what} is free",
            namespace=RDS, metric="FreeableMemory", dimensions=here, comparison="<",
            threshold=database.memory_gib * 1024**3 // 20, severity="ticket", periods=10,
        ),
        Alarm(
            role=f"{prefix}-connections", description=f"Nine tenths of the connections of the {what} are taken",
            namespace=RDS, metric="DatabaseConnections", dimensions=here, comparison=">",
            threshold=max_connections(database.memory_gib) * 9 // 10, severity="page",
        ),
        Alarm(
            role=f"{prefix}-iops", description=f"The {what} uses four fifths of its volume's IOPS", namespace=RDS,
            metric="ReadIOPS", added="WriteIOPS", dimensions=here, comparison=">", threshold=iops * 8 // 10,
            severity="ticket", periods=10,
        ),
        Alarm(
            role=f"{prefix}-throughput", description=f"The {what} uses four fifths of its volume's throughput",
            namespace=RDS, metric="ReadThroughput", added="WriteThroughput", dimensions=here, comparison=">",
            threshold=throughput_mib * 1024**2 * 8 // 10, severity="ticket", periods=10,
        ),
    ]  # fmt: skip


def _writes(database: DatabaseConfig, prefix: str, here: Dimensions) -> list[Alarm]:
    """What only a server that takes writes may run into."""
    return [
        Alarm(
            role=f"{prefix}-log-kept", namespace=RDS, metric="TransactionLogsDiskUsage", dimensions=here,
            description="The primary keeps more than a tenth of its storage of log for a replica that doesn't take it",
            comparison=">", threshold=database.storage_gib * 1024**3 // 10, severity="ticket", periods=10,
        ),
        Alarm(
            role=f"{prefix}-transaction-ids", namespace=RDS, metric="MaximumUsedTransactionIDs", dimensions=here,
            description="Half of the primary's transaction IDs are used up, since something keeps vacuum from its work",
            comparison=">", threshold=HALF_OF_TRANSACTION_IDS, severity="page",
        ),
    ]  # fmt: skip


def _region_lag(database: DatabaseConfig, prefix: str, here: Dimensions) -> list[Alarm]:
    if database.region_lag_ms is None:
        return []
    limit = database.region_lag_ms / 1000
    return [
        Alarm(
            role=f"{prefix}-lag", namespace=RDS, metric="ReplicaLag",
            description=f"The standby region is more than {limit:g} s behind{_stated(database.region_lag_line)}",
            dimensions=here, comparison=">", threshold=limit, severity="page", missing="breaching",
        )
    ]  # fmt: skip


def _stated(line: int | None) -> str:
    """Where the document gives an alarm's limit, as its description ends."""
    return f" (roadmap line {line})" if line is not None else ""


def backup_alarms(vault: pulumi.Input[str], *, copied: bool) -> list[Alarm]:
    """Backups into the region's vault: one that failed, none for a day and a half, and a copy that failed.

    AWS Backup reports a metric only when there is something to count, and doesn't say for which of two vaults it counts
    a copy.
    """
    here: Dimensions = {"BackupVaultName": vault}
    found = [
        Alarm(
            role="backup-failed", description="A backup of a database failed", namespace=BACKUP,
            metric="NumberOfBackupJobsFailed", dimensions=here, comparison=">", threshold=0, statistic="Sum",
            severity="ticket", period_seconds=300, periods=1,
        ),
        Alarm(
            role="backup-missing", description=f"No backup was finished in {HOURS_WITHOUT_BACKUP} hours",
            namespace=BACKUP, metric="NumberOfBackupJobsCompleted", dimensions=here, comparison="<", threshold=1,
            statistic="Sum", severity="page", period_seconds=3600, periods=HOURS_WITHOUT_BACKUP, missing="breaching",
        ),
    ]  # fmt: skip
    if copied:
        found.append(
            Alarm(
                role="backup-copy-failed", description="The copy of a backup to another region failed", namespace=BACKUP,
                metric="NumberOfCopyJobsFailed", dimensions=None, comparison=">", threshold=0, severity="ticket",
                period_seconds=300, periods=1,
            )
        )  # fmt: skip
    return found


def datastore_alarms(config: PhaseConfig, cache: Redis) -> list[Alarm]:
    """How far the cache of a region is behind the one that leads, by the document's limit for data between regions.

    ElastiCache reports it for the region that follows, and its guide doesn't say for which of a group's dimensions.
    """
    if cache.datastore_id is None or config.database.region_lag_ms is None:
        return []
    limit, stated = config.database.region_lag_ms / 1000, _stated(config.database.region_lag_line)
    return [
        Alarm(
            role="cache-region-lag",
            description=f"The cache is more than {limit:g} s behind the region that leads{stated}",
            namespace=ELASTICACHE, metric="GlobalDatastoreReplicationLag", dimensions=None, comparison=">",
            threshold=limit, severity="page",
        )
    ]  # fmt: skip


def cache_alarms(cache: Redis) -> list[Alarm]:
    """Each node of the cache: evictions, memory, the engine's own CPU, and how far it follows."""
    found: list[Alarm] = []
    for node in cache.nodes:
        here: Dimensions = {"CacheClusterId": node}
        place = node.removeprefix(f"{cache.group_id}-")
        prefix, what = f"cache-{place}", f"Node {place} of the cache"
        found += [
            Alarm(
                role=f"{prefix}-evictions", description=f"{what} has thrown keys out for a quarter of an hour",
                namespace=ELASTICACHE, metric="Evictions", dimensions=here, statistic="Sum", comparison=">",
                threshold=0, severity="ticket", periods=15,
            ),
            Alarm(
                role=f"{prefix}-memory", description=f"{what} uses more than four fifths of its memory",
                namespace=ELASTICACHE, metric="DatabaseMemoryUsagePercentage", dimensions=here, comparison=">",
                threshold=80, severity="ticket", periods=10,
            ),
            Alarm(
                role=f"{prefix}-cpu", description=f"{what} is busy on its one engine thread", namespace=ELASTICACHE,
                metric="EngineCPUUtilization", dimensions=here, comparison=">", threshold=80, severity="ticket",
                periods=10,
            ),
        ]  # fmt: skip
        if cache.replicated:
            found.append(
                Alarm(
                    role=f"{prefix}-lag", description=f"{what} is more than {CACHE_LAG_SECONDS} s behind its primary",
                    namespace=ELASTICACHE, metric="ReplicationLag", dimensions=here, comparison=">",
                    threshold=CACHE_LAG_SECONDS, severity="ticket",
                )
            )  # fmt: skip
    return found


def assets_copy_alarms() -> list[Alarm]:
    """Assets that didn't reach their copy. S3's guide doesn't say in which of the two regions it reports them."""
    return [
        Alarm(
            role="assets-copy-failed", description="Assets of the CDN didn't reach their copy in the other region",
            namespace="AWS/S3", metric="OperationsFailedReplication", dimensions=None, comparison=">", threshold=0,
            severity="ticket", period_seconds=300, periods=1,
        )
    ]  # fmt: skip


def budget(config: PhaseConfig, topic: pulumi.Input[str]) -> BudgetArgs:
    """What all users of the phase may cost together in a month."""
    return BudgetArgs(
        limit_usd=config.users * config.monitoring.budget_usd_per_user,
        topic=topic,
        tag=("application", tags(config)["application"]) if config.monitoring.budget_counts == "application" else None,
    )


def cdn_errors(distribution_id: pulumi.Input[str]) -> list[Alarm]:
    """What users get from the CDN while the application hears nothing of them: an origin that can't be reached, or refuses."""
    return [
        Alarm(
            role="cdn-errors", description=f"The CDN answers more than {CDN_ERRORS_PERCENT} % of requests with errors",
            namespace="AWS/CloudFront", metric="5xxErrorRate",
            dimensions={"DistributionId": distribution_id, "Region": "Global"}, comparison=">",
            threshold=CDN_ERRORS_PERCENT, severity="page",
        )
    ]  # fmt: skip


def watchers(cluster_name: str, namespace: str) -> list[Alarm]:
    """What tells of everything else on a cluster, and of its own end nothing: seen from outside, by its Service's pods."""
    return [
        Alarm(
            role=f"no-{service}", description=f"No {service} runs: nothing on the cluster would be told",
            namespace="ContainerInsights", metric="service_number_of_running_pods",
            dimensions={"ClusterName": cluster_name, "Namespace": namespace, "Service": service}, comparison="<",
            threshold=1, statistic="Minimum", severity="page", periods=10, missing="breaching",
        )
        for service in (prometheus.NAME, alertmanager.NAME)
    ]  # fmt: skip


def endpoints(checks: Mapping[str, pulumi.Input[str]]) -> list[Alarm]:
    """A region that the health checkers don't reach, by its check. Route 53's metrics are in us-east-1 alone."""
    return [
        Alarm(
            role=f"endpoint-{region}", description=f"{region} doesn't answer the health checkers",
            namespace="AWS/Route53", metric="HealthCheckStatus", dimensions={"HealthCheckId": check},
            comparison="<", threshold=1, statistic="Minimum", severity="page", periods=2, missing="breaching",
        )
        for region, check in checks.items()
    ]  # fmt: skip
