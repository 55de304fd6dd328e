"""The network of one region: a VPC over several availability zones, its subnets, its ways out, its private names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components import naming
from components.policies import allow, document, on_behalf_of, trust
from components.subnets import ZoneSubnets, allocate


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Address range and zones of one region's network.

    `interface_endpoints` are AWS services by the last part of their endpoint name (`ecr.api`, `sts`);
    `private_zone` is the DNS zone that only this network sees (`internal`).
    """

    account_id: str
    region: str
    cidr: str
    zones: Sequence[str]
    private_zone: str
    interface_endpoints: Sequence[str]
    flow_log_retention_days: int
    logs_key_arn: pulumi.Input[str]


class Network(pulumi.ComponentResource):
    """A VPC with a public, a private and a data subnet a zone.

    Creates: the VPC, its default security group without rules, an internet gateway, three subnets a zone, a NAT
    gateway with its address a zone, route tables (one public, one private a zone, one for data without a way out), a
    gateway endpoint for S3, interface endpoints with their security group, a private DNS zone, flow logs to CloudWatch.

    Outputs: `vpc_id`, `private_subnet_ids`, `public_subnet_ids`, `data_subnet_ids` (in the order of the zones),
    `private_zone_id`, `private_route_table_ids`, `data_route_table_id`, `nat_public_ips`.
    """

    vpc_id: pulumi.Output[str]
    private_subnet_ids: list[pulumi.Output[str]]
    public_subnet_ids: list[pulumi.Output[str]]
    data_subnet_ids: list[pulumi.Output[str]]
    private_route_table_ids: list[pulumi.Output[str]]
    data_route_table_id: pulumi.Output[str]
    private_zone_id: pulumi.Output[str]
    nat_public_ips: list[pulumi.Output[str]]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:network:Network", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        subnets = allocate(args.cidr, args.zones)

        self.vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": name},
            opts=self._child,
        )
        self.vpc_id = self.vpc.id
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=self.vpc_id, opts=self._child)
        self._public(subnets)
        self._private(subnets)
        self._data(subnets)
        self._endpoints(args)
        self._flow_logs(args)
        self.private_zone_id = aws.route53.Zone(
            f"{name}-private-zone",
            name=args.private_zone,
            comment=f"Private names of {name}",
            vpcs=[aws.route53.ZoneVpcArgs(vpc_id=self.vpc_id, vpc_region=args.region)],
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["vpcs"]),
        ).zone_id

        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "public_subnet_ids": self.public_subnet_ids,
                "data_subnet_ids": self.data_subnet_ids,
                "private_zone_id": self.private_zone_id,
            }
        )

    def _subnet(self, tier: str, zone: str, cidr: str, tags: dict[str, str] | None = None) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{self._name}-{tier}-{zone}",
            vpc_id=self.vpc_id,
            availability_zone=zone,
            cidr_block=cidr,
            tags={"Name": f"{self._name}-{tier}-{zone}", **(tags or {})},
            opts=self._child,
        )

    def _route_table(self, role: str) -> aws.ec2.RouteTable:
        """A table without inline routes, so that a peering connection's routes can stand beside its own."""
        tags = {"Name": f"{self._name}-{role}"}
        return aws.ec2.RouteTable(f"{self._name}-{role}", vpc_id=self.vpc_id, tags=tags, opts=self._child)

    def _default_route(self, role: str, table: aws.ec2.RouteTable, **target: pulumi.Input[str]) -> None:
        aws.ec2.Route(
            f"{self._name}-{role}-default",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            opts=self._child,
            **target,
        )

    def _associate(self, tier: str, zone: str, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable) -> None:
        aws.ec2.RouteTableAssociation(
            f"{self._name}-{tier}-{zone}", subnet_id=subnet.id, route_table_id=table.id, opts=self._child
        )

    def _public(self, subnets: Sequence[ZoneSubnets]) -> None:
        """Public subnets behind an internet gateway, and in each the NAT gateway of its zone."""
        gateway = aws.ec2.InternetGateway(
            f"{self._name}-internet", vpc_id=self.vpc_id, tags={"Name": self._name}, opts=self._child
        )
        table = self._route_table("public")
        self._default_route("public", table, gateway_id=gateway.id)
        self._nat: dict[str, aws.ec2.NatGateway] = {}
        self.public_subnet_ids, self.nat_public_ips = [], []
        for block in subnets:
            subnet = self._subnet("public", block.zone, block.public, {"kubernetes.io/role/elb": "1"})
            self._associate("public", block.zone, subnet, table)
            address = aws.ec2.Eip(f"{self._name}-nat-{block.zone}", domain="vpc", opts=self._child)
            self._nat[block.zone] = aws.ec2.NatGateway(
                f"{self._name}-nat-{block.zone}",
                subnet_id=subnet.id,
                allocation_id=address.allocation_id,
                tags={"Name": f"{self._name}-{block.zone}"},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
            )
            self.public_subnet_ids.append(subnet.id)
            self.nat_public_ips.append(address.public_ip)

    def _private(self, subnets: Sequence[ZoneSubnets]) -> None:
        """Private subnets for nodes and pods; each leaves by the NAT gateway of its own zone."""
        self.private_subnet_ids, self.private_route_table_ids = [], []
        for block in subnets:
            subnet = self._subnet("private", block.zone, block.private, {"kubernetes.io/role/internal-elb": "1"})
            table = self._route_table(f"private-{block.zone}")
            self._default_route(f"private-{block.zone}", table, nat_gateway_id=self._nat[block.zone].id)
            self._associate("private", block.zone, subnet, table)
            self.private_subnet_ids.append(subnet.id)
            self.private_route_table_ids.append(table.id)

    def _data(self, subnets: Sequence[ZoneSubnets]) -> None:
        """Data subnets have no way out of the VPC."""
        table = self._route_table("data")
        self.data_route_table_id = table.id
        self.data_subnet_ids = []
        for block in subnets:
            subnet = self._subnet("data", block.zone, block.data)
            self._associate("data", block.zone, subnet, table)
            self.data_subnet_ids.append(subnet.id)

    def _endpoints(self, args: NetworkArgs) -> None:
        """AWS services that the cluster uses, reached without leaving the VPC."""
        aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=self.private_route_table_ids,
            opts=self._child,
        )
        group = aws.ec2.SecurityGroup(
            f"{self._name}-endpoints",
            vpc_id=self.vpc_id,
            description="HTTPS from the VPC to interface endpoints",
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-endpoints-https",
            security_group_id=group.id,
            cidr_ipv4=args.cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=self._child,
        )
        for service in args.interface_endpoints:
            aws.ec2.VpcEndpoint(
                f"{self._name}-{service.replace('.', '-')}",
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self.private_subnet_ids,
                security_group_ids=[group.id],
                opts=self._child,
            )

    def _flow_logs(self, args: NetworkArgs) -> None:
        """Accepted and refused connections, kept in CloudWatch Logs."""
        group = aws.cloudwatch.LogGroup(
            f"{self._name}-flow-logs",
            retention_in_days=args.flow_log_retention_days,
            kms_key_id=args.logs_key_arn,
            opts=self._child,
        )
        role = aws.iam.Role(
            naming.logical(naming.ROLE, f"{self._name}-flow-logs"),
            assume_role_policy=trust(
                "vpc-flow-logs.amazonaws.com",
                Condition=on_behalf_of(args.account_id, f"arn:aws:ec2:{args.region}:{args.account_id}:vpc-flow-log/*"),
            ),
            opts=self._child,
        )
        every_group = f"arn:aws:logs:{args.region}:{args.account_id}:log-group:*"
        policy = aws.iam.RolePolicy(
            f"{self._name}-flow-logs",
            role=role.id,
            policy=document(
                allow(
                    ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    [pulumi.Output.concat(group.arn, ":*")],
                ),
                allow(["logs:DescribeLogGroups"], [every_group]),
            ),
            opts=self._child,
        )
        aws.ec2.FlowLog(
            f"{self._name}-flow-logs",
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
