"""What every application pod learns of the systems around it: addresses, logins, whom to trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.app_tier import TRUST_FOLDER, SecretKey
from components.authority import Authority
from components.database_roles import APPLICATION_SECRET, DatabaseRoles
from components.egress import Egress
from components.logins import Logins
from components.pooler import Pooler
from components.pooler_files import read_name
from components.postgres import Postgres
from components.queue import Queue
from components.redis import Redis
from infra.catalogue.certificates import rds_authority
from infra.config import PhaseConfig
from infra.config.pooler import ShardsConfig

DATABASE_TRUST = "database.pem"
EGRESS_TRUST = "egress.pem"
QUEUE_TRUST = "queue.pem"


@dataclass(frozen=True)
class Surroundings:
    """Environment variables, those of them that are secrets, certificates to trust by file name, and what a pod may do.

    `systems` are those that it can't start without.
    """

    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, SecretKey]
    trust: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[Mapping[str, Any]]
    systems: Sequence[pulumi.Resource]


def surroundings(
    config: PhaseConfig,
    region: str,
    database: Postgres,
    pooler: Pooler | None,
    egress: Egress | None,
    cache: Redis | None,
    queue: Queue | None,
    roles: DatabaseRoles,
    logins: Logins,
    authority: Authority,
) -> Surroundings:
    """What the pods of a region are given. The database's certificate is the pooler's, where there is one."""
    return Surroundings(
        environment={
            **environment(config, database, pooler, logins),
            **(_cached(cache) if cache else {}),
            **(_queued(queue) if queue else {}),
            **(_external(egress) if egress else {}),
        },
        secrets={
            "DATABASE_PASSWORD": SecretKey(APPLICATION_SECRET, logins.current),
            **({"QUEUE_PASSWORD": SecretKey(queue.application_secret, queue.application_login)} if queue else {}),
        },
        trust={
            DATABASE_TRUST: authority.certificate_pem if pooler else rds_authority(region),
            **({QUEUE_TRUST: authority.certificate_pem} if queue else {}),
            **({EGRESS_TRUST: authority.certificate_pem} if egress else {}),
        },
        permissions=[cache.connect] if cache else [],
        systems=[*roles.jobs, *(system for system in (pooler, cache, queue, egress) if system)],
    )


def environment(
    config: PhaseConfig, database: Postgres, pooler: Pooler | None, logins: Logins
) -> Mapping[str, pulumi.Input[str]]:
    """The plain variables. A pod never needs to know whether a pooler stands in between, or how many replicas read."""
    name = config.database.database_name
    return {
        **(_pooled(pooler, name) if pooler else _direct(database, name)),
        "DATABASE_USER": logins.current,
        "DATABASE_SSLMODE": "verify-full",
        "DATABASE_SSLROOTCERT": f"{TRUST_FOLDER}/{DATABASE_TRUST}",
        **(_sharded(config.shards, name) if config.shards else {}),
    }


def _pooled(pooler: Pooler, name: str) -> dict[str, pulumi.Input[str]]:
    return {
        "DATABASE_HOST": pooler.host,
        "DATABASE_PORT": str(pooler.port),
        "DATABASE_NAME": name,
        "DATABASE_READ_HOST": pooler.host,
        "DATABASE_READ_NAME": read_name(name),
    }


def _direct(database: Postgres, name: str) -> dict[str, pulumi.Input[str]]:
    """Without a pooler: the servers themselves; drivers take several reading hosts, separated by commas."""
    readers: Sequence[pulumi.Output[str]] = database.replica_endpoints or [database.primary_endpoint]
    return {
        "DATABASE_HOST": database.primary_endpoint,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": name,
        "DATABASE_READ_HOST": pulumi.Output.all(*readers).apply(",".join),
        "DATABASE_READ_NAME": name,
    }


def _sharded(shards: ShardsConfig, name: str) -> dict[str, pulumi.Input[str]]:
    """The key, the count, and the databases' names as printf patterns of the shard's number."""
    pattern = f"{name}_s%03d"
    return {
        "DATABASE_SHARD_KEY": shards.key,
        "DATABASE_SHARD_COUNT": str(shards.count),
        "DATABASE_SHARD_NAME": pattern,
        "DATABASE_SHARD_READ_NAME": read_name(pattern),
    }


def _cached(cache: Redis) -> dict[str, pulumi.Input[str]]:
    """The cluster's address, and what an IAM token is asked for: the group's id and the user's. It lasts 15 minutes."""
    return {
        "REDIS_HOST": cache.endpoint,
        "REDIS_PORT": str(cache.port),
        "REDIS_USER": cache.user,
        "REDIS_CACHE": cache.group_id,
    }


def _queued(queue: Queue) -> dict[str, pulumi.Input[str]]:
    return {
        "QUEUE_HOST": queue.host,
        "QUEUE_PORT": str(queue.port),
        "QUEUE_VHOST": queue.vhost,
        "QUEUE_USER": queue.application_login,
        "QUEUE_SSLROOTCERT": f"{TRUST_FOLDER}/{QUEUE_TRUST}",
    }


def _external(egress: Egress) -> dict[str, pulumi.Input[str]]:
    """Where each external service is called: at the proxy that stands in front of it."""
    urls = {f"EGRESS_{name.upper().replace('-', '_')}_URL": url for name, url in egress.addresses.items()}
    return {**urls, "EGRESS_SSLROOTCERT": f"{TRUST_FOLDER}/{EGRESS_TRUST}"}
