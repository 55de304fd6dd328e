"""The Redis-compatible cache of one region: an ElastiCache group for Valkey, in cluster mode from its first node on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components import naming
from components.client_access import client_access
from components.policies import allow

APP_ACCESS = "on ~* &* +@all -@dangerous"
"""The application's access string: every key and channel; no command that empties, scans or reconfigures the cache."""


@dataclass(frozen=True, kw_only=True)
class RedisArgs:
    """Sizing and placement of one cache: `shards` of `nodes_per_shard` nodes each, a primary and its replicas.

    `clients` are the security groups that may connect, by name. `subnet_ids` lie in several zones. `leads` makes the
    group the first member of a Global Datastore; `datastore_id` joins that of another region, and then engine, node
    type, shards and parameters are that one's: the fields here aren't used.
    """

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    clients: Mapping[str, pulumi.Input[str]]
    key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    engine_version: str
    node_type: str
    shards: int
    nodes_per_shard: int
    port: int
    eviction_policy: str
    snapshot_retention_days: int
    snapshot_window: str
    maintenance_window: str
    log_retention_days: int
    leads: bool = False
    datastore_id: pulumi.Input[str] | None = None


class Redis(pulumi.ComponentResource):
    """An encrypted ElastiCache replication group for Valkey, reached over TLS by IAM identities alone.

    Creates: a subnet group, a security group with a rule for each client, a parameter group (not for a group that
    joins), an IAM user for the application and its user group, log groups for slow commands and the engine, the
    replication group, and for a group that leads the Global Datastore.

    Cluster mode is on even with one node, since it can't be turned on later without a change of client; with it, shards,
    replicas and node type all change online. A Valkey user group needs no `default` user, and without one nobody
    connects who has no identity.

    Outputs: `group_id`, `user` and `nodes` (each node's CacheClusterId), which are plain strings, `replicated` (whether
    shards have replicas), `endpoint`, `port`, `connect` (the policy statement that lets a role
    connect), `datastore_id` (None in a single region).
    """

    group_id: str
    user: str
    nodes: list[str]
    replicated: bool
    port: int
    endpoint: pulumi.Output[str]
    connect: dict[str, Any]
    datastore_id: pulumi.Input[str] | None

    def __init__(self, name: str, args: RedisArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:redis:Redis", name, None, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.group_id, self.port = naming.physical(naming.CACHE, name), args.port
        self.user = naming.physical(naming.CACHE, f"{name}-app")
        self.nodes = node_ids(self.group_id, args.shards, args.nodes_per_shard)
        self.replicated = args.nodes_per_shard > 1

        subnets = aws.elasticache.SubnetGroup(
            f"{name}-subnets",
            name=naming.physical(naming.CACHE_GROUP, self.group_id),
            description=f"Data subnets of {name}",
            subnet_ids=list(args.subnet_ids),
            opts=self._child,
        )
        user = self._app_user()
        access = client_access(name, "Valkey", args.vpc_id, self.port, args.clients, self._child)
        group = self._group(subnets, access, self._user_group(user))
        self.datastore_id = self._datastore(group) if args.leads else args.datastore_id

        self.endpoint = group.configuration_endpoint_address
        self.connect = allow(["elasticache:Connect"], [group.arn, user.arn])
        self.register_outputs({"group_id": self.group_id, "endpoint": self.endpoint, "user": self.user})

    def _app_user(self) -> aws.elasticache.User:
        """An identity without a password: IAM wants the user's name to be its id."""
        return aws.elasticache.User(
            f"{self._name}-app",
            user_id=self.user,
            user_name=self.user,
            engine="valkey",
            access_string=APP_ACCESS,
            authentication_mode=aws.elasticache.UserAuthenticationModeArgs(type="iam"),
            opts=self._child,
        )

    def _user_group(self, user: aws.elasticache.User) -> aws.elasticache.UserGroup:
        return aws.elasticache.UserGroup(
            f"{self._name}-users",
            user_group_id=self.group_id,
            engine="valkey",
            user_ids=[user.user_id],
            opts=self._child,
        )

    def _group(
        self,
        subnets: aws.elasticache.SubnetGroup,
        security_group_id: pulumi.Output[str],
        users: aws.elasticache.UserGroup,
    ) -> aws.elasticache.ReplicationGroup:
        """Never with `node_group_configurations`: adding or removing them replaces the group."""
        args, own = self._args, self._args.datastore_id is None
        parameters = self._parameters() if own else None
        # In a Global Datastore these are changed there, for all its members.
        led = ["engineVersion", "nodeType", "numNodeGroups", "parameterGroupName"] if args.leads else None
        return aws.elasticache.ReplicationGroup(
            f"{self._name}-group",
            replication_group_id=self.group_id,
            description=f"Valkey of {self._name}",
            global_replication_group_id=args.datastore_id,
            engine="valkey" if own else None,
            engine_version=args.engine_version if own else None,
            cluster_mode="enabled" if own else None,
            node_type=args.node_type if own else None,
            num_node_groups=args.shards if own else None,
            parameter_group_name=parameters.name if parameters else None,
            at_rest_encryption_enabled=True if own else None,
            transit_encryption_enabled=True if own else None,
            transit_encryption_mode="required" if own else None,
            replicas_per_node_group=args.nodes_per_shard - 1,
            # Cluster mode wants automatic failover even of one node; several zones want a replica.
            automatic_failover_enabled=True,
            multi_az_enabled=args.nodes_per_shard > 1,
            kms_key_id=args.key_arn,
            port=args.port,
            subnet_group_name=subnets.name,
            security_group_ids=[security_group_id],
            user_group_ids=[users.user_group_id],
            auto_minor_version_upgrade=False,
            apply_immediately=True,
            maintenance_window=args.maintenance_window,
            snapshot_retention_limit=args.snapshot_retention_days,
            snapshot_window=args.snapshot_window,
            final_snapshot_identifier=naming.physical(naming.SNAPSHOT, f"{self.group_id}-final"),
            log_delivery_configurations=[self._log(kind) for kind in ("slow-log", "engine-log")],
            opts=pulumi.ResourceOptions(parent=self, protect=True, ignore_changes=led),
        )

    def _parameters(self) -> aws.elasticache.ParameterGroup:
        args = self._args
        parameter = aws.elasticache.ParameterGroupParameterArgs
        return aws.elasticache.ParameterGroup(
            f"{self._name}-parameters",
            family=f"valkey{args.engine_version.split('.')[0]}",
            description=f"Parameters of {self._name}",
            parameters=[parameter(name=key, value=value) for key, value in parameters(args.eviction_policy).items()],
            opts=self._child,
        )

    def _log(self, kind: str) -> aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs:
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-{kind}",
            name=naming.physical(naming.LOG_GROUP, f"/aws/elasticache/{self.group_id}/{kind}"),
            retention_in_days=self._args.log_retention_days,
            kms_key_id=self._args.logs_key_arn,
            opts=self._child,
        )
        return aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
            destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type=kind
        )

    def _datastore(self, group: aws.elasticache.ReplicationGroup) -> pulumi.Output[str]:
        """The Global Datastore. After a failover another member leads it, which must not replace it."""
        return aws.elasticache.GlobalReplicationGroup(
            f"{self._name}-datastore",
            global_replication_group_id_suffix=naming.physical(naming.DATASTORE, self.group_id),
            global_replication_group_description=f"{self._name} and the regions that follow it",
            primary_replication_group_id=group.id,
            engine_version=self._args.engine_version,
            cache_node_type=self._args.node_type,
            num_node_groups=self._args.shards,
            automatic_failover_enabled=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True, ignore_changes=["primaryReplicationGroupId"]),
        ).global_replication_group_id


def node_ids(group_id: str, shards: int, nodes_per_shard: int) -> list[str]:
    """The names that ElastiCache gives the nodes of a group in cluster mode: shard and node, counted from one."""
    places = ((shard, node) for shard in range(1, shards + 1) for node in range(1, nodes_per_shard + 1))
    return [f"{group_id}-{shard:04}-{node:03}" for shard, node in places]


def parameters(eviction_policy: str) -> dict[str, str]:
    """The parameters that differ from the engine's own; `eviction_policy` is `maxmemory-policy`'s value."""
    return {"cluster-enabled": "yes", "maxmemory-policy": eviction_policy}
