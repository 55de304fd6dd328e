"""The gRPC server that the Pulumi engine takes for a provider plugin."""

import hashlib
import json
import logging
from functools import lru_cache
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from . import cfn, changes, kubernetes, outputs, rules, sdk, shape
from .cloud import Cloud, CloudError, Thing
from .shape import Failure
from .wire import Props, decode, encode, has_unknown, is_unknown, reveal

log = logging.getLogger(__name__)

Context = grpc.ServicerContext


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """A stand-in for one package's plugin. It checks as strictly as the real one, and keeps what it creates in a Cloud.

    The engine opens one connection for each provider resource, and says only in Configure which one that is: the
    configuration is remembered by connection.
    """

    def __init__(self, package: str, cloud: Cloud) -> None:
        self.package = package
        self.cloud = cloud
        self.configured: dict[str, Props] = {}

    def Handshake(self, request: Any, context: Context) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: Any, context: Context) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version=sdk.version(self.package))

    def Cancel(self, request: Any, context: Context) -> Any:
        self.cloud.released.set()
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: Context) -> Any:
        inputs = decode(request.news)
        provider = sdk.provider_type(self.package)
        failures = shape.check_object(self._config(reveal(inputs)), provider.inputs, provider.required, "")
        return _checked(inputs, failures)

    def DiffConfig(self, request: Any, context: Context) -> Any:
        old, new = reveal(decode(request.old_inputs)), reveal(decode(request.news))
        return _diffed(changes.Change(paths=_changed_keys(old, new), replaces=self._other_cluster(old, new)))

    def Configure(self, request: Any, context: Context) -> Any:
        self.configured[context.peer()] = self._config(reveal(decode(request.args)))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Invoke(self, request: Any, context: Context) -> Any:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED, f"stand-in: {request.tok} is a call at plan time; no plan may make one"
        )

    def Check(self, request: Any, context: Context) -> Any:
        token, inputs = _token(request.urn), decode(request.news)
        old = decode(request.olds)
        inputs = self._with_defaults(token, inputs, old, request)
        props = reveal(inputs)
        region = self._region(props, context)
        # One engine run after another asks about the same inputs: the text of them is what the answer is kept by.
        text = json.dumps(props, sort_keys=True)
        return _checked(inputs, _failures(token, text, "us-east-1" if is_unknown(region) else region, exists=bool(old)))

    def Diff(self, request: Any, context: Context) -> Any:
        old, new = decode(request.old_inputs), decode(request.news)
        for path in request.ignoreChanges:
            if path in old:
                new[path] = old[path]
        change = changes.compare(_token(request.urn), old, new, self.configured.get(context.peer()))
        # A name given by hand can't be had twice: the old resource goes first, as with the real plugins.
        named = self._name(_token(request.urn), new)
        return _diffed(change, delete_first=named is not None and named == self._name(_token(request.urn), old))

    def Create(self, request: Any, context: Context) -> Any:
        token, inputs = _token(request.urn), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(id="", properties=encode(outputs.expected(token, inputs)))
        thing = self._thing(request.urn, inputs, self.cloud.next_seed(request.urn), context)
        try:
            self.cloud.create(thing)
        except CloudError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        return provider_pb2.CreateResponse(id=thing.id, properties=encode(thing.outputs))

    def Read(self, request: Any, context: Context) -> Any:
        thing = self._find(request.urn, request.id, decode(request.properties), context)
        if thing is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=thing.id, properties=encode(thing.outputs), inputs=encode(thing.inputs))

    def Update(self, request: Any, context: Context) -> Any:
        inputs = decode(request.news)
        there = self._find(request.urn, request.id, decode(request.olds), context)
        if there is None and not request.preview:
            context.abort(grpc.StatusCode.NOT_FOUND, f"stand-in: {request.id} does not exist")
        seed = there.seed if there else request.urn
        updated = self._thing(request.urn, inputs, seed, context, resource_id=request.id)
        if not request.preview:
            try:
                self.cloud.update(updated)
            except CloudError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
        return provider_pb2.UpdateResponse(properties=encode(updated.outputs))

    def Delete(self, request: Any, context: Context) -> Any:
        told = decode(request.properties)
        thing = self._find(request.urn, request.id, told, context)
        replaced = thing is not None and thing.of_the_state and reveal(thing.outputs) != reveal(told)
        if thing is not None and not replaced:
            try:
                self.cloud.delete(thing.scope, thing.token, thing.id)
            except CloudError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
        return empty_pb2.Empty()

    def _config(self, props: Props) -> Props:
        """Returns a provider's inputs decoded: on the wire, what is no string is JSON in a string."""
        hints = sdk.provider_type(self.package).inputs
        return {
            key: json.loads(value) if _is_json(value) and not shape.allows_string(hints.get(key)) else value
            for key, value in props.items()
            if key != "version"
        }

    def _with_defaults(self, token: str, inputs: Props, old: Props, request: Any) -> Props:
        """Returns the inputs with a name made up where none is given, marked as a default, as the real plugins do."""
        if self.package == "kubernetes":
            metadata = dict(inputs.get("metadata") or {})
            if "name" not in metadata and "generateName" not in metadata:
                metadata["name"] = old.get("metadata", {}).get("name") or _auto_name(request)
            return {**inputs, "metadata": metadata}
        key = outputs.name_property(token)
        if key is None or key in inputs or f"{key}Prefix" in inputs:
            return {**inputs, "__defaults": []}
        kept = old.get(key) if key in old.get("__defaults", []) else None
        return {**inputs, key: kept or _auto_name(request), "__defaults": [key]}

    def _thing(self, urn: str, inputs: Props, seed: str, context: Context, resource_id: str | None = None) -> Thing:
        token = _token(urn)
        region = self._region(reveal(inputs), context)
        if self.package == "kubernetes":
            told_id, told = kubernetes.identity(reveal(inputs)), kubernetes.outputs(inputs)
        else:
            told_id, told = outputs.outputs(token, inputs, seed=seed, region=region)
        name = self._name(token, inputs)
        return Thing(
            urn=urn,
            scope=self._scope(urn, region, context),
            token=token,
            id=resource_id or told_id,
            name=name if isinstance(name, str) else None,
            inputs=inputs,
            outputs=told,
            seed=seed,
        )

    def _find(self, urn: str, resource_id: str, props: Props, context: Context) -> Thing | None:
        scope = self._scope(urn, self._region(reveal(props), context), context)
        return self.cloud.get(scope, _token(urn), resource_id)

    def _name(self, token: str, inputs: Props) -> Any:
        if self.package == "kubernetes":
            return kubernetes.identity(inputs) if not has_unknown(inputs.get("metadata")) else None
        key = outputs.name_property(token)
        return reveal(inputs.get(key)) if key and key not in inputs.get("__defaults", []) else None

    def _region(self, props: Props, context: Context) -> str:
        return props.get("region") or self.configured.get(context.peer(), {}).get("region") or "us-east-1"

    def _scope(self, urn: str, region: str, context: Context) -> str:
        """Returns within what an id is unique: a region, the account, a cluster, or the state alone."""
        if self.package == "kubernetes":
            config = self.configured.get(context.peer(), {})
            return str(config.get("clusterIdentifier") or config.get("kubeconfig"))
        if self.package != "aws":
            return urn
        known = sdk.resource_type(_token(urn))
        return region if known and "region" in known.inputs else "account"

    def _other_cluster(self, old: Props, new: Props) -> tuple[str, ...]:
        if self.package != "kubernetes":
            return ()
        key = "clusterIdentifier" if "clusterIdentifier" in old or "clusterIdentifier" in new else "kubeconfig"
        return (key,) if old.get(key) != new.get(key) else ()


