"""The private way between regions in the plans."""

from infra.graph import ResourceGraph

PEERING = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"


def test_two_regions_are_peered_once_and_know_the_way_to_each_other(phase_graph) -> None:
    """Guards federation between the queues: both directions, from every private subnet and from the data subnets."""
    graph: ResourceGraph = phase_graph("phase3")
    (connection,) = graph.of_type(PEERING)
    assert (graph.region_of(connection), connection.inputs["peerRegion"]) == ("us-east-1", "us-west-2")
    routes = [r for r in graph.of_type("aws:ec2/route:Route") if "vpcPeeringConnectionId" in r.inputs]
    ways = {(graph.region_of(r), r.inputs["destinationCidrBlock"]) for r in routes}
    assert ways == {("us-east-1", "10.1.0.0/16"), ("us-west-2", "10.0.0.0/16")}
    assert len(routes) == 2 * (3 + 1)


def test_the_other_side_accepts_in_its_own_region(phase_graph) -> None:
    """Guards a connection that would stay pending: between regions nothing accepts by itself."""
    graph: ResourceGraph = phase_graph("phase3")
    (accepter,) = graph.of_type("aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter")
    assert graph.region_of(accepter) == "us-west-2"
    assert accepter.inputs["autoAccept"] is True


def test_one_region_needs_no_peering(phase_graph) -> None:
    """Guards phases before the second region."""
    assert not phase_graph("phase2").of_type(PEERING)
