"""What the database servers of one region say of themselves, as metrics; and the heartbeat by which replicas are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.logins import Logins
from components.node_pool import tolerations
from components.pods import NAME_LABEL, container_security, digest, pod_security
from components.postgres_queries import COLLECTOR, HEARTBEAT, collector
from components.templates import dump_yaml

NAME = "postgres-exporter"
PORT = 9399
DATABASE = "postgres"
"""Where it logs in: the statistics are the whole server's, and it has no business in the application's database."""
CONFIGURATION, SECRETS = "/etc/sql-exporter", "/etc/sql-exporter-secrets"
AUTHORITY = "rds-ca.pem"


@dataclass(frozen=True, kw_only=True)
class PostgresExporterArgs:
    """`servers` are the host names to ask, by number, as the current login of `monitoring`, all on `port`.

    `leads`: they take writes, so that a heartbeat is written to each; a standby's own are read-only.
    `certificate_authority` (PEM) is that of the servers. `client_image` has psql. `after` makes the login.
    """

    namespace: str
    image: str
    client_image: str
    servers: Mapping[int, pulumi.Input[str]]
    port: int
    leads: bool
    monitoring: Logins
    certificate_authority: str
    node_selector: Mapping[str, str]
    pool: str
    after: Sequence[pulumi.Resource] = ()


class PostgresExporter(pulumi.ComponentResource):
    """A pod that asks each server at every scrape, by sql_exporter, and writes a heartbeat a second where it may.

    sql_exporter, since postgres_exporter has no lag by replica in time, and its own queries are deprecated in favour of it
    (prometheus-community/postgres_exporter#811). Creates: a ConfigMap (queries, the servers' certificate authority), a
    Secret (addresses with the login's password), a Deployment.
    """

    def __init__(self, name: str, args: PostgresExporterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:postgresexporter:PostgresExporter", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._labels = {NAME_LABEL: NAME}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=self._labels)

        files = {
            "postgres.collector.yml": dump_yaml(collector()),
            "heartbeat.sql": HEARTBEAT,
            AUTHORITY: args.certificate_authority,
        }
        login = args.monitoring.current
        password = args.monitoring.passwords[login]
        servers = {str(number): host for number, host in args.servers.items()}
        main = pulumi.Output.all(servers=servers, password=password).apply(
            lambda known: dump_yaml(configuration(known["servers"], args.port, login, known["password"]))
        )
        k8s.core.v1.ConfigMap(f"{name}-configuration", metadata=self._metadata, data=files, opts=self._child)
        k8s.core.v1.Secret(
            f"{name}-secret",
            metadata=self._metadata,
            string_data={"sql_exporter.yml": pulumi.Output.secret(main), "password": pulumi.Output.secret(password)},
            opts=self._child,
        )
        # Of the login and not of its password: a digest of a secret would stand in an annotation.
        self._deployment(pulumi.Output.json_dumps(servers).apply(lambda hosts: digest(*files.values(), login, hosts)))
        self.register_outputs({})

    def _deployment(self, checksum: pulumi.Output[str]) -> None:
        args = self._args
        heartbeats = [self._heartbeat(number, host) for number, host in args.servers.items()] if args.leads else []
        volume, config_map = k8s.core.v1.VolumeArgs, k8s.core.v1.ConfigMapVolumeSourceArgs(name=NAME)
        secret = k8s.core.v1.SecretVolumeSourceArgs(
            secret_name=NAME,
            default_mode=0o440,
            items=[k8s.core.v1.KeyToPathArgs(key="sql_exporter.yml", path="sql_exporter.yml")],
        )
        pod = k8s.core.v1.PodSpecArgs(
            automount_service_account_token=False,
            enable_service_links=False,
            node_selector=dict(args.node_selector),
            tolerations=tolerations(args.pool),
            security_context=pod_security(),
            containers=[self._exporter(), *heartbeats],
            volumes=[volume(name="configuration", config_map=config_map), volume(name="secrets", secret=secret)],
        )
        annotations = {"ramp/checksum": checksum, "ramp/login": args.monitoring.current}
        k8s.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata,
            spec=k8s.apps.v1.DeploymentSpecArgs(
                replicas=1,
                selector=k8s.meta.v1.LabelSelectorArgs(match_labels=self._labels),
                revision_history_limit=5,
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata=k8s.meta.v1.ObjectMetaArgs(labels=self._labels, annotations=annotations), spec=pod
                ),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )

    def _exporter(self) -> k8s.core.v1.ContainerArgs:
        mount, listens = k8s.core.v1.VolumeMountArgs, k8s.core.v1.TCPSocketActionArgs(port="metrics")
        return k8s.core.v1.ContainerArgs(
            name="sql-exporter",
            image=self._args.image,
            args=[f"-config.file={SECRETS}/sql_exporter.yml", f"-web.listen-address=:{PORT}"],
            ports=[k8s.core.v1.ContainerPortArgs(name="metrics", container_port=PORT)],
            readiness_probe=k8s.core.v1.ProbeArgs(tcp_socket=listens, period_seconds=10),
            resources=_resources(50, 128),
            security_context=container_security(),
            volume_mounts=[
                mount(name="configuration", mount_path=CONFIGURATION, read_only=True),
                mount(name="secrets", mount_path=SECRETS, read_only=True),
            ],
        )

    def _heartbeat(self, number: int, host: pulumi.Input[str]) -> k8s.core.v1.ContainerArgs:
        """psql that writes one small transaction a second. It ends with its connection, and Kubernetes starts it again."""
        variable = k8s.core.v1.EnvVarArgs
        connection = {
            "PGHOST": host,
            "PGPORT": str(self._args.port),
            "PGDATABASE": DATABASE,
            "PGUSER": self._args.monitoring.current,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": f"{CONFIGURATION}/{AUTHORITY}",
            "PGCONNECT_TIMEOUT": "10",
            "PGAPPNAME": "ramp heartbeat",
        }
        password = k8s.core.v1.SecretKeySelectorArgs(name=NAME, key="password")
        return k8s.core.v1.ContainerArgs(
            name=f"heartbeat-{number}",
            image=self._args.client_image,
            command=heartbeat_command(f"{CONFIGURATION}/heartbeat.sql"),
            env=[
                *(variable(name=key, value=value) for key, value in connection.items()),
                variable(name="PGPASSWORD", value_from=k8s.core.v1.EnvVarSourceArgs(secret_key_ref=password)),
            ],
            resources=_resources(10, 32),
            security_context=container_security(),
            volume_mounts=[k8s.core.v1.VolumeMountArgs(name="configuration", mount_path=CONFIGURATION, read_only=True)],
        )


def _resources(cpu_millicores: int, memory_mib: int) -> k8s.core.v1.ResourceRequirementsArgs:
    memory = f"{memory_mib}Mi"
    return k8s.core.v1.ResourceRequirementsArgs(
        requests={"cpu": f"{cpu_millicores}m", "memory": memory}, limits={"memory": memory}
    )


def heartbeat_command(script: str) -> list[str]:
    """psql that runs the heartbeat's `script` until it fails."""
    return ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={script}"]


def configuration(servers: Mapping[str, str], port: int, login: str, password: str) -> dict[str, Any]:
    """sql_exporter.yml: each server a target of its own, so that one that is gone leaves the others' metrics there.

    The password has letters and digits only, and needs no escape.
    """
    options = f"sslmode=verify-full&sslrootcert={CONFIGURATION}/{AUTHORITY}&application_name=sql_exporter"
    return {
        "global": {"scrape_timeout": "8s", "max_connections": 2, "max_idle_connections": 1},
        "jobs": [
            {
                "job_name": "postgres",
                "collectors": [COLLECTOR],
                "static_configs": [
                    {
                        "targets": {
                            f"server-{number}": f"postgres://{login}:{password}@{host}:{port}/{DATABASE}?{options}"
                            for number, host in servers.items()
                        }
                    }
                ],
            }
        ],
        "collector_files": [f"{CONFIGURATION}/*.collector.yml"],
    }
