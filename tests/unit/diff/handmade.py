"""Small graphs that a test writes down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.graph import Resource, ResourceGraph

REGION = "ramp:stack:Region"
DATABASE = "aws:rds/instance:Instance"
KEY = "aws:kms/key:Key"
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"


def urn(type_: str, name: str, stack: str = "test") -> str:
    """The URN of a resource under no component."""
    return f"urn:pulumi:{stack}::ramp::{type_}::{name}"


def resource(
    type_: str,
    name: str,
    inputs: Mapping[str, Any] | None = None,
    takes: Mapping[str, str] | None = None,
    stack: str = "test",
    **options: Any,
) -> Resource:
    """A custom resource; `takes` says which property comes from which URN."""
    hangs = {key: (origin,) for key, origin in (takes or {}).items()}
    return Resource(
        urn=urn(type_, name, stack),
        type=type_,
        name=name,
        custom=True,
        inputs=inputs or {},
        dependencies=tuple(hangs[key][0] for key in hangs),
        property_dependencies=hangs,
        **options,
    )


def graph(*resources: Resource) -> ResourceGraph:
    return ResourceGraph(resources)
