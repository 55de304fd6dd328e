"""What the graph tests read off a resource."""

from typing import Any, cast

from infra.graph import Resource

FIRST = {"baseline": "compressor", "phase1": "compressor", "phase2": "mgx-api", "phase3": "gateway"}
"""Which pods a request reaches first, behind the load balancer."""


def inputs(resource: Resource) -> dict[str, Any]:
    """The inputs as plain data, for a test that knows their shape."""
    return cast("dict[str, Any]", resource.inputs)


def waits_for(resource: Resource, property_: str) -> set[str]:
    """The names of the resources that one of its properties comes from."""
    return {urn.rsplit("::", 1)[1] for urn in resource.property_dependencies.get(property_, ())}
