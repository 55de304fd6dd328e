"""PostgreSQL in one region: a Multi-AZ primary, its read replicas, or the replica of another region's primary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components import naming
from components.client_access import client_access
from components.kept_secret import SecretKeys, keep
from components.policies import on_behalf_of, trust
from components.postgres_parameters import apply_method, parameters

BORN_WITH = ("engine", "dbName", "username")
"""What a promoted instance has from its source. The plugin would replace the instance for a change of any of them."""
LOGS = ("postgresql", "upgrade")
"""What RDS for PostgreSQL exports."""
MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """Sizing and placement of one PostgreSQL primary and its read replicas.

    `clients` are the security groups that may connect, by a name each; `copies_from` those of other servers that this
    one subscribes to, when shards move to it. `primary_host` and `replica_hosts` are private
    names in the zone `private_zone_id`, one a replica. `replicate_from` is the ARN of the primary in another region:
    this region's first instance is then its replica. `memory_gib` is that of the class, by which the parameters are
    sized; `maintenance_windows` are the primary's and one for each replica. `password` is the administrator's, the same
    in every region.

    RDS makes no replica of what led once. So each time that a region loses the lead, its server goes on in the next
    `generation`: new instances, whose names say so from the second on. `kept` are generations that led once and stay as
    they were, a primary with `kept_replicas` each.
    """

    account_id: str
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    clients: Mapping[str, pulumi.Input[str]]
    private_zone_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    log_retention_days: int
    secret_keys: SecretKeys
    engine_version: str
    database_name: str
    administrator: str
    instance_class: str
    memory_gib: int
    storage_gib: int
    max_storage_gib: int
    multi_az: bool
    read_replicas: int
    port: int
    primary_host: str
    replica_hosts: Sequence[str]
    backup_retention_days: int
    backup_window: str
    maintenance_windows: Sequence[str]
    password: pulumi.Input[str]
    replicate_from: pulumi.Input[str] | None = None
    copies_from: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    generation: int = 1
    kept: Sequence[int] = ()
    kept_replicas: int = 0


class Postgres(pulumi.ComponentResource):
    """A PostgreSQL server group: one primary (or cross-region replica) and read replicas that follow it.

    Creates: a subnet group, a parameter group, a security group that lets in its clients only, the enhanced-monitoring
    role, the administrator's secret in Secrets Manager (a standby's opens what is promoted there), the primary instance,
    `read_replicas` replicas, a private name for each of these, and the instances of kept generations; each instance's log
    groups, encrypted and with an end, before RDS makes them without. The instances are protected, and leave a final
    snapshot, but for replicas, of which RDS takes none. Storage is gp3 with the IOPS and throughput that its size
    includes: none is stated, since RDS refuses figures below those.

    Outputs: `leads` (False for a cross-region replica), `primary_arn`, `primary_identifier`, `replica_identifiers`,
    `primary_endpoint` (host name), `replica_endpoints`, `port`, `security_group_id`; of the administrator `secret_arn`
    and `password`, a Pulumi secret.
    """

    leads: bool
    primary_arn: pulumi.Output[str]
    primary_identifier: pulumi.Output[str]
    replica_identifiers: list[pulumi.Output[str]]
    primary_endpoint: pulumi.Output[str]
    replica_endpoints: list[pulumi.Output[str]]
    port: int
    security_group_id: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    password: pulumi.Output[str]

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:postgres:Postgres", name, None, opts)
        if len(args.maintenance_windows) <= max(args.read_replicas, args.kept_replicas):
            raise ValueError(f"{name}: {len(args.maintenance_windows)} maintenance_windows are too few for its members")
        if len(args.replica_hosts) != args.read_replicas:
            raise ValueError(f"{name}: {args.read_replicas} read replicas but {len(args.replica_hosts)} replica_hosts")
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.port = args.port

        self._subnet_group = aws.rds.SubnetGroup(f"{name}-subnets", subnet_ids=list(args.subnet_ids), opts=self._child)
        self._parameter_group = self._parameters()
        self.security_group_id = client_access(name, "PostgreSQL", args.vpc_id, self.port, args.clients, self._child)
        self._copies(self.security_group_id)
        self._monitoring_role, self._monitored = self._monitoring()

        self.leads, self.password = args.replicate_from is None, pulumi.Output.secret(args.password)
        primary = self._primary(args.generation) if self.leads else self._follower(args.generation)
        self.secret_arn = self._secret(self.password, primary)
        replicas = self._replicas(primary, args.generation, args.read_replicas)
        for generation in args.kept:
            self._former(generation)
        self._private_name("primary", args.primary_host, primary)
        for number, (host, replica) in enumerate(zip(args.replica_hosts, replicas, strict=True), start=1):
            self._private_name(f"replica-{number}", host, replica)

        self.primary_identifier = primary.identifier
        self.replica_identifiers = [replica.identifier for replica in replicas]
        self.primary_arn = primary.arn
        self.primary_endpoint = primary.address
        self.replica_endpoints = [replica.address for replica in replicas]
        self.register_outputs(
            {
                "primary_arn": self.primary_arn,
                "primary_endpoint": self.primary_endpoint,
                "replica_endpoints": self.replica_endpoints,
            }
        )

    def _parameters(self) -> aws.rds.ParameterGroup:
        parameter, stated = aws.rds.ParameterGroupParameterArgs, parameters(self._args.memory_gib)
        return aws.rds.ParameterGroup(
            f"{self._name}-parameters",
            family=f"postgres{self._args.engine_version.split('.')[0]}",
            description=f"Parameters of {self._name}",
            parameters=[
                parameter(name=key, value=value, apply_method=apply_method(key)) for key, value in stated.items()
            ],
            opts=self._child,
        )

    def _copies(self, own: pulumi.Output[str]) -> None:
        """Lets this server out to the servers that it copies from, and lets it in there."""
        for server, group in self._args.copies_from.items():
            ports = {"ip_protocol": "tcp", "from_port": self.port, "to_port": self.port}
            name = f"{self._name}-from-{server}"
            aws.vpc.SecurityGroupEgressRule(
                name, security_group_id=own, referenced_security_group_id=group, **ports, opts=self._child
            )
            aws.vpc.SecurityGroupIngressRule(
                name, security_group_id=group, referenced_security_group_id=own, **ports, opts=self._child
            )

    def _monitoring(self) -> tuple[aws.iam.Role, pulumi.Resource]:
        """The role, and what lets it monitor: RDS tries it when an instance is made."""
        role = aws.iam.Role(
            naming.logical(naming.ROLE, f"{self._name}-monitoring"),
            assume_role_policy=trust(
                "monitoring.rds.amazonaws.com",
                Condition=on_behalf_of(
                    self._args.account_id, f"arn:aws:rds:{self._args.region}:{self._args.account_id}:db:*"
                ),
            ),
            opts=self._child,
        )
        allowed = aws.iam.RolePolicyAttachment(
            f"{self._name}-monitoring", role=role.name, policy_arn=MONITORING_POLICY, opts=self._child
        )
        return role, allowed

    def _primary(self, generation: int) -> aws.rds.Instance:
        """An instance that takes writes: made as one, or promoted."""
        return self._instance(0, generation, password=self.password, recoverable=True)

    def _follower(self, generation: int) -> aws.rds.Instance:
        """The replica of another region's primary, which has the region's private primary name: it may be promoted."""
        return self._instance(0, generation, replicate_from=self._args.replicate_from, recoverable=True)

    def _replicas(self, primary: aws.rds.Instance, generation: int, count: int) -> list[aws.rds.Instance]:
        """Read replicas in the same subnet group, which makes RDS want the source by its ARN."""
        return [self._instance(number, generation, replicate_from=primary.arn) for number in range(1, count + 1)]

    def _former(self, generation: int) -> None:
        """A generation that led once, as it was: no name leads to it, and nothing follows it but its own replicas."""
        primary = self._primary(generation)
        self._replicas(primary, generation, self._args.kept_replicas)

    def _instance(
        self,
        number: int,
        generation: int,
        *,
        password: pulumi.Input[str] | None = None,
        replicate_from: pulumi.Input[str] | None = None,
        recoverable: bool = False,
    ) -> aws.rds.Instance:
        """The primary, number 0, or a replica, which takes engine, database, login and disk from its source.

        `recoverable` keeps backups, also once the instance is gone.
        """
        own, args, role = replicate_from is None, self._args, f"replica-{number}" if number else "primary"
        name = f"{self._name}-{role}" if generation == 1 else f"{self._name}-g{generation}-{role}"
        identifier = naming.physical(naming.DATABASE_INSTANCE, name)
        return aws.rds.Instance(
            name,
            identifier=identifier,
            engine="postgres" if own else None,
            engine_version=args.engine_version if own else None,
            db_name=args.database_name if own else None,
            username=args.administrator if own else None,
            password=password,
            allocated_storage=args.storage_gib if own else None,
            replicate_source_db=replicate_from,
            multi_az=args.multi_az and recoverable,
            backup_retention_period=args.backup_retention_days if recoverable else None,
            backup_window=args.backup_window if recoverable else None,
            delete_automated_backups=False if recoverable else None,
            instance_class=args.instance_class,
            max_allocated_storage=args.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=args.key_arn,
            db_subnet_group_name=self._subnet_group.name,
            parameter_group_name=self._parameter_group.name,
            vpc_security_group_ids=[self.security_group_id],
            port=args.port,
            publicly_accessible=False,
            auto_minor_version_upgrade=False,
            apply_immediately=False,
            maintenance_window=args.maintenance_windows[number],
            copy_tags_to_snapshot=True,
            deletion_protection=True,
            # RDS takes no snapshot of a replica when it is deleted, and refuses to be asked for one.
            skip_final_snapshot=not own,
            final_snapshot_identifier=naming.physical(naming.SNAPSHOT, f"{name}-final") if own else None,
            iam_database_authentication_enabled=True,
            enabled_cloudwatch_logs_exports=list(LOGS),
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.key_arn,
            performance_insights_retention_period=7,
            monitoring_interval=15,
            monitoring_role_arn=self._monitoring_role.arn,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=True,
                ignore_changes=list(BORN_WITH) if own else None,
                depends_on=[self._monitored, *self._logs(name, identifier)],
            ),
        )

    def _logs(self, name: str, identifier: str) -> list[pulumi.Resource]:
        """The groups that an instance writes to. They hold statements with their values, as the database does."""
        return [
            aws.cloudwatch.LogGroup(
                f"{name}-{kind}",
                name=naming.physical(naming.LOG_GROUP, f"/aws/rds/instance/{identifier}/{kind}"),
                retention_in_days=self._args.log_retention_days,
                kms_key_id=self._args.logs_key_arn,
                opts=self._child,
            )
            for kind in LOGS
        ]

    def _secret(self, password: pulumi.Output[str], primary: aws.rds.Instance) -> pulumi.Output[str]:
        login = {
            "engine": "postgres",
            "host": primary.address,
            "port": self.port,
            "dbname": self._args.database_name,
            "username": self._args.administrator,
            "password": password,
        }
        what = f"Administrator of {self._name}"
        return keep(f"{self._name}-administrator", what, login, self._args.secret_keys, self)

    def _private_name(self, role: str, host: str, instance: aws.rds.Instance) -> None:
        """A name for people and tools. Poolers use the endpoint, whose certificate carries its name; this one's doesn't."""
        aws.route53.Record(
            f"{self._name}-{role}-name",
            zone_id=self._args.private_zone_id,
            name=host,
            type="CNAME",
            ttl=30,
            records=[instance.address],
            opts=self._child,
        )
