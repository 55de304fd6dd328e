"""Arguments of what holds data in one region."""

from __future__ import annotations

from collections.abc import Mapping

from components.cluster import Cluster
from components.kept_secret import SecretKeys
from components.keys import Keys
from components.logins import Logins
from components.network import Network
from components.postgres import Postgres, PostgresArgs
from infra.config import PhaseConfig
from infra.config.leadership import generation, kept
from infra.config.windows import database_windows


def servers(config: PhaseConfig) -> range:
    """The numbers of the database's servers, from 1. There is more than one where shards need them."""
    return range(1, 1 + config.database_servers)


def server_name(region_name: str, number: int) -> str:
    """The logical name of a server; the first one's says nothing of others, which may come later."""
    return f"{region_name}-postgres" if number == 1 else f"{region_name}-postgres-{number}"


def private_host(host: str, number: int) -> str:
    """A private name of the first server as it is for server `number`."""
    return host if number == 1 else f"server-{number}-{host}"


def postgres(
    config: PhaseConfig,
    region: str,
    number: int,
    keys: Keys,
    secrets: SecretKeys,
    network: Network,
    cluster: Cluster,
    logins: Logins,
    primary: Postgres | None,
    earlier: Mapping[int, Postgres],
) -> PostgresArgs:
    """Server `number`: the active region's primary and read replicas, or in a standby one replica of that `primary`.

    It may take shards over from each of the `earlier` servers.
    """
    database = config.database
    return PostgresArgs(
        account_id=config.account_id,
        region=region,
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        clients={"cluster": cluster.security_group_id},
        private_zone_id=network.private_zone_id,
        key_arn=keys.arns["database"],
        logs_key_arn=keys.arns["logs"],
        log_retention_days=database.log_retention_days,
        secret_keys=secrets,
        engine_version=database.engine_version,
        database_name=database.database_name,
        administrator=database.administrator,
        instance_class=database.instance_class,
        memory_gib=database.memory_gib,
        storage_gib=database.storage_gib,
        max_storage_gib=database.max_storage_gib,
        multi_az=database.multi_az,
        read_replicas=0 if primary else database.read_replicas,
        port=database.port,
        primary_host=private_host(database.primary_host, number),
        replica_hosts=() if primary else [private_host(host, number) for host in database.replica_hosts],
        backup_retention_days=database.backup_retention_days,
        backup_window=database.backup_window,
        maintenance_windows=database_windows(config, region, number),
        password=logins.administrators[number],
        replicate_from=primary.primary_arn if primary else None,
        copies_from={f"server-{other}": server.security_group_id for other, server in earlier.items()},
        generation=generation(config.take_overs, region, number),
        kept=kept(config.take_overs, region, number),
        kept_replicas=database.read_replicas,
    )
