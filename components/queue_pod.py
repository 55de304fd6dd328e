"""The pods of a RabbitMQ cluster: a StatefulSet whose nodes find each other by ordinal and keep their volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from components.node_pool import tolerations
from components.pods import NAME_LABEL, container_security, data_volume, spread

if TYPE_CHECKING:
    from components.queue import QueueArgs

NAME = "rabbitmq"
NODES = "rabbitmq-nodes"
"""The headless Service, by which each node has a name of its own."""
LABELS = {NAME_LABEL: NAME}
AMQPS_PORT, MANAGEMENT_PORT, METRICS_PORT = 5671, 15671, 15692
START_MINUTES = 60
"""A node may recover a long log before it listens."""
USER_ID = 999
"""`rabbitmq` in the official image."""
HOME = "/var/lib/rabbitmq"
CONFIGURATION = "/etc/rabbitmq"
SECRETS = "/etc/rabbitmq-secrets"
DEFINITIONS = "/etc/rabbitmq-definitions"
INTER_NODE_TLS = f"-proto_dist inet_tls -ssl_dist_optfile {CONFIGURATION}/inter-node.config"
SETUP = f"install -m 600 {SECRETS}/cookie {HOME}/.erlang.cookie"
"""Erlang refuses a cookie that its group may read, and a Secret's file is always readable by the pod's group."""


def stateful_set(args: QueueArgs, checksum: str) -> k8s.apps.v1.StatefulSetSpecArgs:
    """The StatefulSet's spec. Selector, service name, pod management and claim templates can never change.

    The checksum makes nodes anew, one by one, where a file changed, since RabbitMQ reads them once.
    """
    return k8s.apps.v1.StatefulSetSpecArgs(
        replicas=args.replicas,
        service_name=NODES,
        pod_management_policy="Parallel",
        selector=k8s.meta.v1.LabelSelectorArgs(match_labels=LABELS),
        update_strategy=k8s.apps.v1.StatefulSetUpdateStrategyArgs(type="RollingUpdate"),
        min_ready_seconds=10,
        persistent_volume_claim_retention_policy=k8s.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs(
            when_deleted="Retain", when_scaled="Retain"
        ),
        template=k8s.core.v1.PodTemplateSpecArgs(
            metadata=k8s.meta.v1.ObjectMetaArgs(labels=LABELS, annotations={"ramp/checksum": checksum}),
            spec=_pod(args),
        ),
        volume_claim_templates=[data_volume(args.storage_class, args.storage_gib)],
    )


def patience(replicas: int) -> pulumi.CustomTimeouts:
    """How long Pulumi waits: all nodes start at once, an update takes them one by one, each as long as it may start."""
    return pulumi.CustomTimeouts(create=f"{START_MINUTES}m", update=f"{START_MINUTES * replicas}m")


def grow(node: str) -> str:
    """Lets every queue onto one more node. RabbitMQ does so by itself, but not from one member to two."""
    return f"rabbitmq-queues grow {node} all"


def before_stop(replicas: int) -> list[str]:
    """What a node does before it stops: it waits until the others have a majority without it, and hands over.

    Of one or two nodes each is always needed, and the wait would never end.
    """
    drain = "rabbitmq-upgrade drain"
    wait = "rabbitmq-upgrade await_online_quorum_plus_one --timeout 604800 && "
    return ["sh", "-c", f"{wait if replicas > 2 else ''}{drain}"]


def _pod(args: QueueArgs) -> k8s.core.v1.PodSpecArgs:
    """One node a server and zones evenly. A volume holds its node to a zone, so neither is a mere wish."""
    same = k8s.meta.v1.LabelSelectorArgs(match_labels=LABELS)
    return k8s.core.v1.PodSpecArgs(
        automount_service_account_token=False,
        enable_service_links=False,
        node_selector=dict(args.node_selector),
        tolerations=tolerations(args.pool),
        termination_grace_period_seconds=args.termination_grace_seconds,
        topology_spread_constraints=spread(LABELS, zone="DoNotSchedule", node="DoNotSchedule"),
        affinity=k8s.core.v1.AffinityArgs(
            pod_anti_affinity=k8s.core.v1.PodAntiAffinityArgs(
                required_during_scheduling_ignored_during_execution=[
                    k8s.core.v1.PodAffinityTermArgs(topology_key="kubernetes.io/hostname", label_selector=same)
                ]
            )
        ),
        security_context=k8s.core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=USER_ID,
            run_as_group=USER_ID,
            fs_group=USER_ID,
            fs_group_change_policy="OnRootMismatch",
            seccomp_profile=k8s.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        init_containers=[_setup(args)],
        containers=[_node(args)],
        volumes=_volumes(),
    )


def _setup(args: QueueArgs) -> k8s.core.v1.ContainerArgs:
    return k8s.core.v1.ContainerArgs(
        name="setup",
        image=args.image,
        command=["sh", "-c", SETUP],
        resources=k8s.core.v1.ResourceRequirementsArgs(
            requests={"cpu": "100m", "memory": "64Mi"}, limits={"memory": "64Mi"}
        ),
        security_context=container_security(),
        volume_mounts=[_mount("home", HOME), _mount("secrets", SECRETS, read_only=True)],
    )


def _node(args: QueueArgs) -> k8s.core.v1.ContainerArgs:
    """Without a liveness probe: a node that waits for the others, or recovers a long log, isn't dead."""
    port = k8s.core.v1.ContainerPortArgs
    listens = k8s.core.v1.TCPSocketActionArgs(port="amqps")
    memory = f"{args.request.memory_mib}Mi"
    return k8s.core.v1.ContainerArgs(
        name=NAME,
        image=args.image,
        env=_environment(args.namespace),
        ports=[
            port(name="amqps", container_port=AMQPS_PORT),
            port(name="management", container_port=MANAGEMENT_PORT),
            port(name="metrics", container_port=METRICS_PORT),
            port(name="epmd", container_port=4369),
            port(name="distribution", container_port=25672),
        ],
        resources=k8s.core.v1.ResourceRequirementsArgs(
            requests={"cpu": f"{args.request.cpu_millicores}m", "memory": memory}, limits={"memory": memory}
        ),
        startup_probe=k8s.core.v1.ProbeArgs(tcp_socket=listens, period_seconds=10, failure_threshold=START_MINUTES * 6),
        readiness_probe=k8s.core.v1.ProbeArgs(tcp_socket=listens, period_seconds=10, failure_threshold=3),
        lifecycle=k8s.core.v1.LifecycleArgs(
            pre_stop=k8s.core.v1.LifecycleHandlerArgs(
                exec_=k8s.core.v1.ExecActionArgs(command=before_stop(args.replicas))
            )
        ),
        security_context=container_security(),
        volume_mounts=[
            _mount("home", HOME),
            _mount("data", f"{HOME}/mnesia"),
            _mount("tmp", "/tmp"),
            _mount("configuration", CONFIGURATION, read_only=True),
            _mount("secrets", SECRETS, read_only=True),
            # Single files: in a whole volume RabbitMQ would also try to read Kubernetes' own links beside them.
            _file("configuration", "topology.json", f"{DEFINITIONS}/10-topology.json"),
            _file("secrets", "logins.json", f"{DEFINITIONS}/20-logins.json"),
        ],
    )


