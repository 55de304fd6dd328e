"""The URNs that a renamed resource goes by."""

from __future__ import annotations

import pulumi

VPC = "aws:ec2/vpc:Vpc"


def test_a_renamed_component_renames_what_is_in_it(graph_of, network, here):
    """Guards against a rename of a component that looks like the deletion of the database in it."""
    graph = graph_of(lambda: network("new", here(aliases=[pulumi.Alias(name="old")])))
    assert graph.one("test:index:Network").aliases == ("urn:pulumi:test::test::test:index:Network::old",)
    assert graph.one(VPC).aliases == ("urn:pulumi:test::test::test:index:Network$aws:ec2/vpc:Vpc::old-vpc",)


def test_own_and_inherited_aliases_multiply(graph_of, here):
    """Guards against a resource that was renamed together with its component, and that neither name finds."""

    class Region(pulumi.ComponentResource):
        def __init__(self) -> None:
            aliases = [pulumi.Alias(type_="test:index:Zone"), "urn:pulumi:test::test::test:index:Region::before"]
            super().__init__("test:index:Region", "region", None, here(aliases=aliases))
            own = [pulumi.Alias(name="own"), pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
            pulumi.ComponentResource(
                "test:index:Inner", "region-inner", None, pulumi.ResourceOptions(parent=self, aliases=own)
            )

    assert graph_of(Region).one("test:index:Inner").aliases == (
        "urn:pulumi:test::test::test:index:Inner::region-inner",
        "urn:pulumi:test::test::test:index:Region$test:index:Inner::before-inner",
        "urn:pulumi:test::test::test:index:Region$test:index:Inner::own",
        "urn:pulumi:test::test::test:index:Zone$test:index:Inner::own",
        "urn:pulumi:test::test::test:index:Zone$test:index:Inner::region-inner",
    )
