"""What hangs on what: which network, key, role and certificate each resource of AWS has, and that it is its own region's."""

import re

import pytest

from infra.graph import Resource, ResourceGraph

PHASES = ("baseline", "phase1", "phase2", "phase3")
REGION = re.compile(r"^mgx-ai-(us-east-1|us-west-2)-|^mgx-ai-(?=edge-)")
ZONE = re.compile(r"-us-(?:east|west)-\d[a-c]$")

COMES_FROM = {
    "aws:acm/certificateValidation:CertificateValidation.validationRecordFqdns": {"edge-validation"},
    "aws:backup/selection:Selection.iamRoleArn": {"backup"},
    "aws:cloudfront/distribution:Distribution.defaultCacheBehavior": {"edge-cdn-api", "edge-cdn-headers"},
    "aws:cloudfront/distribution:Distribution.orderedCacheBehaviors": {"edge-cdn-assets", "edge-cdn-headers"},
    "aws:cloudfront/distribution:Distribution.webAclId": {"edge-waf-acl"},
    "aws:ec2/flowLog:FlowLog.logDestination": {"network-flow-logs"},
    "aws:ec2/flowLog:FlowLog.iamRoleArn": {"network-flow-logs"},
    "aws:ec2/natGateway:NatGateway.subnetId": {"network-public"},
    "aws:ec2/securityGroup:SecurityGroup.vpcId": {"network-vpc"},
    "aws:ec2/subnet:Subnet.vpcId": {"network-vpc"},
    "aws:eks/cluster:Cluster.encryptionConfig": {"keys-cluster"},
    "aws:eks/cluster:Cluster.roleArn": {"cluster"},
    "aws:eks/cluster:Cluster.vpcConfig": {"network-private"},
    "aws:elasticache/replicationGroup:ReplicationGroup.securityGroupIds": {"cache-access"},
    "aws:elasticache/replicationGroup:ReplicationGroup.subnetGroupName": {"cache-subnets"},
    "aws:elasticache/replicationGroup:ReplicationGroup.userGroupIds": {"cache-users"},
    "aws:elasticache/subnetGroup:SubnetGroup.subnetIds": {"network-data"},
    "aws:elasticache/userGroup:UserGroup.userIds": {"cache-app"},
    "aws:lb/loadBalancer:LoadBalancer.subnets": {"network-public"},
    "aws:rds/instance:Instance.dbSubnetGroupName": {"postgres-subnets"},
    "aws:rds/instance:Instance.monitoringRoleArn": {"postgres-monitoring"},
    "aws:rds/instance:Instance.parameterGroupName": {"postgres-parameters"},
    "aws:rds/instance:Instance.vpcSecurityGroupIds": {"postgres-access"},
    "aws:rds/subnetGroup:SubnetGroup.subnetIds": {"network-data"},
    "aws:wafv2/webAclAssociation:WebAclAssociation.resourceArn": {"alb-alb"},
}
"""What an input comes from, by the resources' names without region and zone; every resource of the type has it."""

UNLESS_ABSENT = {
    "aws:route53/zone:Zone.vpcs": {"network-vpc"},
    "aws:eks/addon:Addon.podIdentityAssociations": {"insights-agent"},
    "aws:ec2/route:Route.gatewayId": {"network-internet"},
    "aws:ec2/vpcEndpoint:VpcEndpoint.routeTableIds": {"network-private"},
    "aws:ec2/vpcEndpoint:VpcEndpoint.securityGroupIds": {"network-endpoints"},
    "aws:ec2/vpcEndpoint:VpcEndpoint.subnetIds": {"network-private"},
    "aws:lb/listener:Listener.certificateArn": {"alb-certificate"},
}
"""The same, for inputs that some resources of the type do without."""

