"""RDS for PostgreSQL: instances, their storage, backups, and what a replica in another region receives."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from infra.catalogue.quantities import quantity
from infra.config import PhaseConfig
from infra.cost.items import Charge, Group
from infra.cost.subject import Outcome, Subject

_DB = Group.DATABASE
_MILLIONTH = Decimal("0.000001")


def instance(db: Subject) -> Outcome:
    """Instance hours, storage with what it has beyond the included IOPS and throughput, backups and replication."""
    engine = _inherited(db, "engine")
    if engine != "postgres":
        yield db.unpriced(f"the price book has PostgreSQL only, not {engine}")
        return
    deployment = "Multi-AZ" if db.inputs.get("multiAz") else "Single-AZ"
    item = f"{db.inputs['instanceClass']} {deployment}"
    yield db.hourly(_DB, "rds", item, 1, "1 instance all month", unit="instance-hour")
    if db.inputs.get("storageType") == "gp3":
        yield from _gp3(db, deployment)
    else:
        yield db.unpriced(f"the price book has gp3 storage only, not {db.inputs.get('storageType') or 'the default'}")
    yield from _backups(db)
    yield from _replication(db)
    if int(db.inputs.get("performanceInsightsRetentionPeriod") or 0) > 7:
        yield db.unpriced("Performance Insights beyond 7 days are not in the price book")
    if db.inputs.get("databaseInsightsMode") == "advanced":
        yield db.unpriced("the price book has no Database Insights beyond the standard mode, which is free")
    yield from _logs(db)


def _logs(db: Subject) -> Iterator[Charge]:
    """What an instance writes into log groups that RDS makes: enhanced monitoring, and its server's log where the plan has
    no group for it."""
    planned = any("aws:cloudwatch/logGroup:LogGroup::" in urn for urn in db.resource.dependencies)
    sources = {
        "enhanced monitoring": db.inputs.get("monitoringInterval"),
        "the server's log": db.inputs.get("enabledCloudwatchLogsExports") and not planned,
    }
    written = [name for name, writes in sources.items() if writes]
    if written:
        gib = len(written) * db.usage.settings.idle_log_gib
        basis = f"{gib} GiB of {' and '.join(written)} (usage.idle_log_gib)"
        yield db.charge(Group.MONITORING, "cloudwatch", "log ingestion", "GB", gib, basis, fixed=False)


def _gp3(db: Subject, deployment: str) -> Iterator[Charge]:
    gib = _storage(db)
    striped = "striped " if gib >= quantity("rds gp3 striped from") else ""
    yield db.charge(_DB, "rds", f"gp3 storage {deployment}", "GB-month", gib, f"{gib} GiB")
    for key, name, item, unit in (
        ("iops", "iops", "gp3 iops", "IOPS-month"),
        ("storageThroughput", "throughput", "gp3 throughput", "MBps-month"),
    ):
        included = quantity(f"rds gp3 {striped}{name}")
        beyond = Decimal(db.inputs.get(key) or 0) - included
        if beyond > 0:
            basis = f"{db.inputs[key]} less {included} included"
            yield db.charge(_DB, "rds", f"{item} {deployment}", unit, beyond, basis)


def _backups(db: Subject) -> Iterator[Charge]:
    """Backups beyond the free part, which is as large as the storage."""
    days = int(db.inputs.get("backupRetentionPeriod") or 0)
    settings = db.usage.settings
    storage = Decimal(_storage(db))
    data = storage * settings.database_filled_percent / 100
    beyond = data * (100 + settings.daily_change_percent * days) / 100 - storage
    if days and beyond > 0:
        basis = f"{data:f} GiB of data and {days} days of changes, less {storage} GiB free"
        yield db.charge(_DB, "rds", "backup storage", "GB-month", beyond, basis, fixed=False)


def vault(kept: Subject) -> Outcome:
    """Daily backups of every database within the vault's retention: the data once, and what each day changes.

    AWS Backup charges RDS's own price for them. What each day changes also travels to a standby region's vault.
    """
    config, settings = kept.plan.config, kept.usage.settings
    days = config.backup.retention_days if kept.active else config.backup.copy_retention_days
    data = Decimal(config.database.storage_gib) * settings.database_filled_percent / 100 * _servers(config)
    gib = data * (100 + settings.daily_change_percent * days) / 100
    basis = f"{data:f} GiB of data and {days} days of changes"
    yield kept.charge(_DB, "rds", "backup storage", "GB-month", gib, basis, fixed=False)
    if not kept.active:
        sent = data * settings.daily_change_percent / 100 * quantity("month hours") / 24
        basis = "each day's changes, copied from the active region's vault (usage.daily_change_percent)"
        yield kept.charge(
            Group.NETWORK, "transfer", f"to {kept.region}", "GB", sent.quantize(_MILLIONTH), basis,
            fixed=False, price_region=config.active_region, serves=kept.region,
        )  # fmt: skip


def _servers(config: PhaseConfig) -> int:
    return config.shards.servers if config.shards else 1


def _replication(db: Subject) -> Iterator[Charge]:
    """Replication inside a region is free; to another one it is charged where it leaves, as any other transfer."""
    source = db.source("replicateSourceDb")
    if source and source.region != db.region:
        basis = "what the database writes (usage.written_kib_per_request)"
        yield db.charge(
            Group.NETWORK, "transfer", f"to {db.region}", "GB", db.usage.written_gib, basis,
            fixed=False, price_region=source.region, serves=db.region,
        )  # fmt: skip


def _storage(db: Subject) -> int:
    return int(_inherited(db, "allocatedStorage") or 0)


def _inherited(db: Subject, key: str) -> Any:
    """An input that a replica leaves to the instance which it follows."""
    source = db.source("replicateSourceDb")
    value = db.inputs.get(key)
    return _inherited(source, key) if value is None and source else value


PRICED = {"aws:backup/vault:Vault": vault, "aws:rds/instance:Instance": instance}
FREE = {
    "aws:backup/plan:Plan": "a schedule; what it keeps is the vault's",
    "aws:backup/selection:Selection": "part of a plan",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "settings of a vault",
    "aws:rds/subnetGroup:SubnetGroup": "a grouping",
    "aws:rds/parameterGroup:ParameterGroup": "settings of an instance",
    "aws:rds/optionGroup:OptionGroup": "settings of an instance",
    "aws:rds/eventSubscription:EventSubscription": "its notifications are the topic's",
}
