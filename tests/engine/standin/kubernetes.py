"""What a Kubernetes API server would refuse, before there is one."""

from collections.abc import Iterator

import kubernetes_validate

from .shape import Failure
from .wire import Props, has_unknown

VERSION = "1.36"
CLUSTER_SCOPED = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "APIService",
        "IngressClass",
        "IngressClassParams",
        "Namespace",
        "NodeClass",
        "NodePool",
        "PersistentVolume",
        "PriorityClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
)


def check(token: str, props: Props) -> Iterator[Failure]:
    """Yields (path, reason) for what is against the API's own schema; kinds of a custom resource have none here."""
    api_version, kind = token.removeprefix("kubernetes:").rsplit(":", 1)
    api_version = api_version.removeprefix("core/")
    for key, wanted in (("apiVersion", api_version), ("kind", kind)):
        if props.get(key) != wanted:
            yield key, f"{props.get(key)!r} where the type says {wanted!r}"
    if has_unknown(props):
        return
    try:
        kubernetes_validate.validate(props, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield ".".join(str(step) for step in error.path), error.message
    except kubernetes_validate.SchemaNotFoundError:
        pass


def outputs(props: Props) -> Props:
    """Returns what the API tells of an existing object: its inputs, and the address that a load balancer has got."""
    spec = props.get("spec")
    if props["kind"] == "Service" and isinstance(spec, dict) and spec.get("type") == "LoadBalancer":
        hostname = f"{identity(props).replace('/', '-')}.elb.amazonaws.com"
        return props | {"status": {"loadBalancer": {"ingress": [{"hostname": hostname}]}}}
    return props


def identity(props: Props) -> str:
    """Returns the id that the plugin gives an object: `namespace/name`, or the name alone outside namespaces."""
    metadata = props["metadata"]
    if props["kind"] in CLUSTER_SCOPED:
        return metadata["name"]
    return f"{metadata.get('namespace', 'default')}/{metadata['name']}"
