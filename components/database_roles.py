"""Who may log in to the database, and the way in which each pod receives its own password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from components.kept_secret import SecretKeys, keep
from components.logins import Logins, turn_pair
from components.sql_job import DatabaseClient, SqlJob, SqlJobArgs
from components.templates import render

APPLICATION_SECRET = "database"
"""The Kubernetes Secret with the application's passwords, a key a login, in the application's namespace."""


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """The administrator of one database server, and where the server is."""

    host: pulumi.Input[str]
    port: int
    user: str
    password: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class DatabaseRolesArgs:
    """`logins` are the application's, `monitoring` those that may read statistics and no data.

    `servers` are those to make the logins on, by number: none in a region whose servers follow another region's.

    `epoch` is that of `logins`; `namespace` is the application's.
    """

    logins: Logins
    monitoring: Logins
    epoch: int
    database: str
    namespace: str
    servers: Mapping[int, Administrator]
    client: DatabaseClient
    secret_keys: SecretKeys


class DatabaseRoles(pulumi.ComponentResource):
    """The application's role and logins on each database server, and their secrets in one region.

    The application's pods get the password of this epoch's login from a Secret in their own namespace; the pooler gets
    SCRAM secrets alone; the administrator's password is seen by Jobs in the client's namespace alone.

    Creates: a secret in Secrets Manager of the application's logins and one of the monitoring's; a Kubernetes Secret for
    the application; for each server a Secret of its administrator and a Job that makes role and logins.

    Outputs: `administrator_secrets` (names in the client's namespace, by server), `jobs` (what waits for the roles
    depends on them).
    """

    administrator_secrets: dict[int, str]
    jobs: list[pulumi.Resource]

    def __init__(self, name: str, args: DatabaseRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:databaseroles:DatabaseRoles", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.administrator_secrets, self.jobs = {}, []

        self._keep()
        self._hand_to_application()
        for number, server in args.servers.items():
            self.administrator_secrets[number] = self._administrator(number, server)
            self.jobs.append(self._create(number, server))
        self.register_outputs({})

    def _keep(self) -> None:
        """In Secrets Manager of this region, for people and for what runs outside the cluster."""
        args = self._args
        for whom, logins in (("application", args.logins), ("monitoring", args.monitoring)):
            content = turn_pair(logins.current, logins.passwords)
            keep(
                f"{self._name}-{whom}", f"Database logins of the {whom} ({self._name})", content, args.secret_keys, self
            )

    def _hand_to_application(self) -> None:
        """Both logins, so that pods of the epoch before can still restart during a rotation."""
        k8s.core.v1.Secret(
            f"{self._name}-application",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=APPLICATION_SECRET, namespace=self._args.namespace),
            string_data=secrets(self._args.logins.passwords),
            opts=self._child,
        )

    def _administrator(self, number: int, server: Administrator) -> str:
        """The administrator's login, and the SCRAM secrets of the logins that it makes."""
        name = f"database-{number}-administrator"
        both = {**self._args.logins.verifiers, **self._args.monitoring.verifiers}
        verifiers = {variable(login): secret for login, secret in both.items()}
        content = {"PGUSER": pulumi.Output.from_input(server.user), "PGPASSWORD": server.password, **verifiers}
        k8s.core.v1.Secret(
            f"{self._name}-{number}-administrator",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=name, namespace=self._args.client.namespace),
            string_data=secrets(content),
            opts=self._child,
        )
        return name

    def _create(self, number: int, server: Administrator) -> pulumi.Resource:
        args = self._args
        application = roles_script(args.logins.role, args.database, args.logins.passwords, args.epoch)
        monitoring = monitoring_script(args.monitoring.role, args.monitoring.passwords, args.epoch)
        job = SqlJobArgs(
            job=f"database-{number}-roles",
            script=f"{application}\n{monitoring}",
            client=args.client,
            host=server.host,
            port=server.port,
            database=args.database,
            secret=self.administrator_secrets[number],
        )
        return SqlJob(f"{self._name}-{number}", job, self._child)


def secrets(content: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Output[str]]:
    """Every value as a Pulumi secret."""
    return {key: pulumi.Output.secret(value) for key, value in content.items()}


def variable(login: str) -> str:
    """The environment variable in which a Job finds the SCRAM secret of a login."""
    return f"VERIFIER_{login.upper()}"


def roles_script(role: str, database: str, logins: Mapping[str, object], epoch: int) -> str:
    """The psql script that makes `role` and its `logins`. `epoch` is in it, so that a rotation runs it again."""
    variables = {login: variable(login) for login in logins}
    return render("roles.sql.j2", role=role, database=database, logins=variables, epoch=epoch)


def monitoring_script(role: str, logins: Mapping[str, object], epoch: int) -> str:
    """The psql script that makes the `role` of the exporters and its `logins`, which see statistics and no data."""
    variables = {login: variable(login) for login in logins}
    return render("monitoring.sql.j2", role=role, logins=variables, epoch=epoch)
