"""Who may use a cluster's API: its administrators, and the nodes that join it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
NODE_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy"


def access_entries(
    name: str,
    cluster_name: pulumi.Input[str],
    administrators: Sequence[str],
    node_role_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Resource]:
    """An access entry with its policy for each of `administrators` (IAM principal ARNs) and for the nodes of Auto Mode.

    EKS makes the nodes' by itself only for pools of its own. [EKS user guide, "Create a Node Class for Amazon EKS"]
    Returns what has to stand before anything is put on the cluster, or runs there.
    """
    admins = [(f"{name}-admin-{principal_name(who)}", who, "STANDARD", ADMIN_POLICY) for who in administrators]
    return [
        _entry(entry, cluster_name, principal, kind, policy, opts)
        for entry, principal, kind, policy in (*admins, (f"{name}-nodes", node_role_arn, "EC2", NODE_POLICY))
    ]


def _entry(
    name: str,
    cluster_name: pulumi.Input[str],
    principal: pulumi.Input[str],
    kind: str,
    policy: str,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    entry = aws.eks.AccessEntry(name, cluster_name=cluster_name, principal_arn=principal, type=kind, opts=opts)
    return aws.eks.AccessPolicyAssociation(
        name,
        cluster_name=cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=policy,
        access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
        opts=opts,
    )


def principal_name(arn: str) -> str:
    """A name for an IAM principal among others: with its path, and its kind unless it is a role."""
    return arn.split(":", 5)[-1].removeprefix("role/").replace("/", "-")
