"""The connection pooler: PgBouncer between the application's pods and the database servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.authority import Authority, Certificate
from components.logins import Logins
from components.node_pool import tolerations
from components.pods import (
    NAME_LABEL,
    cluster_service,
    container_security,
    digest,
    disruption_budget,
    pod_security,
    rolling,
    spread,
)
from components.pool_sizes import PoolSizes
from components.pooler_files import (
    CONFIGURATION,
    SECRETS,
    Route,
    databases_file,
    entries,
    settings_file,
    userlist_file,
)
from components.pooler_ports import EXPORTER_PORT
from components.read_proxy import AUTHORITY, BOOTSTRAP, SOCKETS, ReadProxy, read_bootstrap, sidecar

NAME = "pgbouncer"
USER_ID = 10001
ENDPOINTS_SECONDS = 15
"""How long other pods may take to hear that this one is going."""
EXPORTER_PASSWORD = "monitoring-password"


@dataclass(frozen=True, kw_only=True)
class PoolerArgs:
    """`replicas` pods listen on `port` for the logins of `verifiers` (SCRAM secrets), and route each database.

    `certificate_authority` (PEM) is that of the servers, `authority` issues the pooler's own certificate. `cpu_millicores`
    and `memory_mib` are what PgBouncer asks for in each pod. `epoch` is that of the logins. `proxy` stands before the
    read replicas, in each pod. `monitoring` logs in to PgBouncer's console, for the exporter of `exporter_image`. `after`
    makes the logins on the servers.
    """

    namespace: str
    image: str
    replicas: int
    port: int
    cpu_millicores: int
    memory_mib: int
    node_selector: Mapping[str, str]
    pool: str
    routes: Sequence[Route]
    sizes: PoolSizes
    verifiers: Mapping[str, pulumi.Input[str]]
    epoch: int
    certificate_authority: str
    authority: Authority
    proxy: ReadProxy
    monitoring: Logins
    exporter_image: str
    after: Sequence[pulumi.Resource] = ()


class Pooler(pulumi.ComponentResource):
    """PgBouncer with a read-write and a read-only pool for each database, in transaction mode.

    A database `x` is written through the name `x` and read through `x_ro`, over those of its replicas that are well
    (components/read_proxy.py). Creates: a certificate, a ConfigMap (settings, databases, the proxy's bootstrap, the
    servers' certificate authority), a Secret (SCRAM secrets, the certificate's key, the exporter's password), a Deployment
    spread over zones and nodes, a Service and a PodDisruptionBudget.

    Outputs: `host` (a name in the cluster, a plain string), `port`.
    """

    host: str
    port: int

    def __init__(self, name: str, args: PoolerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:pooler:Pooler", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self._labels = {NAME_LABEL: NAME}
        self._metadata = k8s.meta.v1.ObjectMetaArgs(name=NAME, namespace=args.namespace, labels=self._labels)
        self.host, self.port = f"{NAME}.{args.namespace}.svc.cluster.local", args.port

        settings = settings_file(args.port, args.sizes.clients, list(args.monitoring.verifiers))
        databases = pulumi.Output.all(*(route.write_host for route in args.routes)).apply(self._databases)
        certificate = self._certificate()
        proxied = self._proxied()
        self._configuration(settings, databases, proxied)
        self._secret(certificate)
        read = pulumi.Output.all(settings, databases, proxied or "", certificate.certificate_pem, str(args.epoch))
        self._deployment(read.apply(lambda texts: digest(*texts)))
        cluster_service(name, self._metadata, self._labels, {"postgresql": self.port}, self._child)
        disruption_budget(name, self._metadata, self._labels, self._child)
        self.register_outputs({"host": self.host})

    def _databases(self, write_hosts: Sequence[str]) -> str:
        """databases.ini. Only the hosts are lifted out of outputs: of shards there are hundreds of values."""
        routed = zip(self._args.routes, write_hosts, strict=True)
        return databases_file(entries([replace(route, write_host=host) for route, host in routed]), self._args.sizes)

    def _proxied(self) -> pulumi.Output[str] | None:
        """The proxy's bootstrap; None without replicas."""
        args = self._args
        replicas = {str(route.server): list(route.read_hosts) for route in args.routes if route.read_hosts}
        if not replicas:
            return None
        port = args.routes[0].port

        def file(hosts: Any) -> str:
            by_server = {int(server): names for server, names in hosts.items()}
            return read_bootstrap(by_server, port, args.sizes.per_replica, args.proxy.memory_mib, CONFIGURATION)

        return pulumi.Output.from_input(replicas).apply(file)

    def _configuration(self, settings: str, databases: pulumi.Output[str], proxied: pulumi.Output[str] | None) -> None:
        k8s.core.v1.ConfigMap(
            f"{self._name}-configuration",
            metadata=self._metadata,
            data={
                "pgbouncer.ini": settings,
                "databases.ini": databases,
                AUTHORITY: self._args.certificate_authority,
                **({BOOTSTRAP: proxied} if proxied else {}),
            },
            opts=self._child,
        )

    def _certificate(self) -> Certificate:
        short = f"{NAME}.{self._args.namespace}"
        return self._args.authority.issue(f"{self._name}-tls", [self.host, f"{short}.svc", short], self._child)

    def _secret(self, certificate: Certificate) -> None:
        monitoring = self._args.monitoring
        userlist = pulumi.Output.all(**self._args.verifiers, **monitoring.verifiers).apply(userlist_file)
        k8s.core.v1.Secret(
            f"{self._name}-secret",
            metadata=self._metadata,
            string_data={
                "userlist.txt": pulumi.Output.secret(userlist),
                "tls.crt": pulumi.Output.secret(certificate.certificate_pem),
                "tls.key": pulumi.Output.secret(certificate.private_key_pem),
                EXPORTER_PASSWORD: pulumi.Output.secret(monitoring.passwords[monitoring.current]),
            },
            opts=self._child,
        )

    def _deployment(self, checksum: pulumi.Output[str]) -> None:
        """The checksum makes pods anew where a file changed, since PgBouncer reads them once."""
        annotations = {"ramp/checksum": checksum}
        k8s.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata,
            spec=rolling(self._labels, annotations, self._pod(), replicas=self._args.replicas),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )

    def _pod(self) -> k8s.core.v1.PodSpecArgs:
        return k8s.core.v1.PodSpecArgs(
            automount_service_account_token=False,
            enable_service_links=False,
            node_selector=dict(self._args.node_selector),
            tolerations=tolerations(self._args.pool),
            termination_grace_period_seconds=60,
            topology_spread_constraints=spread(self._labels, node="DoNotSchedule"),
            security_context=pod_security(),
            init_containers=[self._read_proxy()] if self._reads_replicas else None,
            containers=[self._container(), self._exporter()],
            volumes=[
                *([self._sockets()] if self._reads_replicas else []),
                k8s.core.v1.VolumeArgs(
                    name="configuration", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=NAME)
                ),
                k8s.core.v1.VolumeArgs(
                    name="secrets", secret=k8s.core.v1.SecretVolumeSourceArgs(secret_name=NAME, default_mode=0o440)
                ),
            ],
        )

    def _container(self) -> k8s.core.v1.ContainerArgs:
        """Ready once it listens; it ends as `before_stop` says."""
        args = self._args
        memory = f"{args.memory_mib}Mi"
        listens = k8s.core.v1.TCPSocketActionArgs(port="postgresql")
        stop = k8s.core.v1.ExecActionArgs(command=before_stop())
        return k8s.core.v1.ContainerArgs(
            name=NAME,
            image=args.image,
            command=["pgbouncer", f"{CONFIGURATION}/pgbouncer.ini"],
            ports=[k8s.core.v1.ContainerPortArgs(name="postgresql", container_port=args.port)],
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": f"{args.cpu_millicores}m", "memory": memory}, limits={"memory": memory}
            ),
            readiness_probe=k8s.core.v1.ProbeArgs(tcp_socket=listens, period_seconds=5, failure_threshold=2),
            liveness_probe=k8s.core.v1.ProbeArgs(tcp_socket=listens, period_seconds=10, failure_threshold=6),
            lifecycle=k8s.core.v1.LifecycleArgs(pre_stop=k8s.core.v1.LifecycleHandlerArgs(exec_=stop)),
            security_context=container_security(),
            volume_mounts=[
                k8s.core.v1.VolumeMountArgs(name="configuration", mount_path=CONFIGURATION, read_only=True),
                k8s.core.v1.VolumeMountArgs(name="secrets", mount_path=SECRETS, read_only=True),
                *([k8s.core.v1.VolumeMountArgs(name="sockets", mount_path=SOCKETS)] if self._reads_replicas else []),
            ],
        )

    @property
    def _reads_replicas(self) -> bool:
        return any(route.read_hosts for route in self._args.routes)

    def _sockets(self) -> k8s.core.v1.VolumeArgs:
        return k8s.core.v1.VolumeArgs(
            name="sockets", empty_dir=k8s.core.v1.EmptyDirVolumeSourceArgs(medium="Memory", size_limit="1Mi")
        )

    def _read_proxy(self) -> k8s.core.v1.ContainerArgs:
        mounts = [
            k8s.core.v1.VolumeMountArgs(name="configuration", mount_path=CONFIGURATION, read_only=True),
            k8s.core.v1.VolumeMountArgs(name="sockets", mount_path=SOCKETS),
        ]
        return sidecar(self._args.proxy, mounts, CONFIGURATION)

    def _exporter(self) -> k8s.core.v1.ContainerArgs:
        """Pools, clients that wait and servers as metrics. It speaks to PgBouncer within the pod, over TLS all the same."""
        variable = k8s.core.v1.EnvVarArgs
        console = console_uri(self._args.monitoring.current, self._args.port)
        password = k8s.core.v1.SecretKeySelectorArgs(name=NAME, key=EXPORTER_PASSWORD)
        return k8s.core.v1.ContainerArgs(
            name="exporter",
            image=self._args.exporter_image,
            env=[
                variable(name="PGBOUNCER_EXPORTER_CONNECTION_STRING", value=console),
                variable(name="PGPASSWORD", value_from=k8s.core.v1.EnvVarSourceArgs(secret_key_ref=password)),
            ],
            ports=[k8s.core.v1.ContainerPortArgs(name="metrics", container_port=EXPORTER_PORT)],
            resources=k8s.core.v1.ResourceRequirementsArgs(
                requests={"cpu": "20m", "memory": "64Mi"}, limits={"memory": "64Mi"}
            ),
            security_context=container_security(),
        )


def console_uri(login: str, port: int) -> str:
    """Where the exporter asks PgBouncer of itself; its password is a variable of its own."""
    return f"postgres://{login}@127.0.0.1:{port}/pgbouncer?sslmode=require"


def before_stop() -> list[str]:
    """What a pod does before it stops: new connections go elsewhere, then transactions end, then PgBouncer does.

    By SIGTERM, which comes after this, PgBouncer waits for its clients to go, and applications keep their connections: the
    grace period would end it within transactions. By SIGINT it waits for transactions alone (PgBouncer, "Signals").
    """
    return ["sh", "-c", f"sleep {ENDPOINTS_SECONDS}; kill -INT 1; while kill -0 1; do sleep 1; done"]
