"""Who may talk to whom on a cluster: everything is denied, and each arrow that the system needs is opened at both its ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.pods import COMPONENT_LABEL, NAME_LABEL, digest

PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""Ranges that aren't on the internet: RFC 1918, shared address space (RFC 6598), link-local."""


@dataclass(frozen=True)
class Pods:
    """Pods of one namespace: those whose labels NAME_LABEL and COMPONENT_LABEL are these; None is every pod's."""

    namespace: str
    app: str | None = None
    component: str | None = None

    @property
    def name(self) -> str:
        return self.app or f"every-{self.component or 'pod'}"

    @property
    def selector(self) -> dict[str, Any]:
        """As a Kubernetes label selector."""
        labels = {NAME_LABEL: self.app, COMPONENT_LABEL: self.component}
        wanted = {key: value for key, value in labels.items() if value}
        return {"matchLabels": wanted} if wanted else {}


@dataclass(frozen=True)
class Addresses:
    """IPv4 ranges, less those of `excluded` that lie within them."""

    cidrs: tuple[str, ...]
    excluded: tuple[str, ...] = ()


WORLD = Addresses(("0.0.0.0/0",), PRIVATE)
"""The internet, and nothing of one's own network."""


@dataclass(frozen=True)
class Flow:
    """An arrow: `source` opens connections to `target` on these ports, which are the pods' own, not a Service's."""

    source: Pods | Addresses
    target: Pods | Addresses
    ports: tuple[int, ...]
    protocols: tuple[str, ...] = ("TCP",)


@dataclass(frozen=True, kw_only=True)
class NetworkPoliciesArgs:
    """`namespaces` are closed; `flows` are what stays open."""

    namespaces: Sequence[str]
    flows: Sequence[Flow]


class NetworkPolicies(pulumi.ComponentResource):
    """Default-deny in each namespace, in both directions, and one policy a workload with its arrows.

    A policy's name ends in a digest of what it opens: another one is made before anything moves, and the old one goes when
    all has moved, so that a step closes no way that is still taken.

    Creates: NetworkPolicies. They are enforced where the cluster's policy controller and its NodeClass are switched on
    (components/cluster.py). A node reaches the pods that run on it in any case, so probes need no arrow.
    """

    def __init__(self, name: str, args: NetworkPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:networkpolicies:NetworkPolicies", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        for namespace in args.namespaces:
            deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
            _policy(f"{name}-{namespace}-default-deny", namespace, "default-deny", deny, child)
        for pods in workloads(args.flows):
            spec = policy(pods, args.flows)
            own = f"{pods.name}-{digest(json.dumps(spec, sort_keys=True))}"
            _policy(f"{name}-{pods.namespace}-{own}", pods.namespace, own, spec, child)
        self.register_outputs({})


def _policy(name: str, namespace: str, policy: str, spec: Any, opts: pulumi.ResourceOptions) -> None:
    k8s.networking.v1.NetworkPolicy(
        name, metadata=k8s.meta.v1.ObjectMetaArgs(name=policy, namespace=namespace), spec=spec, opts=opts
    )


def workloads(flows: Sequence[Flow]) -> list[Pods]:
    """Every group of pods that a flow begins or ends at, in alphabetical order."""
    ends = {end for flow in flows for end in (flow.source, flow.target) if isinstance(end, Pods)}
    return sorted(ends, key=lambda pods: (pods.namespace, pods.name))


def policy(pods: Pods, flows: Sequence[Flow]) -> dict[str, Any]:
    """The NetworkPolicy spec of a group of pods: its ends of all flows."""
    ingress = [{"from": peers(flow.source), "ports": _ports(flow)} for flow in flows if flow.target == pods]
    egress = [{"to": peers(flow.target), "ports": _ports(flow)} for flow in flows if flow.source == pods]
    types = [name for name, rules in (("Ingress", ingress), ("Egress", egress)) if rules]
    return {
        "podSelector": pods.selector,
        "policyTypes": types,
        **({"ingress": ingress} if ingress else {}),
        **({"egress": egress} if egress else {}),
    }


def peers(end: Pods | Addresses) -> list[dict[str, Any]]:
    """The other end of a rule, as NetworkPolicy peers."""
    if isinstance(end, Addresses):
        excluded = {"except": list(end.excluded)} if end.excluded else {}
        return [{"ipBlock": {"cidr": cidr, **excluded}} for cidr in end.cidrs]
    namespace = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": end.namespace}}}
    return [{**namespace, **({"podSelector": end.selector} if end.selector else {})}]


def _ports(flow: Flow) -> list[dict[str, Any]]:
    return [{"port": port, "protocol": protocol} for port in flow.ports for protocol in flow.protocols]
