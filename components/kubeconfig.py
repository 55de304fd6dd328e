"""How a Kubernetes provider reaches an EKS cluster: by a token that it fetches when it needs one, and stores nowhere."""

from __future__ import annotations

import pulumi


def kubeconfig(
    cluster: str, region: str, endpoint: pulumi.Input[str], authority: pulumi.Input[str]
) -> pulumi.Output[str]:
    """A kubeconfig (JSON) that runs `aws eks get-token`; `authority` is the cluster's certificate authority in base64."""
    where = {"server": endpoint, "certificate-authority-data": authority}
    return pulumi.Output.json_dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": cluster, "cluster": where}],
            "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
            "current-context": cluster,
            "users": [{"name": cluster, "user": {"exec": _token_command(cluster, region)}}],
        }
    )


def _token_command(cluster: str, region: str) -> dict[str, object]:
    command = ["eks", "get-token", "--cluster-name", cluster, "--region", region]
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "aws",
        "args": [*command, "--output", "json"],
        "interactiveMode": "Never",
    }
