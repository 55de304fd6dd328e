"""What runs on the clusters: pods are paid with their nodes; volumes and load balancers that they ask for, here."""

from __future__ import annotations

from typing import Any

from infra.cost.rules.edge import network_balancer
from infra.cost.rules.eks import component_group
from infra.cost.subject import Outcome, Subject
from infra.cost.workloads import volume_gib, workload

_ON_NODES = "its pods run on priced nodes"
_OBJECT = "an object of the cluster's API"


def stateful_set(pods: Subject) -> Outcome:
    """A volume for each pod of each claim template."""
    spec: Any = pods.inputs["spec"]
    count = workload(pods.plan, pods.resource).pods
    for template in spec.get("volumeClaimTemplates") or ():
        gib = volume_gib(template["spec"])
        basis = f"{count.expected} volumes of {gib} GiB"
        yield pods.charge(component_group(pods), "ebs", "gp3 storage", "GB-month", count * gib, basis)


def volume_claim(claim: Subject) -> Outcome:
    """A volume of its own."""
    spec: Any = claim.inputs["spec"]
    gib = volume_gib(spec)
    yield claim.charge(component_group(claim), "ebs", "gp3 storage", "GB-month", gib, f"1 volume of {gib} GiB")


def service(entry: Subject) -> Outcome:
    """A Service of type LoadBalancer makes a network load balancer; another one costs nothing."""
    spec: Any = entry.inputs.get("spec") or {}
    if spec.get("type") == "LoadBalancer":
        yield from network_balancer(entry)


PRICED = {
    "kubernetes:apps/v1:StatefulSet": stateful_set,
    "kubernetes:core/v1:PersistentVolumeClaim": volume_claim,
    "kubernetes:core/v1:Service": service,
}
FREE = {
    "kubernetes:apps/v1:DaemonSet": _ON_NODES,
    "kubernetes:apps/v1:Deployment": _ON_NODES,
    "kubernetes:batch/v1:CronJob": _ON_NODES,
    "kubernetes:batch/v1:Job": _ON_NODES,
    "kubernetes:core/v1:Pod": _ON_NODES,
    **{
        f"kubernetes:{name}": _OBJECT
        for name in (
            "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
            "apiextensions.k8s.io/v1:CustomResourceDefinition",
            "apiregistration.k8s.io/v1:APIService",
            "autoscaling/v2:HorizontalPodAutoscaler",
            "core/v1:ConfigMap",
            "core/v1:Endpoints",
            "core/v1:LimitRange",
            "core/v1:Namespace",
            "core/v1:ResourceQuota",
            "core/v1:Secret",
            "core/v1:ServiceAccount",
            "eks.amazonaws.com/v1:IngressClassParams",
            "eks.amazonaws.com/v1:TargetGroupBinding",
            "networking.k8s.io/v1:Ingress",
            "networking.k8s.io/v1:IngressClass",
            "networking.k8s.io/v1:NetworkPolicy",
            "policy/v1:PodDisruptionBudget",
            "rbac.authorization.k8s.io/v1:ClusterRole",
            "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
            "rbac.authorization.k8s.io/v1:Role",
            "rbac.authorization.k8s.io/v1:RoleBinding",
            "scheduling.k8s.io/v1:PriorityClass",
            "storage.k8s.io/v1:StorageClass",
        )
    },
}
