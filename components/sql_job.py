"""A SQL script that runs once on a database server, from inside the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from components.node_pool import tolerations
from components.pods import NAME_LABEL, container_security, digest, pod_security

NAME = "sql-job"
USER_ID = 10001
DEADLINE_MINUTES = 15


@dataclass(frozen=True, kw_only=True)
class DatabaseClient:
    """How a Job reaches PostgreSQL: psql's image, where its pods run, and whose certificates they trust (PEM)."""

    image: str
    namespace: str
    node_selector: Mapping[str, str]
    pool: str
    certificate_authority: str


@dataclass(frozen=True, kw_only=True)
class SqlJobArgs:
    """`script` for psql on one server, run as the owner of the Kubernetes Secret `secret`.

    The Secret's keys become environment variables: PGUSER and PGPASSWORD, and whatever the script reads by `\\getenv`.
    `after` must have been made before it runs.
    """

    job: str
    script: str
    client: DatabaseClient
    host: pulumi.Input[str]
    port: int
    database: str
    secret: str
    after: Sequence[pulumi.Resource] = ()


class SqlJob(pulumi.ComponentResource):
    """A Kubernetes Job that runs a script with psql, and is made anew when the script changes.

    The script must be one that may run again. The server's certificate is verified. Creates: a ConfigMap with the script
    and the certificates, and the Job, both named after the script's digest: a Job can't be changed once it is there.
    """

    def __init__(self, name: str, args: SqlJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:sqljob:SqlJob", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        content = {"script.sql": args.script, "rds-ca.pem": args.client.certificate_authority}
        metadata = k8s.meta.v1.ObjectMetaArgs(
            name=f"{args.job}-{digest(*content.values())}", namespace=args.client.namespace
        )
        k8s.core.v1.ConfigMap(f"{name}-script", metadata=metadata, data=content, immutable=True, opts=child)
        k8s.batch.v1.Job(
            f"{name}-job",
            metadata=metadata,
            spec=k8s.batch.v1.JobSpecArgs(
                backoff_limit=6,
                active_deadline_seconds=DEADLINE_MINUTES * 60,
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata=k8s.meta.v1.ObjectMetaArgs(labels={NAME_LABEL: NAME}),
                    spec=pod(args, str(metadata.name)),
                ),
            ),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(args.after),
                custom_timeouts=pulumi.CustomTimeouts(create=f"{DEADLINE_MINUTES + 5}m"),
            ),
        )
        self.register_outputs({})


def pod(args: SqlJobArgs, config_map: str) -> k8s.core.v1.PodSpecArgs:
    """The pod that runs the script: it may not write, has no token, and sees no other secret than its own."""
    client = args.client
    connection = {
        "PGHOST": args.host,
        "PGPORT": str(args.port),
        "PGDATABASE": args.database,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/script/rds-ca.pem",
        "PGCONNECT_TIMEOUT": "10",
    }
    source = k8s.core.v1.EnvFromSourceArgs(secret_ref=k8s.core.v1.SecretEnvSourceArgs(name=args.secret))
    return k8s.core.v1.PodSpecArgs(
        restart_policy="Never",
        automount_service_account_token=False,
        node_selector=dict(client.node_selector),
        tolerations=tolerations(client.pool),
        security_context=pod_security(),
        containers=[
            k8s.core.v1.ContainerArgs(
                name="psql",
                image=client.image,
                command=["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=/script/script.sql"],
                env=[k8s.core.v1.EnvVarArgs(name=key, value=value) for key, value in connection.items()],
                env_from=[source],
                resources=k8s.core.v1.ResourceRequirementsArgs(
                    requests={"cpu": "50m", "memory": "64Mi"}, limits={"memory": "64Mi"}
                ),
                security_context=container_security(),
                volume_mounts=[k8s.core.v1.VolumeMountArgs(name="script", mount_path="/script", read_only=True)],
            )
        ],
        volumes=[
            k8s.core.v1.VolumeArgs(
                name="script", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=config_map, default_mode=0o444)
            )
        ],
    )
