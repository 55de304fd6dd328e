"""Which metrics each exporter of the plans tells, as far as rules, panels and alarms ask for them, and where that is said.

What this machine can run, tests/servers asks itself: RabbitMQ, Envoy, PgBouncer's exporter. PostgreSQL's are named by
the project.
"""

from __future__ import annotations

import re

from components.postgres_queries import QUERIES

APPLICATION = {
    "http_requests_total", "http_request_duration_seconds_bucket", "http_request_duration_seconds_count",
    "app_active_users", "app_tasks_created_total", "app_tasks_completed_total",
}  # fmt: skip
"""docs/components/monitoring.md, "What the application exports"."""
RABBITMQ = {
    "rabbitmq_queue_messages_ready", "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_alarms_free_disk_space_watermark",
}  # fmt: skip
ENVOY = {
    "envoy_cluster_membership_healthy", "envoy_cluster_membership_total",
    "envoy_cluster_outlier_detection_ejections_active", "envoy_cluster_circuit_breakers_default_rq_open",
}  # fmt: skip
PGBOUNCER = {"pgbouncer_pools_client_maxwait_seconds"}
CADVISOR = {"container_memory_working_set_bytes", "container_spec_memory_limit_bytes"}
"""google/cadvisor, docs/storage/prometheus.md."""

EXPORTERS: dict[str, set[str]] = {
    "mgx-api": APPLICATION,
    "rabbitmq": RABBITMQ,
    "egress": ENVOY,
    "pgbouncer": PGBOUNCER | ENVOY,
    "postgres-exporter": {query.metric for query in QUERIES},
}
"""What a pod of each workload tells, by its label app.kubernetes.io/name."""
EVERYWHERE = {"up", *CADVISOR}
"""What Prometheus records of each target, and what nodes tell of all containers."""

CLOUDWATCH: dict[str, dict[tuple[str, ...], set[str]]] = {
    # Amazon RDS user guide, "Amazon CloudWatch metrics for Amazon RDS".
    "AWS/RDS": {
        ("DBInstanceIdentifier",): {
            "CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "FreeableMemory", "MaximumUsedTransactionIDs",
            "ReadIOPS", "ReadThroughput", "ReplicaLag", "TransactionLogsDiskUsage", "WriteIOPS", "WriteThroughput",
        }
    },
    # Amazon ElastiCache user guide, "Metrics for Valkey and Redis OSS".
    "AWS/ElastiCache": {
        ("CacheClusterId",): {
            "DatabaseMemoryUsagePercentage", "EngineCPUUtilization", "Evictions", "ReplicationLag",
        }
    },
    # Elastic Load Balancing user guide, "CloudWatch metrics for your Application Load Balancer".
    "AWS/ApplicationELB": {
        ("LoadBalancer",): {
            "ActiveConnectionCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "RequestCount",
            "TargetResponseTime",
        },
        ("LoadBalancer", "TargetGroup"): {"HealthyHostCount"},
    },
    # AWS Backup developer guide, "CloudWatch metrics in AWS Backup".
    "AWS/Backup": {
        ("BackupVaultName",): {"NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed"},
    },
    # Amazon CloudFront developer guide, "Types of metrics for CloudFront": in us-east-1.
    "AWS/CloudFront": {("DistributionId", "Region"): {"5xxErrorRate"}},
    # Amazon Route 53 developer guide, "Monitoring health checks using CloudWatch": in us-east-1.
    "AWS/Route53": {("HealthCheckId",): {"HealthCheckStatus"}},
    # Amazon CloudWatch user guide, "Amazon EKS and Kubernetes Container Insights with enhanced observability metrics".
    "ContainerInsights": {
        ("ClusterName", "Namespace"): {
            "namespace_number_of_running_pods", "pod_cpu_utilization", "pod_memory_utilization_over_pod_limit",
            "pod_network_rx_bytes", "pod_network_tx_bytes",
        },
        ("ClusterName", "Namespace", "Service"): {"service_number_of_running_pods"},
    },
}  # fmt: skip
"""What AWS measures, by namespace and by the names of the dimensions, sorted."""

SELECTED: dict[str, set[str]] = {
    # Amazon ElastiCache user guide, "Metrics for Valkey and Redis OSS": which dimension it has is not said.
    "AWS/ElastiCache": {"GlobalDatastoreReplicationLag"},
    # AWS Backup developer guide, "CloudWatch metrics in AWS Backup": copies count for no vault of one's own.
    "AWS/Backup": {"NumberOfCopyJobsFailed"},
    # Amazon S3 user guide, "S3 Replication metrics": by buckets and rule.
    "AWS/S3": {"OperationsFailedReplication"},
}
"""What is asked for whatever it is reported for, by a query over all of a region."""

TEXTS, LITERALS = re.compile(r"\"[^\"]*\""), re.compile(r"\{[^}]*\}|\[[^\]]*\]")
GROUPINGS = re.compile(r"\b(by|without)\s*\([^)]*\)")
FUNCTIONS_AND_WORDS = re.compile(r"\b\w+(?=\s*\()|\b(and|or|unless)\b")


def named(expression: str) -> set[str]:
    """The metrics that a PromQL expression reads: what is left without texts, selectors, ranges, labels and functions.

    Texts go first, since they may hold brackets.
    """
    for what in (TEXTS, LITERALS, GROUPINGS, FUNCTIONS_AND_WORDS):
        expression = what.sub(" ", expression)
    return set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", expression))
