"""Which systems a phase has, and how they fit together."""

from __future__ import annotations

from infra.derive.sources import rule


@rule
def check_interval(seconds: int) -> int:
    """Health checks run as often as the document says, or at the next shorter interval that Route 53 has.

    It checks every 10 or every 30 seconds, and a check's interval can't be changed later.
    """
    return 30 if seconds >= 30 else 10


@rule
def pooled_from(_item: str, replicas: int) -> int:
    """Connections are pooled from the phase on whose list asks for it, by as many pods as the settings say.

    The list names the work; a pooler is what infrastructure does of it.
    """
    return replicas


@rule
def service_from(_item: str, name: str) -> str:
    """Services beside the main one are the settings' list, from the phase on that names microservices.

    The document says that the monolith is taken apart, and not yet into what.
    """
    return name


@rule
def proxied_from(_item: str, replicas: int) -> int:
    """A proxy is there from the phase on whose list names what it does, with as many pods as the settings say.

    An API gateway routes and limits, circuit breakers stand in front of external services.
    """
    return replicas


@rule
def compressed_by_proxy(_asked: str, replicas: int) -> int:
    """Before there is a CDN, a proxy compresses responses, with as many pods as the settings say.

    A load balancer passes on what it gets.
    """
    return replicas


@rule
def cdn_compresses(_asked: str) -> None:
    """A CDN compresses what it passes on, and no proxy need do it.

    Responses to it are free of charge at their full length.
    """
    return


@rule
def compressor_goes_last(_asked: str, replicas: int) -> int:
    """A compressor that is no longer needed goes last in a step, so the namespace's quota still holds its pods.

    Beside it the application may run its maximum and a rollout's surge; without room for all, a rollout could wait for
    pods that go only when it is done.
    """
    return replicas


@rule
def no_former_compressor(_phase: str) -> None:
    """No earlier phase runs a compressor that this one doesn't."""
    return


@rule
def limited_from(_item: str, requests: int) -> int:
    """A user's requests are limited from the phase on whose list asks for it, to the settings' figure.

    The list names the limit and gives none.
    """
    return requests


@rule
def outlives_balancer(idle_timeout_seconds: int) -> int:
    """A proxy behind the load balancer keeps an idle connection 15 s longer than that one.

    Were it the first to close one, a request that is just being sent on it would fail.
    """
    return idle_timeout_seconds + 15


@rule
def events_from(_item: str) -> bool:
    """Events have an exchange, and each service a queue of them, from the phase on that names an event-driven architecture.

    Before that the queue carries work alone.
    """
    return True


@rule
def no_events(_nodes: int) -> bool:
    """A queue carries work alone until the document names an event-driven architecture.

    Queues that nobody reads fill up.
    """
    return False
