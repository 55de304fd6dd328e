"""The files that PgBouncer reads: settings, databases, logins. Plain text from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.pool_sizes import PoolSizes
from components.read_proxy import SOCKETS
from components.templates import render

CONFIGURATION = "/etc/pgbouncer"
SECRETS = "/etc/pgbouncer-secrets"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One logical database on the server of a number: the host that writes it and those that read it.

    `read_hosts` empty: the writing host reads.
    """

    database: str
    server: int
    write_host: pulumi.Input[str]
    read_hosts: Sequence[pulumi.Input[str]]
    port: int


def read_name(database: str) -> str:
    """The name by which a client reaches the read-only pool of a database."""
    return f"{database}_ro"


def settings_file(
    port: int, clients: int, stats_users: Sequence[str], configuration: str = CONFIGURATION, secrets: str = SECRETS
) -> str:
    """pgbouncer.ini. `configuration` and `secrets` are the folders of the other files."""
    return render(
        "pgbouncer.ini.j2",
        port=port,
        clients=clients,
        stats_users=stats_users,
        configuration=configuration,
        secrets=secrets,
    )


def entries(routes: Sequence[Route], sockets: str = SOCKETS) -> list[dict[str, Any]]:
    """The routes as databases.ini takes them. Replicas stand behind the proxy's socket."""
    return [
        {
            "database": route.database,
            "read_name": read_name(route.database),
            "write_host": route.write_host,
            "port": route.port,
            "read_host": sockets if route.read_hosts else route.write_host,
            "read_port": route.server if route.read_hosts else route.port,
        }
        for route in routes
    ]


def databases_file(entries: Sequence[Mapping[str, Any]], sizes: PoolSizes) -> str:
    """databases.ini: what each name that a client may ask for stands for."""
    return render("pgbouncer-databases.ini.j2", routes=entries, write=sizes.write, read=sizes.read)


def userlist_file(verifiers: Mapping[str, str]) -> str:
    """userlist.txt: each login with its SCRAM secret."""
    return render("userlist.txt.j2", verifiers=verifiers)
