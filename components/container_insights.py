"""Container metrics and logs of one cluster in CloudWatch, by the add-on that AWS keeps for it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming
from components.node_pool import NodePool, addon_tolerations
from components.policies import pod_trust

ADDON = "amazon-cloudwatch-observability"
NAMESPACE, ACCOUNT = "amazon-cloudwatch", "cloudwatch-agent"
AGENT_POLICY = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
LOG_GROUPS = ("application", "dataplane", "host", "performance")


@dataclass(frozen=True, kw_only=True)
class ContainerInsightsArgs:
    """The cluster that is watched, by the name that it has once it stands, and the pool on whose nodes its manager runs."""

    cluster_name: pulumi.Input[str]
    log_retention_days: int
    logs_key_arn: pulumi.Input[str]
    pool: NodePool


class ContainerInsights(pulumi.ComponentResource):
    """The CloudWatch agent and Fluent Bit on every node.

    Creates: the four log groups that they write to, encrypted and with an end, before they make them without; an IAM
    role for the agent by EKS Pod Identity; the add-on. Its agents tolerate every taint by themselves, its one manager
    none: it gets a place on the pool. What the add-on takes and where its Fluent Bit writes:
    aws-observability/helm-charts, charts/amazon-cloudwatch-observability/values.yaml.
    """

    def __init__(self, name: str, args: ContainerInsightsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:containerinsights:ContainerInsights", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        groups = [
            aws.cloudwatch.LogGroup(
                f"{name}-{group}",
                name=pulumi.Output.concat("/aws/containerinsights/", args.cluster_name, "/", group).apply(log_group),
                retention_in_days=args.log_retention_days,
                kms_key_id=args.logs_key_arn,
                opts=child,
            )
            for group in LOG_GROUPS
        ]
        role = aws.iam.Role(
            naming.logical(naming.ROLE, f"{name}-agent"),
            assume_role_policy=pod_trust(args.cluster_name, NAMESPACE, ACCOUNT),
            opts=child,
        )
        attachment = aws.iam.RolePolicyAttachment(f"{name}-agent", role=role.name, policy_arn=AGENT_POLICY, opts=child)
        aws.eks.Addon(
            f"{name}-addon",
            cluster_name=args.cluster_name,
            addon_name=ADDON,
            pod_identity_associations=[
                aws.eks.AddonPodIdentityAssociationArgs(service_account=ACCOUNT, role_arn=role.arn)
            ],
            configuration_values=json.dumps({"manager": {"tolerations": addon_tolerations(args.pool.pool)}}),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*groups, attachment, args.pool]),
        )
        self.register_outputs({})


def log_group(name: str) -> str:
    """The name of a log group, as AWS takes it; the add-on chooses it by the cluster's. Raises InvalidName."""
    return naming.physical(naming.LOG_GROUP, name)
