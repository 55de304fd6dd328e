"""Arguments of what brings a phase back: backups, and the runbook by which a region takes over."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.backup import BackupArgs
from components.fence import Fence
from components.keys import Keys
from components.load_balancer import LoadBalancer
from components.postgres import Postgres
from components.redis import Redis
from components.runbook import FailedOver, Promoted, RunbookArgs
from components.vault import Vault, VaultArgs
from infra.arguments.edge import origin_fqdn
from infra.config import PhaseConfig


def vault(config: PhaseConfig, keys: Keys) -> VaultArgs:
    return VaultArgs(key_arn=keys.arns["backup"], min_retention_days=config.backup.min_retention_days)


def backup(
    config: PhaseConfig, vault: Vault, databases: Mapping[int, Postgres], others: Mapping[str, Vault]
) -> BackupArgs:
    """Of every server that leads, with a copy in each of the `others`."""
    return BackupArgs(
        vault=vault.vault,
        resource_arns=[database.primary_arn for database in databases.values()],
        start=config.backup.start,
        retention_days=config.backup.retention_days,
        copies={region: other.arn for region, other in others.items()},
        copy_retention_days=config.backup.copy_retention_days,
    )


def runbook(
    config: PhaseConfig,
    region: str,
    fence: Fence,
    databases: Mapping[int, Postgres],
    cache: Redis | None,
    balancer: LoadBalancer,
) -> RunbookArgs:
    """A closed fence moves DNS as late as a failed endpoint does; twice that is waited for."""
    datastore: pulumi.Input[str] | None = cache.datastore_id if cache else None
    return RunbookArgs(
        account_id=config.account_id,
        region=region,
        fence_bucket=fence.bucket,
        databases={
            number: Promoted(identifier=server.primary_identifier, arn=server.primary_arn)
            for number, server in databases.items()
        },
        cache=FailedOver(datastore_id=datastore, group_id=cache.group_id) if cache and datastore else None,
        backup_retention_days=config.database.backup_retention_days,
        origin_fqdn=origin_fqdn(config),
        load_balancer=balancer.dns_name,
        dns_seconds=2 * config.failover.worst_case_seconds,
        lag_limit_ms=config.database.region_lag_ms,
    )
