"""What all pods here have in common: the restricted security standard, standing apart, restarts, draining one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as k8s

USER_ID = 10001
NAME_LABEL = "app.kubernetes.io/name"
COMPONENT_LABEL = "app.kubernetes.io/component"
TURN_MINUTES = 5
"""What one turn of a rollout may take: a new server takes about two minutes, and a pod may start for two and a half."""


def pod_security(user_id: int = USER_ID) -> k8s.core.v1.PodSecurityContextArgs:
    """A pod that runs as one unprivileged user, which also owns its volumes."""
    return k8s.core.v1.PodSecurityContextArgs(
        run_as_non_root=True,
        run_as_user=user_id,
        run_as_group=user_id,
        fs_group=user_id,
        seccomp_profile=k8s.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
    )


def container_security() -> k8s.core.v1.SecurityContextArgs:
    """A container without capabilities, that gains none and writes to its volumes alone."""
    return k8s.core.v1.SecurityContextArgs(
        allow_privilege_escalation=False,
        read_only_root_filesystem=True,
        capabilities=k8s.core.v1.CapabilitiesArgs(drop=["ALL"]),
    )


def spread(
    labels: dict[str, str], *, zone: str = "ScheduleAnyway", node: str = "ScheduleAnyway"
) -> list[k8s.core.v1.TopologySpreadConstraintArgs]:
    """Pods of these labels apart, over zones and over nodes; what happens to one that finds neither: see `zone`, `node`."""
    return [
        k8s.core.v1.TopologySpreadConstraintArgs(
            max_skew=1,
            topology_key=key,
            when_unsatisfiable=unsatisfiable,
            label_selector=k8s.meta.v1.LabelSelectorArgs(match_labels=labels),
        )
        for key, unsatisfiable in (("topology.kubernetes.io/zone", zone), ("kubernetes.io/hostname", node))
    ]


def digest(*texts: str) -> str:
    """A short digest of configuration files: as a pod annotation it restarts the pods when one of them changes."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:8]


def patience(pods: int, at_once: int) -> pulumi.CustomTimeouts:
    """How long Pulumi waits for a rollout of `pods`, `at_once` in each turn. By itself it gives up after 10 minutes."""
    turns = -(-pods // at_once)
    return pulumi.CustomTimeouts(create=f"{4 * TURN_MINUTES}m", update=f"{(turns + 3) * TURN_MINUTES}m")


def rolling(
    labels: dict[str, str],
    annotations: Mapping[str, pulumi.Input[str]],
    pod: k8s.core.v1.PodSpecArgs,
    *,
    component: str | None = None,
    replicas: int | None = None,
    surge: int = 1,
    min_ready_seconds: int = 5,
) -> k8s.apps.v1.DeploymentSpecArgs:
    """A Deployment of pods that are made anew `surge` at a time, with none missing meanwhile.

    `component` labels the pods beyond what selects them. Under an HPA there is no `replicas`.
    """
    own = {**labels, COMPONENT_LABEL: component} if component else labels
    return k8s.apps.v1.DeploymentSpecArgs(
        replicas=replicas,
        selector=k8s.meta.v1.LabelSelectorArgs(match_labels=labels),
        strategy=k8s.apps.v1.DeploymentStrategyArgs(
            type="RollingUpdate",
            rolling_update=k8s.apps.v1.RollingUpdateDeploymentArgs(max_surge=surge, max_unavailable=0),
        ),
        min_ready_seconds=min_ready_seconds,
        revision_history_limit=5,
        template=k8s.core.v1.PodTemplateSpecArgs(
            metadata=k8s.meta.v1.ObjectMetaArgs(labels=own, annotations=annotations), spec=pod
        ),
    )


def disruption_budget(
    name: str,
    metadata: k8s.meta.v1.ObjectMetaArgs,
    labels: dict[str, str],
    opts: pulumi.ResourceOptions,
    max_unavailable: int = 1,
) -> None:
    """A PodDisruptionBudget `<name>-pdb` for the pods of these labels: so many at a time, so that a node drains.

    Pods that aren't ready go in any case: by Kubernetes' own rule one that never becomes ready would hold its node for
    ever. [Kubernetes documentation, "Unhealthy Pod Eviction Policy"]
    """
    k8s.policy.v1.PodDisruptionBudget(
        f"{name}-pdb",
        metadata=metadata,
        spec=k8s.policy.v1.PodDisruptionBudgetSpecArgs(
            max_unavailable=max_unavailable,
            unhealthy_pod_eviction_policy="AlwaysAllow",
            selector=k8s.meta.v1.LabelSelectorArgs(match_labels=labels),
        ),
        opts=opts,
    )


def cluster_service(
    name: str,
    metadata: k8s.meta.v1.ObjectMetaArgs,
    labels: Mapping[str, str],
    ports: Mapping[str, int],
    opts: pulumi.ResourceOptions,
) -> None:
    """A Service `<name>-service` within the cluster for the pods of these labels; each port leads to theirs of its name."""
    k8s.core.v1.Service(
        f"{name}-service",
        metadata=metadata,
        spec=k8s.core.v1.ServiceSpecArgs(
            type="ClusterIP",
            selector=labels,
            ports=[k8s.core.v1.ServicePortArgs(name=port, port=ports[port], target_port=port) for port in ports],
        ),
        opts=opts,
    )


def data_volume(storage_class: str, storage_gib: int) -> k8s.core.v1.PersistentVolumeClaimArgs:
    """The volume `data` of each pod of a StatefulSet."""
    return k8s.core.v1.PersistentVolumeClaimArgs(
        metadata=k8s.meta.v1.ObjectMetaArgs(name="data"),
        spec=k8s.core.v1.PersistentVolumeClaimSpecArgs(
            access_modes=["ReadWriteOnce"],
            storage_class_name=storage_class,
            resources=k8s.core.v1.VolumeResourceRequirementsArgs(requests={"storage": f"{storage_gib}Gi"}),
        ),
    )
