"""Transforms: the program's own functions that change a resource while it is being registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from google.protobuf.message import Message
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.sync_await import _sync_await

from infra.graph.values import OUTPUT_MARK, SECRET_MARK, TYPE_KEY, UNKNOWN_MARK
from infra.plan.wire import plain, struct

_OPTIONS: Final = (
    ("aliases", "aliases"),
    ("additionalSecretOutputs", "additional_secret_outputs"),
    ("customTimeouts", "custom_timeouts"),
    ("deletedWith", "deleted_with"),
    ("dependencies", "depends_on"),
    ("ignoreChanges", "ignore_changes"),
    ("importId", "import"),
    ("pluginDownloadURL", "plugin_download_url"),
    ("protect", "protect"),
    ("provider", "provider"),
    ("providers", "providers"),
    ("replaceOnChanges", "replace_on_changes"),
    ("replace_with", "replace_with"),
    ("retainOnDelete", "retain_on_delete"),
    ("version", "version"),
)
"""What a transform may change beside the properties: its name in a registration, and in a transform's options."""


class Callbacks(_CallbackServicer):
    """The SDK's own register of callbacks, without the server on this machine by which the engine would call them."""

    def __init__(self, monitor: Any) -> None:
        self._callbacks = {}
        self._transforms = {}
        self._state_migrations = {}
        self._monitor = monitor
        self._target = "in process"

    def transform(self, token: str, request: resource_pb2.TransformRequest) -> resource_pb2.TransformResponse:
        """Returns what the transform that was registered under this token answers."""
        answer = _sync_await(self._callbacks[token](request.SerializeToString()))
        assert isinstance(answer, resource_pb2.TransformResponse)
        return answer


class Transforms:
    """The transforms of each resource, and those of the whole stack in `of_stack`, by their tokens."""

    def __init__(self, callbacks: Callbacks) -> None:
        self.of_stack: list[str] = []
        self._of: dict[str, list[str]] = {}
        self._callbacks = callbacks

    def keep(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Remembers the resource's own transforms for what will be below it."""
        self._of[urn] = [callback.token for callback in request.transforms]

    def apply(self, request: resource_pb2.RegisterResourceRequest, ancestors: Iterable[str]) -> None:
        """Changes the registration as the engine would: by its own transforms, its ancestors' from below, the stack's."""
        own = [callback.token for callback in request.transforms]
        tokens = [*own, *(token for urn in ancestors for token in self._of.get(urn, ())), *self.of_stack]
        if not tokens:
            return
        dependencies = {key: set(deps.urns) for key, deps in request.propertyDependencies.items()} if own else {}
        properties = {k: _with_outputs(v, dependencies.get(k, set())) for k, v in plain(request.object).items()}
        change = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=struct(properties),
            options=_options(request),
        )
        for token in tokens:
            answer = self._callbacks.transform(token, change)
            change.properties.CopyFrom(answer.properties)
            if answer.HasField("options"):
                change.options.CopyFrom(answer.options)
        _take_over(change, request, own_ran=bool(own))


def _options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions()
    for given, option in _OPTIONS:
        _copy(request, given, options, option)
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _take_over(
    change: resource_pb2.TransformRequest, request: resource_pb2.RegisterResourceRequest, *, own_ran: bool
) -> None:
    dependencies = set(request.dependencies)
    for given, option in _OPTIONS:
        _copy(change.options, option, request, given)
    request.deleteBeforeReplaceDefined = change.options.HasField("delete_before_replace")
    request.deleteBeforeReplace = change.options.delete_before_replace

    properties = plain(change.properties)
    request.object.CopyFrom(struct({key: _without_outputs(value) for key, value in properties.items()}))
    by_property = {key: _dependencies(value) for key, value in properties.items()}
    if own_ran:
        dependencies = set(request.dependencies).union(*by_property.values())
        request.ClearField("propertyDependencies")
    for key, found in by_property.items():
        request.propertyDependencies[key].urns.extend(found)
    request.ClearField("dependencies")
    request.dependencies.extend(sorted(dependencies))


def _copy(source: Message, field: str, target: Message, name: str) -> None:
    description = source.DESCRIPTOR.fields_by_name[field]
    target.ClearField(name)
    if description.is_repeated or description.message_type is None:
        if not description.has_presence or source.HasField(field):
            target.MergeFrom(type(target)(**{name: getattr(source, field)}))
    elif source.HasField(field):
        getattr(target, name).CopyFrom(getattr(source, field))


def _with_outputs(value: Any, dependencies: set[str]) -> Any:
    """Returns the property as transforms get it: what is unknown, secret or depends on a resource becomes an output."""
    marked = _marked(value)
    if dependencies <= _dependencies(marked):
        return marked
    output = marked if isinstance(marked, Mapping) and marked.get(TYPE_KEY) == OUTPUT_MARK else _output(value=marked)
    return {**output, "dependencies": sorted(dependencies | _dependencies(marked))}


def _marked(value: Any) -> Any:
    if value == UNKNOWN_MARK:
        return _output()
    if isinstance(value, list):
        return [_marked(item) for item in value]
    if isinstance(value, Mapping):
        if value.get(TYPE_KEY) == SECRET_MARK:
            return _output(value=_marked(value["value"]), secret=True)
        return {key: _marked(item) for key, item in value.items()}
    return value


def _output(**contents: Any) -> dict[str, Any]:
    return {TYPE_KEY: OUTPUT_MARK, **contents}


def _without_outputs(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_outputs(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get(TYPE_KEY) != OUTPUT_MARK:
        return {key: _without_outputs(item) for key, item in value.items()}
    inner = _without_outputs(value["value"]) if "value" in value else UNKNOWN_MARK
    return {TYPE_KEY: SECRET_MARK, "value": inner} if value.get("secret") else inner


def _dependencies(value: Any) -> set[str]:
    if isinstance(value, list):
        return set[str]().union(*map(_dependencies, value))
    if not isinstance(value, Mapping):
        return set()
    if value.get(TYPE_KEY) == OUTPUT_MARK:
        return {*value.get("dependencies", ()), *_dependencies(value.get("value"))}
    return set[str]().union(*map(_dependencies, value.values()))
