"""Config of what holds data: the database now; the cache and the queue beside it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from infra import patterns
from infra.config.scalars import Administrator, DatabaseName, Image, PositiveInt, Section, offered, version_of
from infra.config.times import DatabaseBackupWindow, DatabaseWindow, LogDays

DatabaseClass = Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$"), offered("rds")]
MONITORING_ROLE = "ramp_monitor"
"""The role of what reads statistics and no data."""
DatabasePort = Annotated[int, Field(ge=1150, le=65535)]
"""[CreateDBInstance, Port]"""
PostgresVersion = Annotated[str, StringConstraints(pattern=patterns.ENGINE_VERSION), version_of("rds")]
PrivateName = Annotated[str, StringConstraints(pattern=patterns.PRIVATE_NAME)]


class DatabaseConfig(Section):
    """PostgreSQL: one primary and its read replicas, of one class, in the active region; one replica in a standby."""

    engine_version: PostgresVersion
    database_name: DatabaseName
    administrator: Administrator
    instance_class: DatabaseClass
    memory_gib: PositiveInt = Field(description="Of the class.")
    storage_gib: int = Field(ge=20, le=65536)
    max_storage_gib: int = Field(ge=1, le=65536, description="Where storage autoscaling stops.")
    multi_az: bool
    read_replicas: int = Field(ge=0, le=15)
    port: DatabasePort
    primary_host: PrivateName
    replica_hosts: tuple[PrivateName, ...]
    replica_lag_ms: PositiveInt
    replica_lag_line: PositiveInt | None = Field(description="Where the document says so; null: a setting does.")
    region_lag_ms: PositiveInt | None = Field(description="How far a standby region may be behind; null: not stated.")
    region_lag_line: PositiveInt | None = Field(description="Where the document says so; null: not stated.")
    backup_retention_days: int = Field(ge=1, le=35)
    backup_window: DatabaseBackupWindow
    maintenance_window: DatabaseWindow
    log_retention_days: LogDays
    password_epoch: PositiveInt = Field(
        description="Raise it by one to rotate the passwords of the administrator and of the application."
    )
    client_image: Image = Field(description="psql, for the Jobs that make roles.")

    @model_validator(mode="after")
    def _hosts_match_replicas(self) -> DatabaseConfig:
        if len(self.replica_hosts) != self.read_replicas:
            raise ValueError(f"replica_hosts: {len(self.replica_hosts)} for {self.read_replicas} read replicas")
        if self.max_storage_gib < self.storage_gib:
            raise ValueError(f"max_storage_gib {self.max_storage_gib} is below storage_gib {self.storage_gib}")
        taken = {name for role in (self.database_name, MONITORING_ROLE) for name in (role, f"{role}_a", f"{role}_b")}
        if self.administrator in taken:
            raise ValueError(f"administrator {self.administrator} is a role of the application or of monitoring")
        if self.primary_host in self.replica_hosts or len(set(self.replica_hosts)) < len(self.replica_hosts):
            raise ValueError(
                f"primary_host: {self.primary_host} and {', '.join(self.replica_hosts)} are not all different"
            )
        suffixes = {host.split(".", 1)[1] for host in (self.primary_host, *self.replica_hosts)}
        if len(suffixes) > 1:
            raise ValueError(
                f"primary_host: the private names stand in {len(suffixes)} zones ({', '.join(sorted(suffixes))}); one is allowed"
            )
        return self
