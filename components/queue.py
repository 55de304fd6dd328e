"""The message queue of one region: a RabbitMQ cluster on Kubernetes with quorum queues, TLS and its own volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from components import queue_definitions as definitions
from components import queue_pod
from components.allocatable import Capacity
from components.authority import Authority
from components.kept_secret import SecretKeys
from components.pods import cluster_service, digest
from components.queue_definitions import QueueLimits
from components.queue_logins import FEDERATION, QueueLogins, logins_file
from components.queue_pod import AMQPS_PORT, MANAGEMENT_PORT, METRICS_PORT, NAME, NODES
from components.templates import render

PLUGINS = ("rabbitmq_federation", "rabbitmq_management", "rabbitmq_peer_discovery_k8s", "rabbitmq_prometheus")
INTERNAL_BALANCER = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
}


@dataclass(frozen=True, kw_only=True)
class QueueArgs:
    """Sizing and placement of one cluster of `replicas` nodes, one a server of the pool.

    `request` is what a pod asks for. `storage_gib` is the first size of a node's volume: the claim's template can't
    change, so later growth is done on the claims. A quorum queue has `quorum_group_size` members. `subscribers` are the
    services that get events; empty: there is no event exchange. Raise `epoch` by one to rotate every password.
    `peers` are the networks of other regions, which come through an internal load balancer; empty: there is none.
    `upstream` (a URI) is the cluster of another region whose messages are copied here; while it can't be reached, it
    keeps the last `window_seconds` of them.
    """

    namespace: str
    image: str
    replicas: int
    quorum_group_size: int
    request: Capacity
    pool: str
    node_selector: Mapping[str, str]
    storage_class: str
    storage_gib: int
    termination_grace_seconds: int
    vhost: str
    work_queues: Sequence[str]
    subscribers: Sequence[str]
    limits: QueueLimits
    epoch: int
    secret_keys: SecretKeys
    authority: Authority
    peers: Sequence[str] = ()
    upstream: pulumi.Input[str] | None = None
    window_seconds: int = 0


class Queue(pulumi.ComponentResource):
    """A RabbitMQ cluster that forms by the ordinals of its pods, with everything that it holds from its first start.

    Creates: passwords, the cookie of the cluster, and secrets in Secrets Manager that hold them all; a certificate, a
    ConfigMap (settings, exchanges, queues, limits), a Secret (cookie, certificate, users), a Secret for the application's
    pods, a headless Service for the nodes and one for clients, a StatefulSet, a PodDisruptionBudget, and where there are peers an
    internal load balancer.

    Outputs: `host`, `port`, `vhost`, `application_login`, `application_secret` (name of the Secret that holds a password
    for each login of the application), all plain strings; `upstream_uri` for a cluster in another region (a Pulumi
    secret; None without peers).
    """

    host: str
    port: int
    vhost: str
    application_login: str
    application_secret: str
    upstream_uri: pulumi.Output[str] | None

    def __init__(self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:queue:Queue", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.host, self.port, self.vhost = f"{NAME}.{args.namespace}.svc.cluster.local", AMQPS_PORT, args.vhost
        self.application_secret = f"{NAME}-application"

        self._logins = QueueLogins(name, args.epoch, self, federated=bool(args.peers))
        self.application_login = self._logins.current
        cookie = random.RandomPassword(f"{name}-cookie", length=40, special=False, opts=self._child).result
        self._logins.keep(self.host, cookie, args.secret_keys)
        files = self._files()
        self._configuration(files)
        self._secret(cookie)
        self._application_secret()
        self._headless()
        k8s.apps.v1.StatefulSet(
            f"{name}-nodes",
            metadata=self._metadata(NAME),
            spec=queue_pod.stateful_set(args, digest(*files.values(), str(args.epoch))),
            opts=pulumi.ResourceOptions(parent=self, protect=True, custom_timeouts=queue_pod.patience(args.replicas)),
        )
        cluster_service(
            name,
            self._metadata(NAME),
            queue_pod.LABELS,
            {"amqps": AMQPS_PORT, "management": MANAGEMENT_PORT},
            self._child,
        )
        self._disruption_budget()
        self.upstream_uri = self._balancer() if args.peers else None
        self.register_outputs({"host": self.host, "port": self.port})

    def _metadata(self, name: str) -> k8s.meta.v1.ObjectMetaArgs:
        return k8s.meta.v1.ObjectMetaArgs(name=name, namespace=self._args.namespace, labels=queue_pod.LABELS)

    def _files(self) -> dict[str, str]:
        args = self._args
        return {
            "rabbitmq.conf": settings_file(args),
            "inter-node.config": render("rabbitmq-inter-node.config.j2", tls=queue_pod.SECRETS),
            "enabled_plugins": f"[{','.join(PLUGINS)}].\n",
            "topology.json": definitions.topology(
                args.vhost, args.work_queues, args.subscribers, args.limits, federated=args.upstream is not None
            ),
        }

    def _configuration(self, files: Mapping[str, str]) -> None:
        k8s.core.v1.ConfigMap(
            f"{self._name}-configuration", metadata=self._metadata(NAME), data=dict(files), opts=self._child
        )

    def _secret(self, cookie: pulumi.Output[str]) -> None:
        args = self._args
        names = [self.host, f"{NAME}.{args.namespace}", NAME]
        nodes = [node_host(ordinal, args.namespace) for ordinal in range(args.replicas)]
        certificate = args.authority.issue(f"{self._name}-tls", [*names, *nodes], self._child)
        k8s.core.v1.Secret(
            f"{self._name}-secret",
            metadata=self._metadata(NAME),
            string_data={
                "cookie": cookie,
                "ca.crt": args.authority.certificate_pem,
                "tls.crt": pulumi.Output.secret(certificate.certificate_pem),
                "tls.key": pulumi.Output.secret(certificate.private_key_pem),
                "logins.json": self._logins_file(),
            },
            opts=self._child,
        )

    def _logins_file(self) -> pulumi.Output[str]:
        args, logins = self._args, self._logins
        known = {"passwords": logins.passwords, "salts": logins.salts, "upstream": args.upstream}
        return pulumi.Output.secret(pulumi.Output.from_input(known).apply(lambda k: logins_file(args, **k)))

    def _application_secret(self) -> None:
        """Both logins, so that pods of the epoch before can still restart during a rotation."""
        k8s.core.v1.Secret(
            f"{self._name}-application",
            metadata=self._metadata(self.application_secret),
            string_data=dict(self._logins.of_application),
            opts=self._child,
        )

    def _headless(self) -> None:
        port = k8s.core.v1.ServicePortArgs
        k8s.core.v1.Service(
            f"{self._name}-headless",
            metadata=self._metadata(NODES),
            spec=k8s.core.v1.ServiceSpecArgs(
                cluster_ip="None",
                # Nodes look for each other before they are ready.
                publish_not_ready_addresses=True,
                selector=queue_pod.LABELS,
                ports=[
                    port(name="epmd", port=4369),
                    port(name="distribution", port=25672),
                    port(name="metrics", port=METRICS_PORT),
                ],
            ),
            opts=self._child,
        )

    def _disruption_budget(self) -> None:
        """One node at a time. With one or two nodes that stops the queue, and still a server must drain."""
        k8s.policy.v1.PodDisruptionBudget(
            f"{self._name}-pdb",
            metadata=self._metadata(NAME),
            spec=k8s.policy.v1.PodDisruptionBudgetSpecArgs(
                max_unavailable=1, selector=k8s.meta.v1.LabelSelectorArgs(match_labels=queue_pod.LABELS)
            ),
            opts=self._child,
        )

    def _balancer(self) -> pulumi.Output[str]:
        """An internal load balancer, and the URI by which another region's cluster comes through it.

        The certificate doesn't hold the balancer's name: a client checks it for the name of the service instead.
        """
        service = k8s.core.v1.Service(
            f"{self._name}-federation",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=f"{NAME}-federation",
                namespace=self._args.namespace,
                labels=queue_pod.LABELS,
                annotations=INTERNAL_BALANCER,
            ),
            spec=k8s.core.v1.ServiceSpecArgs(
                type="LoadBalancer",
                load_balancer_class="eks.amazonaws.com/nlb",
                load_balancer_source_ranges=list(self._args.peers),
                selector=queue_pod.LABELS,
                ports=[k8s.core.v1.ServicePortArgs(name="amqps", port=AMQPS_PORT, target_port="amqps")],
            ),
            opts=self._child,
        )
        address = service.status.apply(balancer_address)
        password = self._logins.passwords[FEDERATION]
        return pulumi.Output.secret(
            pulumi.Output.all(address=address, password=password).apply(
                lambda known: upstream_uri(known["address"], known["password"], self.vhost, self.host)
            )
        )


def node_host(ordinal: int, namespace: str) -> str:
    """The name of a node's pod in the cluster."""
    return f"{NAME}-{ordinal}.{NODES}.{namespace}.svc.cluster.local"


