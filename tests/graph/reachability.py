"""Which pod reaches which: an evaluator of the NetworkPolicies in a plan, as the Kubernetes documentation defines them.

A connection needs both its ends: the source's policies must let it out, the target's must let it in. A pod that no policy
of a direction selects is open in that direction.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.graph import Resource, ResourceGraph
from tests.graph.reading import inputs

WORKLOADS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:batch/v1:Job")
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


@dataclass(frozen=True)
class Pod:
    """A workload's pod: its labels, and the ports that its containers declare."""

    namespace: str
    labels: Mapping[str, str]
    ports: tuple[int, ...]
    address: str

    @property
    def app(self) -> str:
        return self.labels["app.kubernetes.io/name"]


@dataclass(frozen=True)
class Outside:
    """Whatever has this address and is no pod of the plan."""

    address: str


End = Pod | Outside


class Reachability:
    """The pods and policies of one cluster of a plan."""

    def __init__(self, graph: ResourceGraph, region: str) -> None:
        provider = graph.one("pulumi:providers:kubernetes", f"mgx-ai-{region}-kubernetes").urn
        self._objects = [r for r in graph if r.provider == provider]
        self._policies = [inputs(r) for r in self._objects if r.type == POLICY]
        subnets = [r for r in graph.of_type("aws:ec2/subnet:Subnet") if f"-{region}-network-private-" in r.name]
        self._pods_network = ipaddress.ip_network(str(subnets[0].inputs["cidrBlock"]))

    @cached_property
    def pods(self) -> dict[str, Pod]:
        """A pod of each workload, by app. All have an address in a private subnet, as a range of addresses sees them."""
        address = str(self._pods_network[9])
        found = [_pod(r, address) for r in self._objects if r.type in WORKLOADS]
        return {pod.app: pod for pod in found}

    @property
    def namespaces(self) -> set[str]:
        return {inputs(r)["metadata"]["name"] for r in self._objects if r.type == "kubernetes:core/v1:Namespace"}

    def denied_by_default(self, namespace: str) -> bool:
        """Whether a policy selects every pod of the namespace, in both directions, and allows nothing."""
        deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        return any(p["spec"] == deny and p["metadata"]["namespace"] == namespace for p in self._policies)

    def reaches(self, source: End, target: End, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection of `source` to `target` is let out, and let in."""
        out = not isinstance(source, Pod) or self._lets(source, target, port, protocol, "Egress", "to")
        into = not isinstance(target, Pod) or self._lets(target, source, port, protocol, "Ingress", "from")
        return out and into

    def arrows(self) -> Iterator[tuple[str, str, int]]:
        """Every connection from pod to pod, on a port that the target declares, that is allowed."""
        for source in self.pods.values():
            for target in self.pods.values():
                for port in target.ports:
                    if self.reaches(source, target, port):
                        yield source.app, target.app, port

    def _lets(self, pod: Pod, other: End, port: int, protocol: str, direction: str, side: str) -> bool:
        chosen = [
            policy["spec"]
            for policy in self._policies
            if policy["metadata"]["namespace"] == pod.namespace
            and direction in policy["spec"]["policyTypes"]
            and _selects(policy["spec"]["podSelector"], pod.labels)
        ]
        rules = [rule for spec in chosen for rule in spec.get(direction.lower(), ())]
        return not chosen or any(
            {"port": port, "protocol": protocol} in rule["ports"] and any(_is(peer, other) for peer in rule[side])
            for rule in rules
        )


def _is(peer: Mapping[str, Any], end: End) -> bool:
    if "ipBlock" in peer:
        block, address = peer["ipBlock"], ipaddress.ip_address(end.address)
        inside = address in ipaddress.ip_network(block["cidr"])
        return inside and not any(address in ipaddress.ip_network(cidr) for cidr in block.get("except", ()))
    if not isinstance(end, Pod):
        return False
    namespace = {"kubernetes.io/metadata.name": end.namespace}
    return _selects(peer["namespaceSelector"], namespace) and _selects(peer.get("podSelector", {}), end.labels)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    assert set(selector) <= {"matchLabels"}, selector
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def _pod(resource: Resource, address: str) -> Pod:
    template = inputs(resource)["spec"]["template"]
    containers = template["spec"]["containers"]
    ports = tuple(port["containerPort"] for container in containers for port in container.get("ports", ()))
    labels = template.get("metadata", {}).get("labels", {})
    return Pod(inputs(resource)["metadata"]["namespace"], labels, ports, address)
