"""The SDKs' own classes: which inputs and outputs a resource type has, and of what types."""

import importlib
import importlib.metadata
import threading
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

from pulumi import _types
from pulumi.runtime import rpc

PACKAGES = {
    "aws": "pulumi_aws",
    "kubernetes": "pulumi_kubernetes",
    "random": "pulumi_random",
    "tls": "pulumi_tls",
}


_importing = threading.RLock()  # the SDKs' lazy packages show half-imported modules to other threads


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """What an SDK says of one resource type: hints are by wire name."""

    token: str
    inputs: dict[str, Any]
    required: frozenset[str]
    outputs: dict[str, Any]
    computed: frozenset[str]  # outputs that are there after every creation


def version(package: str) -> str:
    """Returns the version of the package's SDK."""
    return importlib.metadata.version(PACKAGES[package])


def resource_type(token: str) -> ResourceType | None:
    """Returns what the SDK says of a type token such as `aws:ec2/vpc:Vpc`; None if it has no such class."""
    with _importing, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of classes that nobody here uses
        return _resource_type(token)


@cache
def _resource_type(token: str) -> ResourceType | None:
    package, module, name = token.split(":")
    if package == "pulumi":  # pulumi:providers:aws
        package, module, name = name, "", "Provider"
    importlib.import_module(PACKAGES[package])
    if name == "Provider":
        home, class_name = PACKAGES[package], name
    else:
        registered: list[Any] = rpc._RESOURCE_MODULES.get(f"{package}:{module}", [])
        info = next((m.mod_info for m in registered if token in m.mod_info["classes"]), None)
        if info is None:
            return None
        home, class_name = info["fqn"], info["classes"][token]
    namespace = importlib.import_module(home)
    resource = getattr(namespace, class_name)
    args = getattr(namespace, f"{class_name}InitArgs", None) or getattr(namespace, f"{class_name}Args")
    outputs = _types._raw_return_hints(resource)
    return ResourceType(
        token=token,
        inputs=_types._raw_return_hints(args),
        required=_types._required_property_names(args),
        outputs=_types._types_from_py_properties(resource),
        computed=frozenset(key for key, hint in outputs.items() if not _types._is_optional_type(_unwrapped(hint))),
    )


def provider_type(package: str) -> ResourceType:
    """Returns what the package's SDK says of its provider resource."""
    known = resource_type(f"pulumi:providers:{package}")
    assert known is not None
    return known


def _unwrapped(output_hint: Any) -> Any:
    """Returns T of Output[T], where T may still be optional."""
    arguments = getattr(output_hint, "__args__", None)
    return arguments[0] if arguments else output_hint
