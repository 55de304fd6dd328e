"""The logical shards of a database, made on the servers that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.database_roles import Administrator
from components.sql_job import DatabaseClient, SqlJob, SqlJobArgs
from components.templates import render


@dataclass(frozen=True, kw_only=True)
class ShardsArgs:
    """`databases` are the names of the shards to make on each of `servers`, by the server's number.

    `role` owns them. `secrets` are the administrators' Kubernetes Secrets, and `database` is one that every server has.
    `after` makes the role.
    """

    role: str
    database: str
    databases: Mapping[int, Sequence[str]]
    servers: Mapping[int, Administrator]
    secrets: Mapping[int, str]
    client: DatabaseClient
    after: Sequence[pulumi.Resource] = ()


class Shards(pulumi.ComponentResource):
    """Logical databases on physical servers. Creates: a Job for each server that makes those that it lacks.

    It drops none: a shard that moved away stays on its old server until people remove it.
    """

    def __init__(self, name: str, args: ShardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:shards:Shards", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for number, databases in args.databases.items():
            server = args.servers[number]
            job = SqlJobArgs(
                job=f"database-{number}-shards",
                script=shards_script(args.role, databases),
                client=args.client,
                host=server.host,
                port=server.port,
                database=args.database,
                secret=args.secrets[number],
                after=args.after,
            )
            SqlJob(f"{name}-{number}", job, child)
        self.register_outputs({})


def shards_script(role: str, databases: Sequence[str]) -> str:
    """The psql script that makes `databases` for `role` where they are missing."""
    return render("shards.sql.j2", role=role, shards=databases)
