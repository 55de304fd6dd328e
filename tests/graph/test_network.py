"""The network of each region in the plans."""

import ipaddress

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs
from tests.graph.test_identity_policies import listed, statements

PHASES = ("baseline", "phase1", "phase2", "phase3")
LOGINS = {"elasticache"}
"""What a pod signs as the password of its connection, and calls nobody for."""


@pytest.mark.parametrize(("phase", "regions"), [("baseline", 1), ("phase1", 1), ("phase2", 1), ("phase3", 2)])
def test_each_region_has_one_network_with_three_subnets_a_zone(phase_graph, phase: str, regions: int) -> None:
    """Guards the zones: a tier that stands in one zone alone goes down with it."""
    graph: ResourceGraph = phase_graph(phase)
    assert len(graph.of_type("aws:ec2/vpc:Vpc")) == regions
    assert len(graph.of_type("aws:ec2/subnet:Subnet")) == 9 * regions
    assert len(graph.of_type("aws:ec2/natGateway:NatGateway")) == 3 * regions


def test_the_regions_networks_do_not_overlap(phase_graph) -> None:
    """Guards replication and federation, which route between them."""
    first, second = (
        ipaddress.ip_network(vpc.inputs["cidrBlock"]) for vpc in phase_graph("phase3").of_type("aws:ec2/vpc:Vpc")
    )
    assert not first.overlaps(second)


@pytest.mark.parametrize("phase", PHASES)
def test_data_subnets_have_no_way_out(phase_graph, phase: str) -> None:
    """Guards the databases: a default route would let what runs there reach the world."""
    routes = phase_graph(phase).of_type("aws:ec2/route:Route")
    assert routes
    assert not [route.name for route in routes if "-data-" in route.name]


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_but_the_balancer_is_open_to_the_world(phase_graph, phase: str) -> None:
    """Guards every security group: an ingress rule from anywhere belongs to the balancer alone."""
    rules = phase_graph(phase).of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    world = [rule.name for rule in rules if rule.inputs.get("cidrIpv4") == "0.0.0.0/0"]
    assert not [name for name in world if "-alb-" not in name]


@pytest.mark.parametrize("phase", PHASES)
def test_the_default_security_group_lets_nothing_through(phase_graph, phase: str) -> None:
    """Guards whatever is created without a group of its own."""
    for group in phase_graph(phase).of_type("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"):
        assert not {"ingress", "egress"} & set(group.inputs)


def test_every_private_subnet_leaves_by_its_own_zones_gateway(phase_graph) -> None:
    """Guards against traffic between zones, and against one zone's failure cutting off all."""
    graph: ResourceGraph = phase_graph("phase2")
    for route in graph.of_type("aws:ec2/route:Route"):
        if "-private-" in route.name:
            zone = route.name.split("-private-")[1].removesuffix("-default")
            (gateway,) = route.property_dependencies["natGatewayId"]
            assert gateway.endswith(f"-nat-{zone}")


@pytest.mark.parametrize("phase", PHASES)
def test_the_clusters_own_traffic_to_aws_stays_in_the_network(phase_graph, phase: str) -> None:
    """Guards image pulls, keys and secrets against a NAT gateway's price and a way over the internet."""
    for network in phase_graph(phase).of_type("ramp:network:Network"):
        below = [r for r in phase_graph(phase).children(network) if r.type == "aws:ec2/vpcEndpoint:VpcEndpoint"]
        kinds = {str(inputs(r)["serviceName"]).split(".", 3)[3]: inputs(r)["vpcEndpointType"] for r in below}
        assert kinds.pop("s3") == "Gateway"
        assert set(kinds) >= {"ecr.api", "ecr.dkr", "eks-auth", "secretsmanager", "sts", "logs", "kms"}
        assert set(kinds.values()) == {"Interface"}
        assert all(inputs(r).get("privateDnsEnabled") for r in below if inputs(r)["vpcEndpointType"] == "Interface")


@pytest.mark.parametrize("phase", PHASES)
def test_what_the_pods_roles_may_call_has_an_endpoint(deployed_phase, phase: str) -> None:
    """Guards the next right that a role is given: its calls would leave by a NAT gateway, and fail without one."""
    graph: ResourceGraph = deployed_phase(phase).graph
    pods = {
        role.urn
        for role, statement in statements(graph)
        if role.type == "aws:iam/role:Role" and statement["Principal"].get("Service") == "pods.eks.amazonaws.com"
    }
    called = {
        action.split(":")[0]
        for policy, statement in statements(graph)
        if policy.type == "aws:iam/rolePolicy:RolePolicy" and {*policy.property_dependencies["role"]} & pods
        for action in listed(statement["Action"])
    }
    reached = {str(inputs(r)["serviceName"]).split(".", 3)[3] for r in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert "sns" in called
    assert called - LOGINS <= reached


@pytest.mark.parametrize("phase", PHASES)
def test_all_traffic_is_logged_encrypted_and_for_a_time(phase_graph, phase: str) -> None:
    """Guards the question, after an incident, of who talked to whom."""
    graph: ResourceGraph = phase_graph(phase)
    logs = graph.of_type("aws:ec2/flowLog:FlowLog")
    assert len(logs) == len(graph.of_type("aws:ec2/vpc:Vpc"))
    for log in logs:
        assert log.inputs["trafficType"] == "ALL"
        group = graph.one("aws:cloudwatch/logGroup:LogGroup", log.name)
        assert group.inputs["retentionInDays"] == 30
        assert "kmsKeyId" in group.inputs


def test_load_balancers_find_their_subnets(phase_graph) -> None:
    """Guards the balancers that EKS makes, which look for subnets by these tags."""
    for subnet in phase_graph("phase3").of_type("aws:ec2/subnet:Subnet"):
        roles = {key for key in inputs(subnet)["tags"] if key.startswith("kubernetes.io/role/")}
        tier = subnet.name.split("-network-")[1].split("-")[0]
        assert roles == {
            "public": {"kubernetes.io/role/elb"}, "private": {"kubernetes.io/role/internal-elb"}, "data": set(),
        }[tier]  # fmt: skip
