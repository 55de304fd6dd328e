"""The resource monitor of a plan: answers the SDK as the engine does in a preview, and keeps what was registered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal, NoReturn

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import callback_pb2, resource_pb2

from infra.graph import Resource, urn
from infra.graph.engine_json import provider_urn
from infra.graph.values import Value, decode, holds_unknown
from infra.plan.aliases import alias_urns
from infra.plan.deployed import Deployed
from infra.plan.errors import PlanError
from infra.plan.transforms import Callbacks, Transforms
from infra.plan.wire import plain, struct

_PROVIDER_PREFIX: Final = "pulumi:providers:"
_NEVER_BY_DEFAULT: Final = frozenset({"aws", "kubernetes"})
"""Packages whose default provider would take its region or cluster from whoever runs the program."""

_UNITS: Final = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
"""Seconds in each unit of a duration, such as the "1h30m" of a custom timeout."""

_FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
)


class Monitor:
    """Stands in the engine's place. `resources` are those registered so far, by URN."""

    def __init__(self, *, project: str, stack: str, deployed: Deployed | None = None) -> None:
        self.resources: dict[str, Resource] = {}
        self._deployed = deployed
        self._project = project
        self._stack = stack
        self._half_known_providers: set[str] = set()
        self.callbacks = Callbacks(self)
        self._transforms = Transforms(self.callbacks)

    def GetDeploymentInfo(self, _request: empty_pb2.Empty) -> resource_pb2.DeploymentInfo:
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def SignalAndWaitForShutdown(self, _request: empty_pb2.Empty) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Keeps the resource. Answers with its inputs, so that every other output is unknown, and with no id.

        Where the plan builds on what is deployed, it answers for a resource that stays with its stored id and outputs.
        """
        if request.remote:
            raise PlanError(f"{request.type} {request.name!r} is a component of a plugin, and a plan starts none")
        self._transforms.apply(request, self._upwards(request.parent))
        if request.type.startswith(_PROVIDER_PREFIX):
            _complete_provider(request)
        resource = self._resource(request)
        if resource.urn in self.resources:
            raise PlanError(f"two resources have the URN {resource.urn}; give one of them another name")
        self.resources[resource.urn] = resource
        self._transforms.keep(resource.urn, request)
        stays = self._deployed(resource) if self._deployed and request.custom else None
        if stays is not None:
            known = struct(stays.under(plain(request.object)))
            return resource_pb2.RegisterResourceResponse(urn=resource.urn, id=stays.id, object=known)
        answered = request.custom and resource.provider not in self._half_known_providers
        if resource.is_provider and holds_unknown(resource.inputs):
            self._half_known_providers.add(resource.urn)
        return resource_pb2.RegisterResourceResponse(urn=resource.urn, object=request.object if answered else None)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        self.resources[request.urn] = replace(self.resources[request.urn], outputs=_values(request.outputs))
        return empty_pb2.Empty()

    def RegisterStackTransform(self, callback: callback_pb2.Callback) -> empty_pb2.Empty:
        self._transforms.of_stack.append(callback.token)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, _callback: callback_pb2.Callback) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def RegisterResourceHook(self, _request: resource_pb2.RegisterResourceHookRequest) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def RegisterErrorHook(self, _request: resource_pb2.RegisterErrorHookRequest) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> NoReturn:
        raise PlanError(f"the program calls {request.tok}, which asks the cloud; take it from config or an output")

    def Call(self, request: resource_pb2.ResourceCallRequest) -> NoReturn:
        raise PlanError(f"the program calls the method {request.tok}, which a plugin answers, and a plan starts none")

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> NoReturn:
        raise PlanError(f"the program reads {request.type} {request.name!r}, which asks the cloud; let config say it")

    def ExistsResource(self, request: resource_pb2.ExistsResourceRequest) -> NoReturn:
        raise PlanError(f"the program asks whether {request.type} {request.id!r} exists: that asks the cloud")

    def RegisterPackage(self, request: resource_pb2.RegisterPackageRequest) -> NoReturn:
        raise PlanError(f"the program uses the parameterized package {request.name}, which its plugin has to describe")

    def _upwards(self, urn: str | None) -> Iterator[str]:
        while urn:
            yield urn
            urn = self.resources[urn].parent

    def _resource(self, request: resource_pb2.RegisterResourceRequest) -> Resource:
        parent = self.resources.get(request.parent)
        dependencies = tuple(sorted(set(request.dependencies)))
        inputs = _values(request.object)
        return Resource(
            urn=urn.make(self._stack, self._project, request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            custom=request.custom,
            inputs=inputs,
            parent=request.parent or None,
            provider=self._provider(request),
            dependencies=dependencies,
            property_dependencies=_property_dependencies(request, dependencies, inputs),
            aliases=alias_urns(
                stack=self._stack,
                project=self._project,
                parent=request.parent or None,
                type_=request.type,
                name=request.name,
                own=request.aliases,
                inherited=parent.aliases if parent else (),
            ),
            protect=_inherited(request, "protect", parent and parent.protect),
            retain_on_delete=_inherited(request, "retainOnDelete", parent and parent.retain_on_delete),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            deleted_with=request.deletedWith or (parent.deleted_with if parent else None),
            replace_with=tuple(sorted(request.replace_with)),
            ignore_changes=tuple(sorted(request.ignoreChanges)),
            replace_on_changes=tuple(sorted(request.replaceOnChanges)),
            additional_secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
            custom_timeouts={
                operation.name: _seconds(duration) for operation, duration in request.customTimeouts.ListFields()
            },
            import_id=request.importId or None,
        )

    def _provider(self, request: resource_pb2.RegisterResourceRequest) -> str | None:
        if not request.custom or request.type.startswith(_PROVIDER_PREFIX):
            return None
        package = request.type.partition(":")[0]
        if request.provider:
            return provider_urn(request.provider)
        if package in _NEVER_BY_DEFAULT:
            raise PlanError(
                f"{request.type} {request.name!r} has no explicit {package} provider; give one to it or to its parent "
                f"(ResourceOptions(provider=...)), so that where it is made doesn't depend on who runs the program"
            )
        name = _default_provider_name(request.version)
        return urn.make(self._stack, self._project, None, _PROVIDER_PREFIX + package, name)


def _seconds(duration: str) -> float:
    parts = re.findall(r"([0-9.]+)([a-zµ]+)", duration)
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return int(seconds) if seconds == int(seconds) else seconds


def _inherited(
    request: resource_pb2.RegisterResourceRequest, option: Literal["protect", "retainOnDelete"], parents: bool | None
) -> bool:
    return getattr(request, option) if request.HasField(option) else bool(parents)


def _default_provider_name(version: str) -> str:
    return "_".join(["default", *version.replace("-", ".").replace("+", ".").split(".")]) if version else "default"


def _complete_provider(request: resource_pb2.RegisterResourceRequest) -> None:
    if request.version:
        request.object["version"] = request.version
    if request.pluginDownloadURL:
        request.object["pluginDownloadURL"] = request.pluginDownloadURL
    request.object.get_or_create_struct("__internal")


def _property_dependencies(
    request: resource_pb2.RegisterResourceRequest, dependencies: tuple[str, ...], inputs: Mapping[str, Value]
) -> dict[str, tuple[str, ...]]:
    if not request.propertyDependencies:
        return {key: dependencies for key in sorted(inputs) if dependencies}
    return {key: tuple(sorted(deps.urns)) for key, deps in sorted(request.propertyDependencies.items()) if deps.urns}


def _values(properties: struct_pb2.Struct) -> dict[str, Value]:
    return {key: decode(value) for key, value in sorted(plain(properties).items())}
