"""The private way between two regions' networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class Side:
    """One network: its region and provider, its address range, and the route tables that shall know the other side."""

    region: str
    provider: aws.Provider
    vpc_id: pulumi.Input[str]
    cidr: str
    route_table_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class PeeringArgs:
    """The two networks, whose address ranges must not overlap. `requester` asks, `accepter` agrees."""

    requester: Side
    accepter: Side


class Peering(pulumi.ComponentResource):
    """A VPC peering connection between regions, accepted, with a route in each side's tables.

    Creates: the connection, its acceptance, and a route for each route table of both sides.

    Outputs: `connection_id`, known once the connection is accepted.
    """

    connection_id: pulumi.Output[str]

    def __init__(self, name: str, args: PeeringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:peering:Peering", name, None, opts)
        requester, accepter = args.requester, args.accepter
        connection = aws.ec2.VpcPeeringConnection(
            f"{name}-connection",
            vpc_id=requester.vpc_id,
            peer_vpc_id=accepter.vpc_id,
            peer_region=accepter.region,
            auto_accept=False,
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, provider=requester.provider),
        )
        accepted = aws.ec2.VpcPeeringConnectionAccepter(
            f"{name}-accepter",
            vpc_peering_connection_id=connection.id,
            auto_accept=True,
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, provider=accepter.provider),
        )
        self.connection_id = accepted.vpc_peering_connection_id
        self._routes(name, requester, accepter)
        self._routes(name, accepter, requester)
        self.register_outputs({"connection_id": self.connection_id})

    def _routes(self, name: str, here: Side, there: Side) -> None:
        for number, table in enumerate(here.route_table_ids, start=1):
            aws.ec2.Route(
                f"{name}-{here.region}-{number}",
                route_table_id=table,
                destination_cidr_block=there.cidr,
                vpc_peering_connection_id=self.connection_id,
                opts=pulumi.ResourceOptions(parent=self, provider=here.provider),
            )
