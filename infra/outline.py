"""A plan in a screenful: the components of a graph as a tree, each with how much hangs on it and its key figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.graph import Resource, ResourceGraph
from infra.plural import counted

Figures = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Node:
    """A component: its label, its kind ("Postgres"), the resources at or below it, its figures, and what is inside it."""

    name: str
    kind: str
    resources: int
    figures: tuple[str, ...]
    inside: tuple[Node, ...]


def outline(graph: ResourceGraph) -> tuple[Node, ...]:
    """The components under the stack, in the graph's order. Providers and single resources count, but have no node."""
    top = [resource for resource in graph if resource.type == "pulumi:pulumi:Stack"]
    return tuple(_node(graph, child) for stack in top for child in graph.children(stack) if not child.custom)


def _node(graph: ResourceGraph, component: Resource) -> Node:
    children = graph.children(component)
    inside = tuple(_node(graph, child) for child in children if not child.custom)
    figures = dict.fromkeys(text for child in children if child.custom and (text := _figure(child)))
    below = sum(1 for resource in graph.descendants(component) if resource.custom)
    return Node(component.name, component.type.rsplit(":", 1)[1], below, tuple(_counted(figures, children)), inside)


def _counted(figures: Mapping[str, None], children: tuple[Resource, ...]) -> list[str]:
    """Each figure once, with how many resources have it where it is more than one."""
    texts = [_figure(child) for child in children if child.custom]
    return [f"{texts.count(text)} × {text}" if texts.count(text) > 1 else text for text in figures]


def _figure(resource: Resource) -> str:
    figure = FIGURES.get(resource.type)
    return figure(resource.inputs) if figure else ""


def _instance(inputs: Mapping[str, Any]) -> str:
    if "replicateSourceDb" in inputs:
        return f"replica {inputs['instanceClass']}"
    return f"primary {inputs['instanceClass']}, {inputs['allocatedStorage']} GiB"


def _hpa(inputs: Mapping[str, Any]) -> str:
    spec = inputs["spec"]
    named = [metric["resource"] for metric in spec["metrics"] if "resource" in metric]
    targets = [f"{metric['name']} {metric['target']['averageUtilization']}%" for metric in named]
    least, most = spec["minReplicas"], spec["maxReplicas"]
    return f"{least if least == most else f'{least}–{most}'} pods, {', '.join(targets)}"


def _node_pool(inputs: Mapping[str, Any]) -> str:
    requirements = inputs["spec"]["template"]["spec"]["requirements"]
    types = next(r["values"] for r in requirements if r["key"] == "node.kubernetes.io/instance-type")
    return f"{types[0]}, at most {inputs['spec']['limits']['cpu']} vCPU"


def _cache(inputs: Mapping[str, Any]) -> str:
    if "nodeType" not in inputs:
        return "follows the other region's cache"
    return f"{counted(inputs['numNodeGroups'], 'shard')} of {inputs['replicasPerNodeGroup'] + 1} × {inputs['nodeType']}"


FIGURES: dict[str, Figures] = {
    "aws:ec2/vpc:Vpc": lambda i: i["cidrBlock"],
    "aws:ec2/natGateway:NatGateway": lambda _: "NAT gateway",
    "aws:eks/cluster:Cluster": lambda i: f"Kubernetes {i['version']}, Auto Mode",
    "aws:rds/instance:Instance": _instance,
    "aws:elasticache/replicationGroup:ReplicationGroup": _cache,
    "aws:cloudfront/distribution:Distribution": lambda i: f"CloudFront, {i['priceClass']}",
    "kubernetes:apps/v1:StatefulSet": lambda i: f"{i['spec']['replicas']} nodes",
    "aws:lb/loadBalancer:LoadBalancer": lambda i: f"ALB over {len(i['subnets'])} zones",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": _hpa,
    "kubernetes:karpenter.sh/v1:NodePool": _node_pool,
}
"""What an operator asks about first, by resource type."""
