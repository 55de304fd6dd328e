"""The Kubernetes cluster of one region: EKS Auto Mode, who may use it, and the provider for what runs on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

from components import naming
from components.access_entries import access_entries
from components.kubeconfig import kubeconfig
from components.node_pool import NodePool, addon_tolerations
from components.node_tags import may_tag, volume_tags
from components.policies import allow, document, trust

CLUSTER_POLICIES = ("Cluster", "Compute", "BlockStorage", "LoadBalancing", "Networking")
NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
STORAGE_CLASS = "gp3-encrypted"
NODE_CLASS = "private"


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """Placement, version and access of one cluster.

    `administrators` are IAM principal ARNs; the one that runs `pulumi up` must be among them, since the creator of the
    cluster gets no rights of its own. `endpoint_cidrs` may reach the public API endpoint; empty makes it private. Services
    get their addresses from `service_cidr`, which can't be changed later. `tags` are those of nodes and volumes.
    """

    account_id: str
    region: str
    kubernetes_version: str
    subnet_ids: Sequence[pulumi.Input[str]]
    administrators: Sequence[str]
    endpoint_cidrs: Sequence[str]
    service_cidr: str
    cluster_key_arn: pulumi.Input[str]
    volumes_key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    log_retention_days: int
    tags: Mapping[str, str]


class Cluster(pulumi.ComponentResource):
    """An EKS Auto Mode cluster in private subnets.

    Creates: cluster and node roles, the log group of the control plane, the cluster (secrets encrypted, API
    authentication, all five logs), an access entry for each administrator and for nodes, metrics-server (`measure`),
    a Kubernetes provider that holds no token, an encrypted gp3 StorageClass, the NodeClass of all node pools, and the
    switch without which NetworkPolicies are accepted and enforced by nothing.

    Outputs: `cluster_name` (a plain string), `standing` (the same, for what AWS refuses before there is a cluster of that
    name), `provider`, `security_group_id` (of nodes and pods), `node_role_arn`, `node_class` and `storage_class` (names).
    """

    cluster_name: str
    standing: pulumi.Output[str]
    provider: k8s.Provider
    security_group_id: pulumi.Output[str]
    node_role_arn: pulumi.Output[str]
    node_class: str
    storage_class: str

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:cluster:Cluster", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.cluster_name = naming.physical(naming.CLUSTER, name)
        self.node_class, self.storage_class = NODE_CLASS, STORAGE_CLASS

        cluster_role, policies = self._cluster_role()
        node_role, node_policies = self._node_role()
        logs = aws.cloudwatch.LogGroup(
            f"{name}-control-plane",
            name=naming.physical(naming.LOG_GROUP, f"/aws/eks/{self.cluster_name}/cluster"),
            retention_in_days=args.log_retention_days,
            kms_key_id=args.logs_key_arn,
            opts=self._child,
        )
        self._cluster = self._eks(cluster_role, [*policies, *node_policies, logs])

        self.standing = self._cluster.name
        self.security_group_id = self._cluster.vpc_config.apply(lambda vpc: vpc.cluster_security_group_id or "")
        self.node_role_arn = node_role.arn
        self.provider = self._kubernetes(
            access_entries(name, self._cluster.name, args.administrators, node_role.arn, self._child)
        )
        self._storage_class()
        self._node_class(node_role)
        self._enforce_network_policies()
        self.register_outputs({"cluster_name": self.cluster_name, "security_group_id": self.security_group_id})

    def _cluster_role(self) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            naming.logical(naming.ROLE, f"{self._name}-cluster"),
            assume_role_policy=trust("eks.amazonaws.com", ("sts:AssumeRole", "sts:TagSession")),
            opts=self._child,
        )
        attached: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-{policy.lower()}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/AmazonEKS{policy}Policy",
                opts=self._child,
            )
            for policy in CLUSTER_POLICIES
        ]
        grants = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        volumes = [self._args.volumes_key_arn]
        use = [
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ]
        attached.append(
            aws.iam.RolePolicy(
                f"{self._name}-volumes",
                role=role.id,
                policy=document(
                    allow([*use, "kms:DescribeKey"], volumes), allow(["kms:CreateGrant"], volumes, Condition=grants)
                ),
                opts=self._child,
            )
        )
        attached.append(
            aws.iam.RolePolicy(
                f"{self._name}-tags",
                role=role.id,
                policy=document(*may_tag(self.cluster_name, self._args.region, self._args.account_id)),
                opts=self._child,
            )
        )
        return role, attached

    def _node_role(self) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        """The nodes' role, and its policies: they stand before the first node, and until the last one is gone."""
        role = aws.iam.Role(
            naming.logical(naming.ROLE, f"{self._name}-node"),
            assume_role_policy=trust("ec2.amazonaws.com"),
            opts=self._child,
        )
        attached: list[pulumi.Resource] = [
            aws.iam.RolePolicyAttachment(
                f"{self._name}-node-{policy.lower()}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
                opts=self._child,
            )
            for policy in NODE_POLICIES
        ]
        return role, attached

    def _eks(self, role: aws.iam.Role, first: list[pulumi.Resource]) -> aws.eks.Cluster:
        """Without a pool of EKS's own, whose disks have AWS's key, and so without a role for its nodes: EKS refuses one
        without the other. [terraform-aws-modules/terraform-aws-eks #3239]"""
        args = self._args
        return aws.eks.Cluster(
            f"{self._name}-eks",
            name=self.cluster_name,
            role_arn=role.arn,
            version=args.kubernetes_version,
            bootstrap_self_managed_addons=False,
            deletion_protection=True,
            access_config=aws.eks.ClusterAccessConfigArgs(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            compute_config=aws.eks.ClusterComputeConfigArgs(enabled=True),
            kubernetes_network_config=aws.eks.ClusterKubernetesNetworkConfigArgs(
                elastic_load_balancing=aws.eks.ClusterKubernetesNetworkConfigElasticLoadBalancingArgs(enabled=True),
                service_ipv4_cidr=args.service_cidr,
            ),
            storage_config=aws.eks.ClusterStorageConfigArgs(
                block_storage=aws.eks.ClusterStorageConfigBlockStorageArgs(enabled=True)
            ),
            encryption_config=aws.eks.ClusterEncryptionConfigArgs(
                provider=aws.eks.ClusterEncryptionConfigProviderArgs(key_arn=args.cluster_key_arn),
                resources=["secrets"],
            ),
            enabled_cluster_log_types=["api", "audit", "authenticator", "controllerManager", "scheduler"],
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            vpc_config=aws.eks.ClusterVpcConfigArgs(
                subnet_ids=list(args.subnet_ids),
                endpoint_private_access=True,
                endpoint_public_access=bool(args.endpoint_cidrs),
                public_access_cidrs=list(args.endpoint_cidrs) or None,
            ),
            opts=pulumi.ResourceOptions(parent=self, protect=True, depends_on=first),
        )

    def measure(self, pool: NodePool) -> None:
        """metrics-server, on nodes of `pool`: an add-on counts as made once its pods run."""
        aws.eks.Addon(
            f"{self._name}-metrics-server",
            cluster_name=self._cluster.name,
            addon_name="metrics-server",
            configuration_values=json.dumps({"tolerations": addon_tolerations(pool.pool)}),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[pool]),
        )

    def _kubernetes(self, granted: Sequence[pulumi.Resource]) -> k8s.Provider:
        """A provider that fetches a token when it needs one. The pinned identifier keeps a changed kubeconfig from
        replacing everything on the cluster."""
        authority = self._cluster.certificate_authority.apply(lambda ca: ca.data or "")
        return k8s.Provider(
            f"{self._name}-kubernetes",
            kubeconfig=kubeconfig(self.cluster_name, self._args.region, self._cluster.endpoint, authority),
            cluster_identifier=self.cluster_name,
            # Else a change of contents deletes the object and makes it anew, and no pod starts in between.
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=granted),
        )

    def _on_cluster(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=self.provider)

    def _storage_class(self) -> None:
        k8s.storage.v1.StorageClass(
            f"{self._name}-{STORAGE_CLASS}",
            metadata=k8s.meta.v1.ObjectMetaArgs(
                name=STORAGE_CLASS, annotations={"storageclass.kubernetes.io/is-default-class": "true"}
            ),
            provisioner="ebs.csi.eks.amazonaws.com",
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Retain",
            parameters={
                "type": "gp3",
                "encrypted": "true",
                "kmsKeyId": self._args.volumes_key_arn,
                **volume_tags(self._args.tags),
            },
            opts=self._on_cluster(),
        )

    def _node_class(self, node_role: aws.iam.Role) -> None:
        k8s.apiextensions.CustomResource(
            f"{self._name}-{NODE_CLASS}",
            api_version="eks.amazonaws.com/v1",
            kind="NodeClass",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=NODE_CLASS),
            spec={
                "role": node_role.name,
                "subnetSelectorTerms": [{"id": subnet} for subnet in self._args.subnet_ids],
                "securityGroupSelectorTerms": [{"id": self.security_group_id}],
                "networkPolicy": "DefaultAllow",
                "networkPolicyEventLogs": "Enabled",
                "tags": dict(self._args.tags),
                "ephemeralStorage": {"size": "80Gi", "kmsKeyID": self._args.volumes_key_arn},
            },
            opts=self._on_cluster(),
        )

    def _enforce_network_policies(self) -> None:
        """The policy controller is off without this ConfigMap (EKS user guide, "Use Network Policies with EKS Auto Mode")."""
        k8s.core.v1.ConfigMap(
            f"{self._name}-network-policy",
            metadata=k8s.meta.v1.ObjectMetaArgs(name="amazon-vpc-cni", namespace="kube-system"),
            data={"enable-network-policy-controller": "true"},
            opts=self._on_cluster(),
        )
