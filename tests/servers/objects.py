"""The Kubernetes objects of a plan, as they are sent to an API server."""

from __future__ import annotations

from collections.abc import Iterator

from infra.graph import Resource, ResourceGraph
from infra.graph.values import to_json
from tests.servers.kubernetes import Object


def on(resource: Resource, region: str) -> bool:
    """Whether it is an object of the region's cluster."""
    return resource.package == "kubernetes" and "metadata" in resource.inputs and f"-{region}-" in resource.name


def in_order(graph: ResourceGraph, region: str) -> Iterator[Resource]:
    """Yields a region's objects, each after those that it waits for, and otherwise as late as can be: no luck helps."""
    waiting = [resource for resource in graph if on(resource, region)][::-1]
    coming = {resource.urn for resource in waiting}
    while waiting:
        resource = next(each for each in waiting if coming.isdisjoint(each.dependencies))
        waiting.remove(resource)
        coming.remove(resource.urn)
        yield resource


def sent(resource: Resource) -> Object:
    """The object as it is sent. Of secrets a plan keeps no text, and a made-up one stands in."""
    made: Object = to_json(resource.inputs)
    if made["kind"] == "Secret":
        keys = ("tls.crt", "tls.key") if made.get("type") == "kubernetes.io/tls" else ("made-up",)
        made["stringData"] = dict.fromkeys(keys, "made up")
    if made["kind"] == "APIService":
        made["spec"]["caBundle"] = "bWFkZSB1cA=="
    return made