@lru_cache(maxsize=4096)
def _failures(token: str, text: str, region: str, *, exists: bool) -> tuple[Failure, ...]:
    package, props = token.split(":")[0], json.loads(text)
    known = sdk.resource_type(token)
    if known is None and package != "kubernetes":
        return (("", f"{token} is no type of the {package} SDK"),)
    found = list(shape.check_object(props, known.inputs, known.required, "")) if known else []
    if package == "aws":
        found += cfn.check(token, props, region)
        found += rules.check(token, props, exists=exists)
    if package == "kubernetes":
        found += kubernetes.check(token, props)
    return tuple(found)


def _token(urn: str) -> str:
    return urn.split("::")[2].split("$")[-1]


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and not is_unknown(value)


def _auto_name(request: Any) -> str:
    if request.autonaming.proposed_name:
        return request.autonaming.proposed_name
    seed = request.randomSeed or request.urn.encode()
    return f"{request.urn.split('::')[3]}-{hashlib.sha256(seed).hexdigest()[:7]}"


def _changed_keys(old: Props, new: Props) -> tuple[str, ...]:
    return tuple(sorted(key for key in old.keys() | new.keys() if key != "version" and old.get(key) != new.get(key)))


def _checked(inputs: Props, failures: Any) -> Any:
    found = [provider_pb2.CheckFailure(property=path, reason=f"{path}: {reason}") for path, reason in failures]
    return provider_pb2.CheckResponse(inputs=encode(inputs), failures=found)


def _diffed(change: changes.Change, *, delete_first: bool = False) -> Any:
    kinds = provider_pb2.PropertyDiff
    detail = {
        path: kinds(kind=kinds.UPDATE_REPLACE if changes.changed_path(change, path) else kinds.UPDATE, inputDiff=True)
        for path in change.paths
    }
    some = provider_pb2.DiffResponse.DIFF_SOME if change.paths else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(
        changes=some,
        replaces=change.replaces,
        diffs=sorted({path.split(".")[0].split("[")[0] for path in change.paths}),
        detailedDiff=detail,
        hasDetailedDiff=True,
        deleteBeforeReplace=bool(change.replaces) and delete_first,
    )