def balancer_address(status: Any) -> str:
    """The address of a load balancer, from the status of its Service."""
    points = (status and status.load_balancer and status.load_balancer.ingress) or []
    return (points[0].hostname or points[0].ip or "") if points else ""


def upstream_uri(address: str, password: str, vhost: str, certified_name: str) -> str:
    """Where another cluster's federation connects to: TLS, and the certificate is checked for `certified_name`."""
    checks = f"cacertfile={queue_pod.SECRETS}/ca.crt&verify=verify_peer&server_name_indication={certified_name}"
    return f"amqps://{FEDERATION}:{password}@{address}:{AMQPS_PORT}/{vhost}?{checks}"


def settings_file(args: QueueArgs) -> str:
    """rabbitmq.conf. A tenth of the volume stays free: below it publishers are blocked."""
    return render(
        "rabbitmq.conf.j2",
        cluster_name=f"{args.vhost}-{NAME}",
        replicas=args.replicas,
        quorum_group_size=args.quorum_group_size,
        port=AMQPS_PORT,
        management_port=MANAGEMENT_PORT,
        metrics_port=METRICS_PORT,
        tls=queue_pod.SECRETS,
        definitions=queue_pod.DEFINITIONS,
        disk_free_limit_gib=max(2, args.storage_gib // 10),
    )
