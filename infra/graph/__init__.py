"""Resource graphs, from wherever they come: the planner, `pulumi preview --json`, `pulumi stack export`."""

from infra.graph.graph import ResourceGraph
from infra.graph.resource import Resource
from infra.graph.values import UNKNOWN, Archive, Asset, Reference, Secret, Value

__all__ = ["UNKNOWN", "Archive", "Asset", "Reference", "Resource", "ResourceGraph", "Secret", "Value"]
