"""A stand-in plugin called without an engine: what the tests of the plugins themselves use."""

from typing import Any, NoReturn

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from tests.engine.standin import Cloud, StandIn
from tests.engine.standin.wire import Props, decode, encode


class Refused(Exception):
    """The plugin answered a call with an error; the text is its message."""


class Plugin:
    """One connection to the stand-in of a package, configured as the engine does it."""

    def __init__(self, package: str, cloud: Cloud | None = None, **config: str) -> None:
        self.cloud = cloud or Cloud()
        self.server = StandIn(package, self.cloud)
        self.server.Configure(provider_pb2.ConfigureRequest(args=encode(config)), _CONTEXT)

    def complaints(self, token: str, inputs: Props) -> list[str]:
        """Returns what Check says against the inputs."""
        return [failure.reason for failure in self._check(token, inputs, {}).failures]

    def checked(self, token: str, inputs: Props, old: Props | None = None, *, name: str = "thing") -> Props:
        """Returns the inputs as Check hands them on."""
        return decode(self._check(token, inputs, old or {}, name).inputs)

    def diff(self, token: str, old: Props, new: Props) -> Any:
        """Returns what Diff answers."""
        request = provider_pb2.DiffRequest(urn=_urn(token, "thing"), old_inputs=encode(old), news=encode(new))
        return self.server.Diff(request, _CONTEXT)

    def create(self, token: str, inputs: Props, *, name: str = "thing", preview: bool = False) -> tuple[str, Props]:
        """Returns the id and the outputs of a new resource; Refused if the cloud refuses it."""
        request = provider_pb2.CreateRequest(urn=_urn(token, name), properties=encode(inputs), preview=preview)
        answer = self.server.Create(request, _CONTEXT)
        return answer.id, decode(answer.properties)

    def read(self, token: str, resource_id: str) -> str:
        """Returns the id of a resource, empty if it doesn't exist."""
        return self.server.Read(provider_pb2.ReadRequest(urn=_urn(token, "thing"), id=resource_id), _CONTEXT).id

    def delete(self, token: str, resource_id: str, outputs: Props | None = None) -> empty_pb2.Empty:
        """Deletes a resource, of which the state has these outputs; Refused if the cloud refuses it."""
        known = encode(outputs or {})
        request = provider_pb2.DeleteRequest(urn=_urn(token, "thing"), id=resource_id, properties=known)
        return self.server.Delete(request, _CONTEXT)

    def _check(self, token: str, inputs: Props, old: Props, name: str = "thing") -> Any:
        request = provider_pb2.CheckRequest(
            urn=_urn(token, name), news=encode(inputs), olds=encode(old), randomSeed=b"1"
        )
        return self.server.Check(request, _CONTEXT)


class _Context:
    def peer(self) -> str:
        return "the only connection"

    def abort(self, code: object, details: str) -> NoReturn:
        raise Refused(details)


_CONTEXT: Any = _Context()


def _urn(token: str, name: str) -> str:
    return f"urn:pulumi:stack::project::{token}::{name}"
