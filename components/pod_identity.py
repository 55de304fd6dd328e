"""Whom the pods of one service account are to AWS: an IAM role by EKS Pod Identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components import naming
from components.policies import document, pod_trust


def pod_identity(
    name: str,
    cluster_name: pulumi.Input[str],
    namespace: str,
    account: str,
    labels: Mapping[str, str],
    policies: Mapping[str, Sequence[Mapping[str, Any]]],
    opts: pulumi.ResourceOptions,
) -> aws.eks.PodIdentityAssociation:
    """Creates a role, its `policies` (statements by logical name), the service account, and what ties it to the role.

    Returns the last, before which no pod may start: EKS gives an identity to pods that start after it, and to no other.
    The policies come before it, and go after the pods.
    """
    role = aws.iam.Role(
        naming.logical(naming.ROLE, f"{name}-pods"),
        assume_role_policy=pod_trust(cluster_name, namespace, account),
        opts=opts,
    )
    allowed = [
        aws.iam.RolePolicy(policy, role=role.id, policy=document(*statements), opts=opts)
        for policy, statements in policies.items()
    ]
    k8s.core.v1.ServiceAccount(
        f"{name}-account",
        metadata=k8s.meta.v1.ObjectMetaArgs(name=account, namespace=namespace, labels=labels),
        automount_service_account_token=False,
        opts=opts,
    )
    return aws.eks.PodIdentityAssociation(
        f"{name}-pods",
        cluster_name=cluster_name,
        namespace=namespace,
        service_account=account,
        role_arn=role.arn,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=allowed)),
    )