def _environment(namespace: str) -> list[k8s.core.v1.EnvVarArgs]:
    """The node's name is its pod's, in full; command-line tools talk to it by TLS as the nodes do among themselves."""
    variable = k8s.core.v1.EnvVarArgs
    field = k8s.core.v1.ObjectFieldSelectorArgs(field_path="metadata.name")
    return [
        variable(name="POD_NAME", value_from=k8s.core.v1.EnvVarSourceArgs(field_ref=field)),
        variable(name="RABBITMQ_USE_LONGNAME", value="true"),
        variable(name="RABBITMQ_NODENAME", value=f"rabbit@$(POD_NAME).{NODES}.{namespace}.svc.cluster.local"),
        variable(name="RABBITMQ_CONFIG_FILE", value=f"{CONFIGURATION}/rabbitmq.conf"),
        variable(name="RABBITMQ_ENABLED_PLUGINS_FILE", value=f"{CONFIGURATION}/enabled_plugins"),
        variable(name="RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", value=INTER_NODE_TLS),
        variable(name="RABBITMQ_CTL_ERL_ARGS", value=INTER_NODE_TLS),
    ]


def _volumes() -> list[k8s.core.v1.VolumeArgs]:
    volume, empty = k8s.core.v1.VolumeArgs, k8s.core.v1.EmptyDirVolumeSourceArgs
    return [
        volume(name="home", empty_dir=empty(size_limit="1Gi")),
        volume(name="tmp", empty_dir=empty(size_limit="1Gi")),
        volume(name="configuration", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name=NAME)),
        volume(name="secrets", secret=k8s.core.v1.SecretVolumeSourceArgs(secret_name=NAME, default_mode=0o440)),
    ]


def _mount(volume: str, path: str, *, read_only: bool = False) -> k8s.core.v1.VolumeMountArgs:
    return k8s.core.v1.VolumeMountArgs(name=volume, mount_path=path, read_only=read_only or None)


def _file(volume: str, key: str, path: str) -> k8s.core.v1.VolumeMountArgs:
    return k8s.core.v1.VolumeMountArgs(name=volume, mount_path=path, sub_path=key, read_only=True)