ABROAD = {
    "aws:acm/certificateValidation:CertificateValidation.validationRecordFqdns": "one record proves the domain for all",
    "aws:backup/plan:Plan.rules": "copies of backups",
    "aws:cloudfront/distribution:Distribution.origins": "the copy of the assets",
    "aws:ec2/route:Route.vpcPeeringConnectionId": "peering",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection.peerVpcId": "peering",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter.vpcPeeringConnectionId": "peering",
    "aws:elasticache/replicationGroup:ReplicationGroup.globalReplicationGroupId": "the Global Datastore",
    "aws:iam/rolePolicy:RolePolicy.policy": "the runbook fails the Global Datastore over; the copy of the assets",
    "aws:rds/instance:Instance.replicateSourceDb": "replication",
    "aws:route53/healthCheck:HealthCheck.fqdn": "checks of every region",
    "aws:route53/record:Record.records": "failover records",
    "aws:s3/bucketPolicy:BucketPolicy.policy": "the copy of the assets",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig.rules": "the copy of the assets",
    "aws:secretsmanager/secret:Secret.replicas": "copies of secrets, under the other region's key",
    "aws:ssm/document:Document.content": "the runbook fails the Global Datastore over",
}
"""Every input that comes from another place than the resource's own, and why. Places are regions, and the edge."""


def role(name: str) -> str:
    return ZONE.sub("", REGION.sub("", name))


def sources(graph: ResourceGraph, resource: Resource, property_: str) -> set[str]:
    return {role(graph[urn].name) for urn in resource.property_dependencies.get(property_, ())}


@pytest.mark.parametrize("phase", PHASES)
def test_an_input_comes_from_where_it_belongs(phase_graph, phase: str) -> None:
    """Guards against a database in a public subnet, a listener with the wrong certificate, a cache that anybody reaches."""
    graph: ResourceGraph = phase_graph(phase)
    wrong = {
        f"{resource.name}.{property_}": found
        for input_, expected in {**COMES_FROM, **UNLESS_ABSENT}.items()
        for type_, _, property_ in [input_.rpartition(".")]
        for resource in graph.of_type(type_)
        if input_ in COMES_FROM or property_ in resource.inputs
        if (found := sources(graph, resource, property_)) != expected
    }
    assert wrong == {}


@pytest.mark.parametrize("phase", PHASES)
def test_a_region_stands_by_itself_but_for_what_must_join_them(phase_graph, phase: str) -> None:
    """Guards a take-over: what hangs on another region's key, network or certificate is gone with that region."""
    graph: ResourceGraph = phase_graph(phase)
    abroad = {
        f"{resource.type}.{property_}"
        for resource in graph
        for property_, urns in resource.property_dependencies.items()
        for urn in urns
        if resource.package == graph[urn].package == "aws" and resource.provider != graph[urn].provider
    }
    assert abroad <= ABROAD.keys()
    assert phase != "phase3" or abroad == ABROAD.keys()


@pytest.mark.parametrize("phase", PHASES)
def test_every_subnet_has_its_own_tiers_and_zones_table_and_the_way_out_that_goes_with_it(
    phase_graph, phase: str
) -> None:
    """Guards nodes from the internet, and from another zone's gateway: without its own table a subnet has the VPC's main one."""
    graph: ResourceGraph = phase_graph(phase)
    tables = {}
    for link in graph.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation"):
        (subnet,), (table,) = (link.property_dependencies[each] for each in ("subnetId", "routeTableId"))
        assert subnet not in tables
        tables[subnet] = graph[table].name
    subnets = graph.of_type("aws:ec2/subnet:Subnet")
    assert {subnet.urn for subnet in subnets} == tables.keys()
    for subnet in subnets:
        own, tier = tables[subnet.urn], subnet.name.split("-network-")[1].split("-")[0]
        assert own == (subnet.name if tier == "private" else subnet.name.split(f"-{tier}-")[0] + f"-{tier}")
    for route in graph.of_type("aws:ec2/route:Route"):
        (table,) = route.property_dependencies["routeTableId"]
        world = route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
        assert world is ("vpcPeeringConnectionId" not in route.inputs), route.name
        if world:
            assert route.name == f"{graph[table].name}-default"
            assert ("gatewayId" in route.inputs) is graph[table].name.endswith("-public")
    for gateway in graph.of_type("aws:ec2/natGateway:NatGateway"):
        (subnet,) = gateway.property_dependencies["subnetId"]
        assert graph[subnet].name == gateway.name.replace("-nat-", "-public-")
