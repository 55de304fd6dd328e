"""Tags of what EKS Auto Mode makes by itself, nodes and their disks: Pulumi's provider never sees those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.policies import allow

MADE: Mapping[str, Sequence[str]] = {
    "ec2:CreateFleet": (
        "fleet",
        "instance",
        "launch-template",
        "network-interface",
        "spot-instances-request",
        "volume",
    ),
    "ec2:RunInstances": ("instance", "launch-template", "network-interface", "spot-instances-request", "volume"),
    "ec2:CreateLaunchTemplate": ("launch-template",),
    "ec2:CreateNetworkInterface": ("network-interface",),
    "ec2:CreateVolume": ("volume",),
}
"""What each call makes, of EKS's own example (user guide, "Custom AWS tags for EKS Auto resources")."""


def may_tag(cluster_name: str, region: str, account_id: str) -> list[dict[str, Any]]:
    """The statements that let the cluster's role give tags of one's own, beyond EKS's managed policies.

    They hold for what is made for this cluster alone: EKS tags each request with its name.
    """
    own = {"StringEquals": {"aws:RequestTag/eks:eks-cluster-name": cluster_name}}
    return [
        allow([action], [f"arn:aws:ec2:{region}:{account_id}:{kind}/*" for kind in kinds], Condition=own)
        for action, kinds in MADE.items()
    ]


def volume_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags as parameters of a StorageClass."""
    return {f"tagSpecification_{n}": f"{key}={value}" for n, (key, value) in enumerate(sorted(tags.items()), start=1)}
