"""Tags: whose each resource is, also of what EKS makes by itself."""

import json

import pytest

from infra.graph import ResourceGraph
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
TAGS = {"application": "mgx-ai", "owner": "Platform/Architecture Team", "managed-by": "ramp"}


@pytest.mark.parametrize("phase", PHASES)
def test_every_aws_resource_is_made_by_a_provider_that_tags(phase_graph, phase: str) -> None:
    """Guards the bill: a resource without an owner is nobody's."""
    graph: ResourceGraph = phase_graph(phase)
    for resource in graph:
        if resource.package == "aws":
            provider = graph.provider_of(resource)
            assert provider is not None, resource.urn
            assert json.loads(inputs(provider)["defaultTags"]) == {"tags": TAGS}


@pytest.mark.parametrize("phase", PHASES)
def test_no_resource_takes_a_default_tag_back(phase_graph, phase: str) -> None:
    """Guards against a resource's own tags, which win over the provider's."""
    for resource in phase_graph(phase):
        if resource.package == "aws":
            assert not set(inputs(resource).get("tags") or ()) & set(TAGS), resource.urn


@pytest.mark.parametrize("phase", PHASES)
def test_nodes_and_volumes_carry_the_same_tags_and_the_cluster_may_give_them(phase_graph, phase: str) -> None:
    """Guards the largest part of the bill, which no Pulumi provider makes, and nodes that never start for want of a right."""
    graph: ResourceGraph = phase_graph(phase)
    node_classes = graph.of_type("kubernetes:eks.amazonaws.com/v1:NodeClass")
    classes = graph.of_type("kubernetes:storage.k8s.io/v1:StorageClass")
    assert len(node_classes) == len(classes) == len(graph.of_type("aws:eks/cluster:Cluster"))
    for node_class in node_classes:
        assert inputs(node_class)["spec"]["tags"] == TAGS
    for class_ in classes:
        given = [value for key, value in inputs(class_)["parameters"].items() if key.startswith("tagSpecification_")]
        assert sorted(given) == sorted(f"{key}={value}" for key, value in TAGS.items())
    for cluster in graph.of_type("aws:eks/cluster:Cluster"):
        name = cluster.inputs["name"]
        policy = str(graph.one("aws:iam/rolePolicy:RolePolicy", f"{name}-tags").inputs["policy"])
        assert all(action in policy for action in ("ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateVolume"))
        assert f'"aws:RequestTag/eks:eks-cluster-name": "{name}"' in policy
