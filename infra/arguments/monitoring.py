"""Arguments of what watches one region."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pulumi

from components.alarms import Alarm, Alarms, AlarmsArgs
from components.alertmanager import Alertmanager, AlertmanagerArgs
from components.authority import Authority
from components.autoscaling import ExternalMetric
from components.cluster import Cluster
from components.container_insights import ContainerInsightsArgs
from components.dashboard import DashboardArgs, Limit, Watched
from components.database_roles import DatabaseRoles
from components.keys import Keys
from components.load_balancer import LoadBalancer
from components.logins import Logins
from components.metrics_adapter import MetricsAdapterArgs
from components.node_pool import NodePool
from components.postgres import Postgres
from components.postgres_exporter import PostgresExporterArgs
from components.prometheus import PrometheusArgs
from components.prometheus_rules import KeyMetric, RulesInput, rule_groups
from components.scaling_signals import Signal, by_service, pressure
from components.slo import Objective
from infra.catalogue.certificates import rds_authority
from infra.config import PhaseConfig
from infra.config.monitoring import ObjectiveConfig
from infra.config.pooler import DATABASE_NAMESPACE as DATABASE

BAD_REQUESTS = 'sum(rate(http_requests_total{code=~"5.."}[{window}])) / sum(rate(http_requests_total[{window}]))'


def external_metrics(config: PhaseConfig, region: str, service: str) -> tuple[ExternalMetric, ...]:
    """What a service's autoscaler follows beside CPU and memory: its own latency; the first service the queue too.

    In a standby region nobody works the queue: what is federated there lies until it is needed, and asks for no server.
    """
    worked = config.app.services[0].name == service and region == config.active_region
    return tuple(
        ExternalMetric(pressure(signal.metric), {"service": service} if by_service(signal.metric) else {}, "1")
        for signal in config.monitoring.signals
        if by_service(signal.metric) or worked
    )


def postgres_exporter(
    config: PhaseConfig,
    region: str,
    servers: Mapping[int, Postgres],
    logins: Logins,
    roles: DatabaseRoles,
    platform: NodePool,
) -> PostgresExporterArgs:
    """It asks each server's primary, or in a standby region the instance that follows it."""
    return PostgresExporterArgs(
        namespace=config.monitoring.namespace,
        image=config.monitoring.sql_exporter_image,
        client_image=config.database.client_image,
        servers={number: server.primary_endpoint for number, server in servers.items()},
        port=config.database.port,
        leads=all(server.leads for server in servers.values()),
        monitoring=logins,
        certificate_authority=rds_authority(region),
        node_selector=platform.selector,
        pool=platform.pool,
        after=roles.jobs,
    )


def prometheus(
    config: PhaseConfig,
    region: str,
    cluster: Cluster,
    platform: NodePool,
    alertmanager: Alertmanager,
    authority: Authority,
) -> PrometheusArgs:
    """It watches the certificates that were issued in its region so far."""
    own = f"{config.application}-{region}-"
    monitoring = config.monitoring
    return PrometheusArgs(
        namespace=monitoring.namespace,
        image=monitoring.prometheus_image,
        retention_days=monitoring.retention_days,
        storage_gib=monitoring.storage_gib,
        storage_class=cluster.storage_class,
        node_selector=platform.selector,
        pool=platform.pool,
        cpu_millicores=monitoring.cpu_millicores,
        memory_mib=monitoring.memory_mib,
        rules=rule_groups(rules_input(config, region)),
        alertmanagers=alertmanager.addresses,
        scraped_namespaces=(config.app.namespace, monitoring.namespace, DATABASE),
        certificates={name.removeprefix(own): ends for name, ends in authority.issued.items() if name.startswith(own)},
    )


def rules_input(config: PhaseConfig, region: str) -> RulesInput:
    """Every rule's figures, from the phase's triggers, objectives and key metrics."""
    monitoring = config.monitoring
    return RulesInput(
        signals=tuple(Signal(**signal.model_dump()) for signal in monitoring.signals),
        scale_up_window_seconds=config.app.scaling.scale_up_window_seconds,
        scale_down_window_seconds=config.app.scaling.scale_down_window_seconds,
        objectives=tuple(objective(stated) for stated in monitoring.objectives),
        key_metrics=tuple(KeyMetric(**key.model_dump()) for key in monitoring.key_metrics),
        replica_lag_ms=config.database.replica_lag_ms if config.database.read_replicas else None,
        replica_lag_line=config.database.replica_lag_line,
        other_regions=tuple(name for name in sorted(config.regions) if name != region),
        pooled=config.pooler is not None,
        queued=config.queue is not None,
        proxied=config.egress is not None,
        revenue_per_hour_usd=monitoring.revenue_per_hour_usd,
    )


