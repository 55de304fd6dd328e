"""A resource graph says the same, wherever it comes from."""

from __future__ import annotations

import json

import pytest

from infra.errors import InputError
from infra.graph import UNKNOWN, Asset, Reference, Resource, ResourceGraph, Secret

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
REGION = "urn:pulumi:dev::shop::shop:index:Region::ireland"
PROVIDER = "urn:pulumi:dev::shop::shop:index:Region$pulumi:providers:aws::ireland"
VPC = "urn:pulumi:dev::shop::shop:index:Region$aws:ec2/vpc:Vpc::vpc"
SUBNET = "urn:pulumi:dev::shop::shop:index:Region$aws:ec2/subnet:Subnet::subnet"
MARK = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
PENDING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def state(urn: str, **fields):
    """A resource as the engine writes it."""
    return {"urn": urn, "type": urn.split("::")[2].split("$")[-1], "custom": "aws" in urn, "inputs": {}, **fields}


@pytest.fixture
def states():
    """A stack with a region in it, in an order that isn't the tree's."""
    return [
        state(
            SUBNET,
            parent=REGION,
            provider=f"{PROVIDER}::{PENDING}",
            inputs={"vpcId": PENDING, "cidrBlock": "10.0.1.0/24"},
            dependencies=[VPC],
            propertyDependencies={"vpcId": [VPC], "cidrBlock": []},
        ),
        state(PROVIDER, parent=REGION, inputs={"region": "eu-west-1"}),
        state(VPC, parent=REGION, provider=f"{PROVIDER}::{PENDING}", protect=True),
        state(STACK),
        state(REGION, parent=STACK),
    ]


@pytest.fixture
def graph(states):
    """The stack's graph, from a preview."""
    return ResourceGraph.from_preview({"steps": [{"op": "create", "urn": s["urn"], "newState": s} for s in states]})


def test_the_order_goes_down_the_tree_whatever_the_sources(graph, states):
    """Guards against output that moves when nothing but the engine's timing changed."""
    urns = [resource.urn for resource in graph]
    assert urns == [STACK, REGION, SUBNET, VPC, PROVIDER]
    backwards = ResourceGraph.from_export({"deployment": {"resources": states[::-1]}})
    assert [resource.urn for resource in backwards] == urns
    assert backwards == graph


def test_a_preview_gives_what_is_there_afterwards(states):
    """Guards against resources that the preview deletes, and against a replaced one that counts twice."""
    steps = [{"op": op, "urn": VPC, "newState": states[2]} for op in ("create-replacement", "replace")]
    graph = ResourceGraph.from_preview({"steps": [*steps, {"op": "delete", "urn": SUBNET, "oldState": states[0]}]})
    assert [resource.urn for resource in graph] == [VPC]


def test_an_export_leaves_out_what_waits_to_be_deleted(states):
    """Guards against a half-finished replacement that looks like two resources with one URN."""
    export = {"deployment": {"resources": [*states, {**states[2], "delete": True}]}}
    assert len(ResourceGraph.from_export(export)) == len(states)


def test_what_a_plugin_added_to_the_inputs_is_not_the_programs():
    """Guards against a diff of a plan with a state that consists of nothing but plugin defaults."""
    inputs = {
        "__defaults": ["bucket", "forceDestroy"],
        "bucket": "logs-1234567",
        "forceDestroy": False,
        "rules": [{"__defaults": ["days"], "days": 1, "id": "old"}],
    }
    graph = ResourceGraph.from_export({"deployment": {"resources": [state(VPC, inputs=inputs)]}})
    assert graph[VPC].inputs == {"rules": [{"id": "old"}]}


def test_marked_values_become_what_they_mean():
    """Guards against signatures, ciphertext and placeholders that are compared as if they were data."""
    inputs = {
        "asset": {MARK: "c44067f5952c0a294b673a41bacd8c17", "hash": "abc", "text": "..."},
        "encrypted": {MARK: SECRET, "ciphertext": "v1:abc"},
        "plain": {MARK: SECRET, "plaintext": json.dumps({"a": 1})},
        "resource": {MARK: "5cf8f73096256a8f31e491e813e4eb8e", "urn": VPC, "id": "vpc-1"},
        "size": 3.0,
        "ratio": 0.5,
        "later": [PENDING],
    }
    graph = ResourceGraph.from_export({"deployment": {"resources": [state(SUBNET, inputs=inputs)]}})
    assert graph[SUBNET].inputs == {
        "asset": Asset("abc"),
        "encrypted": Secret(None),
        "plain": Secret.of({"a": 1}),
        "resource": Reference(VPC),
        "size": 3,
        "ratio": 0.5,
        "later": [UNKNOWN],
    }
    assert graph.to_json()[0]["inputs"] == {
        "asset": {"asset": "abc"},
        "encrypted": "[secret]",
        "plain": "[secret]",
        "resource": {"resource": VPC},
        "size": 3,
        "ratio": 0.5,
        "later": ["[unknown]"],
    }


def test_a_graph_answers_who_hangs_on_what(graph):
    """Guards against queries that follow parents where dependencies are meant, or the other way round."""
    region, vpc, subnet = graph[REGION], graph[VPC], graph[SUBNET]
    assert graph.of_type("aws:ec2/vpc:Vpc") == (vpc,)
    assert graph.children(region) == (subnet, vpc, graph[PROVIDER])
    assert graph.descendants(graph[STACK]) == (region, subnet, vpc, graph[PROVIDER])
    assert graph.ancestors(subnet) == (region, graph[STACK])
    assert graph.dependents(vpc) == (subnet,)
    assert graph.provider_of(subnet) == graph[PROVIDER]
    assert graph.provider_of(region) is None
    assert subnet.property_dependencies == {"vpcId": (VPC,)}
    assert subnet.key == "shop:index:Region$aws:ec2/subnet:Subnet::subnet"


def test_a_region_is_the_resources_own_before_its_providers(graph):
    """Guards against a certificate in us-east-1 that is counted where its stack is."""
    elsewhere = Resource(
        urn=f"{VPC}-2",
        type="aws:ec2/vpc:Vpc",
        name="vpc-2",
        custom=True,
        inputs={"region": "us-east-1"},
        provider=PROVIDER,
    )
    both = ResourceGraph([*graph, elsewhere])
    assert both.region_of(both[VPC]) == "eu-west-1"
    assert both.region_of(elsewhere) == "us-east-1"
    assert both.region_of(both[REGION]) is None


def test_asking_for_one_resource_says_what_there_is_instead(graph):
    """Guards against a test that fails with nothing but a KeyError."""
    assert graph.one("aws:ec2/vpc:Vpc", "vpc") == graph[VPC]
    with pytest.raises(LookupError) as caught:
        graph.one("aws:ec2/vpc:Vpc", "vcp")
    assert str(caught.value) == "0 resources are aws:ec2/vpc:Vpc named 'vcp', not one; of that type there are: vpc"


def test_two_resources_with_one_urn_are_refused(graph):
    """Guards against a graph that loses a resource."""
    with pytest.raises(ValueError, match="two resources have the URN"):
        ResourceGraph([graph[VPC], graph[VPC].__class__(**{**vars(graph[VPC]), "protect": False})])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "preview.json: file: got Expecting property name"),
        ("{}", "preview.json: steps: got nothing; allowed: the output of `pulumi preview --json`"),
    ],
)
def test_a_file_of_another_kind_is_named_in_the_error(tmp_path, text, complaint):
    """Guards against a traceback for someone who mixed up two files."""
    file = tmp_path / "preview.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        ResourceGraph.from_preview(file)
    assert complaint in str(caught.value)
