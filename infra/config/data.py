"""Config of what holds data: the database now; the cache and the queue beside it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from infra.config.scalars import Port, PositiveInt, Section, offered

DatabaseClass = Annotated[str, StringConstraints(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$"), offered("rds")]
PrivateName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9-]{1,63})+$")]


class DatabaseConfig(Section):
    """PostgreSQL: one primary and its read replicas, of one class, in the active region; one replica in a standby."""

    engine_version: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}(\.[0-9]+)?$")]
    database_name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    administrator: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    instance_class: DatabaseClass
    memory_gib: PositiveInt = Field(description="Of the class.")
    storage_gib: int = Field(ge=20, le=65536)
    max_storage_gib: int = Field(ge=1, le=65536, description="Where storage autoscaling stops.")
    multi_az: bool
    read_replicas: int = Field(ge=0, le=15)
    port: Port
    primary_host: PrivateName
    replica_hosts: tuple[PrivateName, ...]
    replica_lag_ms: PositiveInt
    region_lag_ms: PositiveInt | None = Field(description="How far a standby region may be behind; null: not stated.")
    backup_retention_days: int = Field(ge=1, le=35)
    backup_window: Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")]
    maintenance_window: Annotated[
        str, StringConstraints(pattern=r"^[a-z]{3}:[0-2][0-9]:[0-5][0-9]-[a-z]{3}:[0-2][0-9]:[0-5][0-9]$")
    ]
    log_retention_days: PositiveInt
    password_epoch: PositiveInt = Field(
        description="Raise it by one to rotate the passwords of the administrator and of the application."
    )
    client_image: str = Field(min_length=1, pattern=r"^[^\s]+$", description="psql, for the Jobs that make roles.")

    @model_validator(mode="after")
    def _hosts_match_replicas(self) -> DatabaseConfig:
        if len(self.replica_hosts) != self.read_replicas:
            raise ValueError(f"replica_hosts: {len(self.replica_hosts)} for {self.read_replicas} read replicas")
        if self.max_storage_gib < self.storage_gib:
            raise ValueError(f"max_storage_gib {self.max_storage_gib} is below storage_gib {self.storage_gib}")
        suffixes = {host.split(".", 1)[1] for host in (self.primary_host, *self.replica_hosts)}
        if len(suffixes) > 1:
            raise ValueError(
                f"primary_host: the private names stand in {len(suffixes)} zones ({', '.join(sorted(suffixes))}); one is allowed"
            )
        return self
