"""Small pieces of programs."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pytest


class Network(pulumi.ComponentResource):
    """A VPC with one subnet, which may itself stand in another component."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:index:Network", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=child)
        self.subnet = aws.ec2.Subnet(f"{name}-subnet", vpc_id=self.vpc.id, cidr_block="10.0.1.0/24", opts=child)
        self.register_outputs({})


@pytest.fixture
def network() -> type[Network]:
    """A component with two resources."""
    return Network


@pytest.fixture
def here() -> Callable[..., pulumi.ResourceOptions]:
    """Makes a provider for Ireland within the program, and returns options that carry it, with more if given."""

    def options(**more: object) -> pulumi.ResourceOptions:
        given = pulumi.ResourceOptions(providers=[aws.Provider("ireland", region="eu-west-1")])
        return pulumi.ResourceOptions.merge(given, pulumi.ResourceOptions(**more))  # pyright: ignore[reportArgumentType]

    return options
