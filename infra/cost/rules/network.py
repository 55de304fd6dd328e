"""The network of a region: ways out, private endpoints, public addresses, and the traffic that AWS charges for."""

from __future__ import annotations

from infra.cost.items import Group
from infra.cost.subject import Outcome, Subject

_NET = Group.NETWORK


def vpc(network: Subject) -> Outcome:
    """The region's traffic: between zones, to the internet, through NAT, to private endpoints, to standby regions."""
    if not network.active:
        return
    use = network.usage
    crossing = use.cross_zone_gib * 2
    basis = "internal traffic that changes zone (usage.cross_zone_percent), out and in"
    yield network.charge(_NET, "transfer", "between zones, each direction", "GB", crossing, basis, fixed=False)
    outside = use.external_sent_gib + use.external_received_gib
    basis = "calls of outside services (usage.external_*_kib)"
    yield network.charge(_NET, "nat", "data processed", "GB", outside, basis, fixed=False)
    sent = use.external_sent_gib + (0 if network.plan.has_cdn else use.responses_gib + use.assets_gib)
    basis = "to outside services" + (
        "; users get theirs through CloudFront" if network.plan.has_cdn else " and to users"
    )
    yield network.charge(_NET, "transfer", "to internet", "GB", sent, basis, fixed=False)
    basis = "the application's logs (usage.log_kib_per_request)"
    yield network.charge(_NET, "vpc", "interface endpoint data", "GB", use.logs_gib, basis, fixed=False)
    for standby in network.plan.config.standby_regions:
        basis = f"what the queue forwards to {standby} (usage.event_kib_per_request)"
        yield network.charge(
            _NET, "transfer", f"to {standby}", "GB", use.events_gib, basis, fixed=False, serves=standby
        )


def nat_gateway(gateway: Subject) -> Outcome:
    """Gateway hours; the data through it is the VPC's."""
    yield gateway.hourly(_NET, "nat", "gateway", 1, "1 gateway all month")


def elastic_ip(address: Subject) -> Outcome:
    """A public IPv4 address, charged whether it is in use or not."""
    yield address.hourly(_NET, "vpc", "public IPv4 in use", 1, "1 address all month")


def endpoint(private: Subject) -> Outcome:
    """Hours of an interface endpoint in each of its subnets. A gateway endpoint is free."""
    kind = private.inputs.get("vpcEndpointType") or "Gateway"
    if kind == "Interface":
        zones = len(private.inputs.get("subnetIds") or ())
        yield private.hourly(_NET, "vpc", "interface endpoint", zones, f"1 endpoint in {zones} zones all month")
    elif kind != "Gateway":
        yield private.unpriced(f"the price book has no endpoint of type {kind}")


PRICED = {
    "aws:ec2/vpc:Vpc": vpc,
    "aws:ec2/natGateway:NatGateway": nat_gateway,
    "aws:ec2/eip:Eip": elastic_ip,
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
}
FREE = {
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": "a firewall rule",
    "aws:ec2/defaultRouteTable:DefaultRouteTable": "routing",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "a firewall rule",
    "aws:ec2/flowLog:FlowLog": "its log group is charged",
    "aws:ec2/internetGateway:InternetGateway": "the traffic is the VPC's",
    "aws:ec2/managedPrefixList:ManagedPrefixList": "a list of addresses",
    "aws:ec2/networkAcl:NetworkAcl": "a firewall rule",
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": "settings of a peering",
    "aws:ec2/route:Route": "routing",
    "aws:ec2/routeTable:RouteTable": "routing",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "routing",
    "aws:ec2/securityGroup:SecurityGroup": "a firewall rule",
    "aws:ec2/subnet:Subnet": "a part of the VPC",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "the traffic is the VPC's",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": "the traffic is the VPC's",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "a firewall rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "a firewall rule",
}
