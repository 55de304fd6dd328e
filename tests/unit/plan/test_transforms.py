"""Transforms run in a plan as they do on the engine."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi import ResourceOptions, ResourceTransformArgs, ResourceTransformResult
from pulumi.runtime._callbacks import _CallbackServicer

from infra.graph import UNKNOWN, Secret

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"


def tagging(value: str):
    """A transform that appends a value to the tag `by` of what can be tagged."""

    def transform(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        if not args.type_.startswith("aws:ec2/"):
            return None
        props: Any = args.props
        tags = props.get("tags") or {}
        return ResourceTransformResult({**props, "tags": {"by": tags.get("by", "") + value}}, args.opts)

    return transform


def test_a_components_transforms_run_before_the_stacks(graph_of, network, here):
    """Guards against a default tag of the stack that is overwritten, or that overwrites, in the wrong order."""

    def program() -> None:
        pulumi.runtime.register_resource_transform(tagging("stack"))
        network("network", here(transforms=[tagging("component,")]))

    graph = graph_of(program)
    assert graph.one(VPC).inputs["tags"] == {"by": "component,stack"}
    assert graph.one(SUBNET).inputs == {"cidrBlock": "10.0.1.0/24", "vpcId": UNKNOWN, "tags": {"by": "component,stack"}}
    assert graph.one(SUBNET).dependencies == (graph.one(VPC).urn,)


def test_a_transform_may_protect_and_may_add_a_secret(graph_of, network, here):
    """Guards against options and secrets that get lost on their way through a transform."""

    def transform(args: ResourceTransformArgs) -> ResourceTransformResult | None:
        if args.type_ != VPC:
            return None
        protected = ResourceOptions.merge(args.opts, ResourceOptions(protect=True, ignore_changes=["tags"]))
        return ResourceTransformResult({**args.props, "tags": {"a": pulumi.Output.secret("b")}}, protected)

    vpc = graph_of(lambda: network("network", here(transforms=[transform]))).one(VPC)
    assert vpc.protect
    assert vpc.ignore_changes == ("tags",)
    assert vpc.inputs["tags"] == {"a": Secret.of("b")}


def test_no_port_is_opened_for_a_transform(graph_of, network, here):
    """Guards against plans that need the network, if only this machine's own."""
    seen = []

    def transform(_args: ResourceTransformArgs) -> None:
        seen.append(list(_CallbackServicer._servicers))

    graph_of(lambda: network("network", here(transforms=[transform])))
    assert len(seen) == 3
    assert not any(seen)
