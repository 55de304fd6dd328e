"""Arguments of what stands between the application and the database's servers: logins, shards and pooler."""

from __future__ import annotations

from collections.abc import Mapping

from components import shard_map
from components.authority import Authority, AuthorityArgs
from components.database_roles import Administrator, DatabaseRoles, DatabaseRolesArgs
from components.kept_secret import SecretKeys
from components.logins import Logins, LoginsArgs
from components.node_pool import NodePool
from components.pooler import PoolerArgs
from components.pooler_files import Route
from components.postgres import Postgres
from components.read_proxy import ReadProxy
from components.shards import ShardsArgs
from components.sql_job import DatabaseClient
from infra.catalogue.certificates import rds_authority
from infra.config import PhaseConfig
from infra.config.data import MONITORING_ROLE
from infra.config.pooler import DATABASE_NAMESPACE, PoolerConfig, ShardsConfig


def authority(config: PhaseConfig) -> AuthorityArgs:
    return AuthorityArgs(organization=config.application)


def logins(config: PhaseConfig) -> LoginsArgs:
    """The application's role carries the name of its database."""
    servers = range(1, 1 + config.database_servers)
    return LoginsArgs(role=config.database.database_name, epoch=config.database.password_epoch, servers=servers)


def monitoring_logins(config: PhaseConfig) -> LoginsArgs:
    """Of the exporters, which are the same on every server; they take turns with the application's."""
    return LoginsArgs(role=MONITORING_ROLE, epoch=config.database.password_epoch, servers=())


def client(config: PhaseConfig, region: str, platform: NodePool) -> DatabaseClient:
    return DatabaseClient(
        image=config.database.client_image,
        namespace=DATABASE_NAMESPACE,
        node_selector=platform.selector,
        pool=platform.pool,
        certificate_authority=rds_authority(region),
    )


def roles(
    config: PhaseConfig,
    logins: Logins,
    monitoring: Logins,
    servers: Mapping[int, Postgres],
    client: DatabaseClient,
    secrets: SecretKeys,
) -> DatabaseRolesArgs:
    return DatabaseRolesArgs(
        logins=logins,
        monitoring=monitoring,
        epoch=config.database.password_epoch,
        database=config.database.database_name,
        namespace=config.app.namespace,
        servers=administrators(config, servers),
        client=client,
        secret_keys=secrets,
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
        if server.leads
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
    monitoring: Logins,
    platform: NodePool,
    authority: Authority,
    roles: DatabaseRoles,
) -> PoolerArgs:
    return PoolerArgs(
        namespace=DATABASE_NAMESPACE,
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
        proxy=ReadProxy(
            image=settings.proxy_image,
            cpu_millicores=settings.proxy_cpu_millicores,
            memory_mib=settings.proxy_memory_mib,
        ),
        monitoring=monitoring,
        exporter_image=settings.exporter_image,
        after=roles.jobs,
    )


def routes(config: PhaseConfig, servers: Mapping[int, Postgres]) -> list[Route]:
    """The unsharded database on the first server, and every shard where it is served now."""
    name, layout = config.database.database_name, config.shards
    placed = shard_map.routed(layout.count, layout.moves) if layout else ()
    shards = {shard_map.shard_name(name, shard): number for shard, number in enumerate(placed)}
    return [
        Route(
            database=database,
            server=number,
            write_host=servers[number].primary_endpoint,
            read_hosts=servers[number].replica_endpoints,
            port=servers[number].port,
        )
        for database, number in {name: 1, **shards}.items()
    ]