def objective(stated: ObjectiveConfig) -> Objective:
    """An objective as the share of requests that may be bad: slower than the latency, or answered by an error."""
    if quantile := re.fullmatch(r"p(\d{2,3})_latency", stated.name):
        fast = f'http_request_duration_seconds_bucket{{le=~"{stated.target:g}|{stated.target:.1f}"}}'
        return Objective(
            name=stated.name,
            summary=f"Too many requests take longer than {stated.target:g} s",
            bad=f"1 - sum(rate({fast}[{{window}}])) / sum(rate(http_request_duration_seconds_count[{{window}}]))",
            budget=round(1 - float(f"0.{quantile[1]}"), 3),
            line=stated.line,
        )
    percent = stated.target if stated.name == "error_rate" else 100 - stated.target
    return Objective(
        name=stated.name,
        summary=f"The {stated.name.replace('_', ' ')} of {stated.target:g} % is in danger",
        bad=BAD_REQUESTS,
        budget=percent / 100,
        line=stated.line,
    )


def alertmanager(
    config: PhaseConfig, region: str, cluster: Cluster, platform: NodePool, alarms: Alarms, keys: Keys
) -> AlertmanagerArgs:
    return AlertmanagerArgs(
        namespace=config.monitoring.namespace,
        cluster_name=cluster.standing,
        region=region,
        image=config.monitoring.alertmanager_image,
        node_selector=platform.selector,
        pool=platform.pool,
        topics=alarms.topics,
        key_arn=keys.arns["alerts"],
    )


def metrics_adapter(config: PhaseConfig, platform: NodePool, url: str, authority: Authority) -> MetricsAdapterArgs:
    return MetricsAdapterArgs(
        namespace=config.monitoring.namespace,
        image=config.monitoring.adapter_image,
        prometheus_url=url,
        metrics=tuple(pressure(signal.metric) for signal in config.monitoring.signals),
        authority=authority,
        node_selector=platform.selector,
        pool=platform.pool,
    )


def container_insights(config: PhaseConfig, cluster: Cluster, keys: Keys, platform: NodePool) -> ContainerInsightsArgs:
    return ContainerInsightsArgs(
        cluster_name=cluster.standing,
        log_retention_days=config.cluster.log_retention_days,
        logs_key_arn=keys.arns["logs"],
        pool=platform,
    )


def alarms(config: PhaseConfig, region: str, keys: Keys, watched: Sequence[Alarm]) -> AlarmsArgs:
    return AlarmsArgs(
        account_id=config.account_id,
        region=region,
        key_arn=keys.arns["alerts"],
        emails=config.monitoring.emails,
        alarms=watched,
    )


def balancer_alarms(balancer: LoadBalancer) -> list[Alarm]:
    """No healthy target, and errors that the balancer itself answers with."""
    elb = "AWS/ApplicationELB"
    here: dict[str, pulumi.Input[str]] = {"LoadBalancer": balancer.arn_suffix}
    return [
        Alarm(
            role="no-healthy-target", description="No pod answers the load balancer", namespace=elb,
            metric="HealthyHostCount", dimensions={**here, "TargetGroup": balancer.target_group_arn_suffix},
            comparison="<", threshold=1, statistic="Minimum", severity="page", periods=2, missing="breaching",
        ),
        Alarm(
            role="balancer-errors", description="The load balancer answers with errors of its own", namespace=elb,
            metric="HTTPCode_ELB_5XX_Count", dimensions=here, comparison=">", threshold=10, statistic="Sum",
            severity="ticket",
        ),
    ]  # fmt: skip


def dashboard(
    config: PhaseConfig,
    region: str,
    cluster: Cluster,
    balancer: LoadBalancer,
    servers: Mapping[int, Postgres],
    alarms: Alarms,
) -> DashboardArgs:
    return DashboardArgs(
        alarms=alarms.arns,
        limits=limits(config.monitoring.objectives),
        key_metrics=rules_input(config, region).key_metrics,
        replica_lag_ms=config.database.replica_lag_ms,
        watched=Watched(
            region=region,
            cluster_name=cluster.cluster_name,
            namespace=config.app.namespace,
            load_balancer=balancer.arn_suffix,
            databases=[
                identifier
                for server in servers.values()
                for identifier in (server.primary_identifier, *server.replica_identifiers)
            ],
        ),
    )


def limits(objectives: Sequence[ObjectiveConfig]) -> list[Limit]:
    """Objectives as lines across the panels that show them; availability has none, since it is one of a month."""
    found = []
    for stated in objectives:
        if stated.name == "error_rate":
            found.append(Limit("error_rate", stated.target, f"at most {stated.target:g} %"))
        elif stated.name.endswith("_latency"):
            quantile = stated.name.removesuffix("_latency")
            found.append(Limit("response_latency", stated.target, f"{quantile} at most {stated.target:g} s"))
    return found
