"""The order on a cluster: an object waits for what it names, as far as the same program makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from components.node_pool import POOL_LABEL
from components.pods import NAME_LABEL

Reference = tuple[str, str, str]
"""Kind, namespace (empty outside of namespaces) and name. "Pods" are those of a workload, by their `NAME_LABEL`."""

WORKLOADS = ("Deployment", "StatefulSet")


class Precedence:
    """A transformation for the parent of all that stands on one cluster: `ResourceOptions(transformations=[Precedence()])`.

    Pulumi orders by outputs alone, and names on a cluster are plain texts: without it an object may come before its
    namespace, pods may start with the configuration of before, and an update may wait for pods that no node pool takes.
    Only what was declared before is waited for, so that no circle can arise; in a tear-down all goes the other way round.
    """

    def __init__(self) -> None:
        self._standing: dict[Reference, list[pulumi.Resource]] = {}

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("kubernetes:"):
            return None
        made: Mapping[str, Any] = dict(args.props)
        first = [each for reference in named(made) for each in self._standing.get(reference, ())]
        for reference in known_as(made):
            self._standing.setdefault(reference, []).append(args.resource)
        if not first:
            return None
        waiting = pulumi.ResourceOptions(depends_on=first)
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, waiting))


def known_as(made: Mapping[str, Any]) -> Iterator[Reference]:
    """Yields what others name an object by: its name, a node pool's label, a workload's pods."""
    kind, namespace = made.get("kind"), _at(made, "metadata", "namespace") or ""
    if kind == "NodePool":
        yield "NodePool", "", _at(made, "spec", "template", "metadata", "labels", POOL_LABEL)
        return
    yield str(kind), namespace, _at(made, "metadata", "name")
    if kind in WORKLOADS:
        yield "Pods", namespace, _at(made, "spec", "template", "metadata", "labels", NAME_LABEL)


def named(made: Mapping[str, Any]) -> Iterator[Reference]:
    """Yields what an object names.

    A Service is ready when its pods are, so it comes after their workload; a headless one, by which pods find each
    other, comes before.
    """
    namespace, spec = _at(made, "metadata", "namespace") or "", made.get("spec")
    if namespace:
        yield "Namespace", "", namespace
    if pod := _at(spec, "template", "spec", "containers") and _at(spec, "template", "spec"):
        yield from _named_by_pod(pod, namespace)
    if headless := _at(spec, "service_name"):
        yield "Service", namespace, headless
    for claim in _at(spec, "volume_claim_templates") or ():
        yield "StorageClass", "", _at(claim, "spec", "storage_class_name")
    if scaled := _at(spec, "scale_target_ref"):
        yield scaled.kind, namespace, scaled.name
    if role := made.get("role_ref"):
        yield role.kind, namespace if role.kind == "Role" else "", role.name
    if answering := _at(spec, "service"):
        yield "Service", answering.namespace, answering.name
    if node_class := _at(spec, "template", "spec", "nodeClassRef", "name"):
        yield "NodeClass", "", node_class
    if made.get("kind") == "Service" and _at(spec, "cluster_ip") != "None":
        yield "Pods", namespace, _at(spec, "selector", NAME_LABEL)


def _named_by_pod(pod: Any, namespace: str) -> Iterator[Reference]:
    """Yields its nodes, its account, and the files and variables that it reads as it starts."""
    yield "NodePool", "", _at(pod, "node_selector", POOL_LABEL)
    yield "ServiceAccount", namespace, _at(pod, "service_account_name")
    for volume in pod.volumes or ():
        yield "ConfigMap", namespace, _at(volume, "config_map", "name")
        yield "Secret", namespace, _at(volume, "secret", "secret_name")
    for container in [*(pod.init_containers or ()), *pod.containers]:
        for variable in container.env or ():
            yield "Secret", namespace, _at(variable, "value_from", "secret_key_ref", "name")
        for source in container.env_from or ():
            yield "Secret", namespace, _at(source, "secret_ref", "name")


def _at(value: Any, *path: str) -> Any:
    """What stands at the end of a path, in arguments or in plain data; None where nothing is said or nothing is known."""
    for key in path:
        if isinstance(value, pulumi.Output):
            return None
        value = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    return value
