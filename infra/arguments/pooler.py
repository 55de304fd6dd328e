"""Arguments of what stands between the application and the database's servers: logins, shards and pooler."""

from __future__ import annotations

from collections.abc import Mapping

from components import shard_map
from components.authority import Authority, AuthorityArgs
from components.database_roles import Administrator, DatabaseRoles, DatabaseRolesArgs
from components.keys import Keys
from components.logins import Logins, LoginsArgs
from components.node_pool import NodePool
from components.pooler import PoolerArgs, Route
from components.postgres import Postgres
from components.shards import ShardsArgs
from components.sql_job import DatabaseClient
from infra.catalogue.certificates import rds_authority
from infra.config import PhaseConfig
from infra.config.pooler import PoolerConfig, ShardsConfig

NAMESPACE = "database"
"""Where the pooler and the Jobs run: apart from the application, which must not read their secrets."""


def authority(config: PhaseConfig) -> AuthorityArgs:
    return AuthorityArgs(organization=config.application)


def logins(config: PhaseConfig) -> LoginsArgs:
    """The application's role carries the name of its database."""
    return LoginsArgs(role=config.database.database_name, epoch=config.database.password_epoch)


def client(config: PhaseConfig, region: str, platform: NodePool) -> DatabaseClient:
    return DatabaseClient(
        image=config.database.client_image,
        namespace=NAMESPACE,
        node_selector=platform.selector,
        pool=platform.pool,
        certificate_authority=rds_authority(region),
    )


def roles(
    config: PhaseConfig, logins: Logins, servers: Mapping[int, Postgres], client: DatabaseClient, keys: Keys
) -> DatabaseRolesArgs:
    return DatabaseRolesArgs(
        logins=logins,
        epoch=config.database.password_epoch,
        database=config.database.database_name,
        namespace=config.app.namespace,
        servers=administrators(config, servers),
        client=client,
        secrets_key_arn=keys.arns["secrets"],
    )


def administrators(config: PhaseConfig, servers: Mapping[int, Postgres]) -> dict[int, Administrator]:
    """The administrator of each server that takes writes; a server that follows another region's has none."""
    return {
        number: Administrator(
            host=server.primary_endpoint,
            port=server.port,
            user=config.database.administrator,
            password=server.password,
        )
        for number, server in servers.items()
        if server.password is not None
    }


def shards(
    config: PhaseConfig,
    layout: ShardsConfig,
    servers: Mapping[int, Postgres],
    roles: DatabaseRoles,
    client: DatabaseClient,
) -> ShardsArgs:
    """Each server's own shards, and those on their way to it."""
    database, writable = config.database.database_name, administrators(config, servers)
    stand = {number: shard_map.needed(layout.count, layout.moves, number) for number in writable}
    return ShardsArgs(
        role=database,
        database=database,
        databases={n: [shard_map.shard_name(database, shard) for shard in held] for n, held in stand.items() if held},
        servers=writable,
        secrets=roles.administrator_secrets,
        client=client,
        after=roles.jobs,
    )


def pooler(
    config: PhaseConfig,
    settings: PoolerConfig,
    region: str,
    servers: Mapping[int, Postgres],
    logins: Logins,
    platform: NodePool,
    authority: Authority,
) -> PoolerArgs:
    return PoolerArgs(
        namespace=NAMESPACE,
        image=settings.image,
        replicas=settings.replicas,
        port=settings.port,
        cpu_millicores=settings.cpu_millicores,
        memory_mib=settings.memory_mib,
        node_selector=platform.selector,
        pool=platform.pool,
        routes=routes(config, servers),
        sizes=config.pool_sizes(region),
        verifiers=logins.verifiers,
        epoch=config.database.password_epoch,
        certificate_authority=rds_authority(region),
        authority=authority,
    )


def routes(config: PhaseConfig, servers: Mapping[int, Postgres]) -> list[Route]:
    """The unsharded database on the first server, and every shard where it is served now."""
    name, layout = config.database.database_name, config.shards
    placed = shard_map.routed(layout.count, layout.moves) if layout else ()
    shards = {shard_map.shard_name(name, shard): number for shard, number in enumerate(placed)}
    return [
        Route(
            database=database,
            write_host=servers[number].primary_endpoint,
            read_hosts=servers[number].replica_endpoints,
            port=servers[number].port,
        )
        for database, number in {name: 1, **shards}.items()
    ]
