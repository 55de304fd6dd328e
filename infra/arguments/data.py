"""Arguments of what holds data in one region."""

from __future__ import annotations

from components.cluster import Cluster
from components.keys import Keys
from components.network import Network
from components.postgres import Postgres, PostgresArgs
from infra.config import PhaseConfig


def postgres(
    config: PhaseConfig, keys: Keys, network: Network, cluster: Cluster, primary: Postgres | None
) -> PostgresArgs:
    """The active region's primary and read replicas, or in a standby region one replica of that `primary`."""
    database = config.database
    return PostgresArgs(
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        clients={"cluster": cluster.security_group_id},
        private_zone_id=network.private_zone_id,
        key_arn=keys.arns["database"],
        secrets_key_arn=keys.arns["secrets"],
        engine_version=database.engine_version,
        database_name=database.database_name,
        administrator=database.administrator,
        instance_class=database.instance_class,
        storage_gib=database.storage_gib,
        max_storage_gib=database.max_storage_gib,
        multi_az=database.multi_az,
        read_replicas=0 if primary else database.read_replicas,
        port=database.port,
        primary_host=database.primary_host,
        replica_hosts=() if primary else database.replica_hosts,
        backup_retention_days=database.backup_retention_days,
        backup_window=database.backup_window,
        maintenance_window=database.maintenance_window,
        password_epoch=database.password_epoch,
        replicate_from=primary.primary_arn if primary else None,
    )
