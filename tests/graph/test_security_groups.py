"""Who may connect to whom on the network: every rule of every security group in the plans."""

import re

import pytest

from infra.graph import Resource, ResourceGraph

PHASES = ("baseline", "phase1", "phase2", "phase3")
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INTO, OUT = (f"aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule" for way in ("Ingress", "Egress"))
CLUSTER = "eks"
"""The group of nodes and pods, which EKS makes with the cluster."""
INSIDE = {
    ("endpoints", "10.x.0.0/16", 443),
    (CLUSTER, "alb-access", 8080),
    ("postgres-access", CLUSTER, 5432),
    ("cache-access", CLUSTER, 6379),
}
OPEN = {("alb-access", "0.0.0.0/0", 443), ("alb-access", "0.0.0.0/0", 80)}
BEHIND_THE_CDN = {("alb-access", "pl-of-cloudfront", 443), ("alb-checks", "alb-checkers", 443)}


def name(resource: Resource) -> str:
    return re.sub(r"^mgx-ai-us-(east-1|west-2)-(network-)?", "", resource.name)


def source(graph: ResourceGraph, rule: Resource) -> str:
    """Whom a rule lets in or out to: a group or list by its name, an address range."""
    told = rule.inputs
    for reference in ("referencedSecurityGroupId", "prefixListId"):
        if urns := rule.property_dependencies.get(reference):
            return name(graph[urns[0]])
    if "prefixListId" in told:
        return "pl-of-cloudfront"
    return re.sub(r"^10\.\d\.", "10.x.", str(told["cidrIpv4"]))


def arrows(graph: ResourceGraph, type_: str, region: str) -> set[tuple[str, str, int]]:
    """Every rule of a region as group, other end and port."""
    found = set()
    for rule in (each for each in graph.of_type(type_) if graph.region_of(each) == region):
        (group,) = rule.property_dependencies["securityGroupId"]
        assert rule.inputs["ipProtocol"] == "tcp" and rule.inputs["fromPort"] == rule.inputs["toPort"], rule.name
        found.add((name(graph[group]), source(graph, rule), int(str(rule.inputs["toPort"]))))
    return found


@pytest.mark.parametrize("phase", PHASES)
def test_nobody_gets_in_but_by_these_ways(phase_graph, phase: str) -> None:
    """Guards every port against everybody: balancer, then pods, then data, each from the group before it, on one port each."""
    graph: ResourceGraph = phase_graph(phase)
    front = BEHIND_THE_CDN if phase in ("phase2", "phase3") else OPEN
    for region in ("us-east-1", "us-west-2") if phase == "phase3" else ("us-east-1",):
        assert arrows(graph, INTO, region) == INSIDE | front
        assert arrows(graph, OUT, region) == {("alb-access", CLUSTER, 8080)}


@pytest.mark.parametrize("phase", PHASES)
def test_no_rule_stands_within_a_group_where_nobody_looks(phase_graph, phase: str) -> None:
    """Guards the test above: rules within a group, and those that AWS puts into one by itself, would pass it by."""
    for group in phase_graph(phase).of_type(GROUP):
        assert not {"ingress", "egress"} & group.inputs.keys(), group.name
