"""PostgreSQL in one region: a Multi-AZ primary, its read replicas, or the replica of another region's primary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components import naming
from components.policies import trust

MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """Sizing and placement of one PostgreSQL primary and its read replicas.

    `clients` are the security groups that may connect, by a name each; `copies_from` those of other servers that this
    one subscribes to, when shards move to it. `primary_host` and `replica_hosts` are private
    names in the zone `private_zone_id`, one a replica. `replicate_from` is the ARN of the primary in another region:
    this region's first instance is then its replica, and no password is made. Raising `password_epoch` makes a new
    administrator password. `log_exports` are the log types that go to CloudWatch.
    """

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    clients: Mapping[str, pulumi.Input[str]]
    private_zone_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    secrets_key_arn: pulumi.Input[str]
    engine_version: str
    database_name: str
    administrator: str
    instance_class: str
    storage_gib: int
    max_storage_gib: int
    multi_az: bool
    read_replicas: int
    port: int
    primary_host: str
    replica_hosts: Sequence[str]
    backup_retention_days: int
    backup_window: str
    maintenance_window: str
    password_epoch: int
    replicate_from: pulumi.Input[str] | None = None
    copies_from: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)


class Postgres(pulumi.ComponentResource):
    """A PostgreSQL server group: one primary (or cross-region replica) and read replicas that follow it.

    Creates: a subnet group, a parameter group, a security group that lets in its clients only, the enhanced-monitoring
    role, the administrator's password and its secret in Secrets Manager, the primary instance, `read_replicas`
    replicas, and a private name for each instance. The instances are protected, and leave a final snapshot. Storage is
    gp3 with the IOPS and throughput that its size includes: none is stated, since RDS refuses figures below those.

    Outputs: `primary_arn`, `primary_identifier`, `replica_identifiers`, `primary_endpoint` (host name),
    `replica_endpoints`, `port`, `security_group_id`; of the administrator `secret_arn` and `password`, a Pulumi secret
    (both None for a cross-region replica).
    """

    primary_arn: pulumi.Output[str]
    primary_identifier: pulumi.Output[str]
    replica_identifiers: list[pulumi.Output[str]]
    primary_endpoint: pulumi.Output[str]
    replica_endpoints: list[pulumi.Output[str]]
    port: int
    security_group_id: pulumi.Output[str]
    secret_arn: pulumi.Output[str] | None
    password: pulumi.Output[str] | None

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:postgres:Postgres", name, None, opts)
        if len(args.replica_hosts) != args.read_replicas:
            raise ValueError(f"{name}: {args.read_replicas} read replicas but {len(args.replica_hosts)} replica_hosts")
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.port = args.port

        self._subnet_group = aws.rds.SubnetGroup(f"{name}-subnets", subnet_ids=list(args.subnet_ids), opts=self._child)
        self._parameter_group = self._parameters()
        self.security_group_id = self._security_group()
        self._monitoring_role = self._monitoring()

        self.password = None if args.replicate_from else self._password()
        primary = self._primary(self.password)
        self.secret_arn = self._secret(self.password, primary) if self.password else None
        replicas = [self._replica(number, primary) for number in range(1, args.read_replicas + 1)]
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
        parameter = aws.rds.ParameterGroupParameterArgs
        return aws.rds.ParameterGroup(
            f"{self._name}-parameters",
            family=f"postgres{self._args.engine_version.split('.')[0]}",
            description=f"Parameters of {self._name}",
            parameters=[
                parameter(name="rds.force_ssl", value="1"),
                parameter(name="password_encryption", value="scram-sha-256"),
                parameter(name="log_min_duration_statement", value="1000"),
                parameter(
                    name="shared_preload_libraries",
                    value="pg_stat_statements,auto_explain",
                    apply_method="pending-reboot",
                ),
                parameter(name="auto_explain.log_min_duration", value="1000"),
                parameter(name="rds.logical_replication", value="1", apply_method="pending-reboot"),
            ],
            opts=self._child,
        )

    def _security_group(self) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-access",
            vpc_id=self._args.vpc_id,
            description=f"PostgreSQL of {self._name}, from its clients only",
            opts=self._child,
        )
        for client, client_group in self._args.clients.items():
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-from-{client}",
                security_group_id=group.id,
                referenced_security_group_id=client_group,
                ip_protocol="tcp",
                from_port=self.port,
                to_port=self.port,
                opts=self._child,
            )
        self._copies(group.id)
        return group.id

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

    def _monitoring(self) -> aws.iam.Role:
        role = aws.iam.Role(
            naming.logical(naming.ROLE, f"{self._name}-monitoring"),
            assume_role_policy=trust("monitoring.rds.amazonaws.com"),
            opts=self._child,
        )
        aws.iam.RolePolicyAttachment(
            f"{self._name}-monitoring", role=role.name, policy_arn=MONITORING_POLICY, opts=self._child
        )
        return role

    def _password(self) -> pulumi.Output[str]:
        """Letters and digits only: pool configs and URLs take it unquoted."""
        return random.RandomPassword(
            f"{self._name}-password",
            length=40,
            special=False,
            keepers={"epoch": str(self._args.password_epoch)},
            opts=self._child,
        ).result

    def _primary(self, password: pulumi.Output[str] | None) -> aws.rds.Instance:
        """The instance that the region's private primary name stands for."""
        if self._args.replicate_from is not None:
            return self._instance("primary", replicate_from=self._args.replicate_from, recoverable=True)
        return self._instance("primary", password=password, recoverable=True)

    def _replica(self, number: int, primary: aws.rds.Instance) -> aws.rds.Instance:
        """A read replica in the same subnet group, which makes RDS want the source by its ARN."""
        return self._instance(f"replica-{number}", replicate_from=primary.arn)

    def _instance(
        self,
        role: str,
        *,
        password: pulumi.Input[str] | None = None,
        replicate_from: pulumi.Input[str] | None = None,
        recoverable: bool = False,
    ) -> aws.rds.Instance:
        """One instance. A replica takes engine, database, login and disk from its source; `recoverable` keeps backups."""
        own = replicate_from is None
        args = self._args
        return aws.rds.Instance(
            naming.logical(naming.DATABASE_INSTANCE, f"{self._name}-{role}"),
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
            maintenance_window=args.maintenance_window,
            copy_tags_to_snapshot=True,
            deletion_protection=True,
            skip_final_snapshot=False,
            final_snapshot_identifier=naming.physical(naming.SNAPSHOT, f"{self._name}-{role}-final"),
            iam_database_authentication_enabled=True,
            enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.key_arn,
            performance_insights_retention_period=7,
            monitoring_interval=15,
            monitoring_role_arn=self._monitoring_role.arn,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )

    def _secret(self, password: pulumi.Output[str], primary: aws.rds.Instance) -> pulumi.Output[str]:
        secret = aws.secretsmanager.Secret(
            f"{self._name}-administrator",
            description=f"Administrator of {self._name}",
            kms_key_id=self._args.secrets_key_arn,
            recovery_window_in_days=30,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        login = {
            "engine": "postgres",
            "host": primary.address,
            "port": self.port,
            "dbname": self._args.database_name,
            "username": self._args.administrator,
            "password": password,
        }
        aws.secretsmanager.SecretVersion(
            f"{self._name}-administrator",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(pulumi.Output.json_dumps(login)),
            opts=self._child,
        )
        return secret.arn

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
