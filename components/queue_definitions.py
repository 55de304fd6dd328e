"""What a RabbitMQ cluster holds from its first start: virtual host, exchanges, queues, limits, users. Plain data."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WORK = "work"
"""The direct exchange for work: the routing key is a work queue's name."""
EVENTS = "events"
"""The topic exchange for events; each subscriber has a queue of its own that gets all of them."""
DEAD_LETTERS = "dead-letters"
"""Where a message goes that was refused, delivered too often, or grew too old: an exchange and its queue."""
FEDERATED = "federation: "
"""How RabbitMQ names the queues in which it keeps what another region has still to take, up to the exchange's name."""
NOTHING = "(?!)"
"""A regular expression that no name matches."""
UPSTREAM = "active-region"
"""The name of the broker that a federated one follows."""


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """How long a queue may get (messages), how old a message (seconds), how often it is delivered."""

    max_length: int
    message_ttl_seconds: int
    delivery_limit: int


@dataclass(frozen=True, kw_only=True)
class User:
    """One login: its password's hash, its tags, and regular expressions of what it may configure, write and read."""

    name: str
    password_hash: str
    tags: Sequence[str] = ()
    configure: str = "^$"
    write: str = "^$"
    read: str = "^$"


def password_hash(password: str, salt_hex: str) -> str:
    """The password as RabbitMQ stores it: Base64 of a salt of four bytes and SHA-256 of the salt and the password.

    Source: RabbitMQ, Access Control, Passwords: "rabbit_password_hashing_sha256".
    """
    salt = bytes.fromhex(salt_hex)
    if len(salt) != 4:
        raise ValueError(f"a RabbitMQ salt has four bytes, got {len(salt)}")
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def event_queue(subscriber: str) -> str:
    """The queue in which a service gets events."""
    return f"{EVENTS}.{subscriber}"


def queues(work_queues: Sequence[str], subscribers: Sequence[str]) -> tuple[str, ...]:
    """Every queue that messages are worked from, without the dead letters'."""
    return (*work_queues, *(event_queue(subscriber) for subscriber in subscribers))


def exchanges(subscribers: Sequence[str]) -> tuple[str, ...]:
    """Every exchange that the application publishes to."""
    return (WORK, EVENTS) if subscribers else (WORK,)


def anything_of(names: Sequence[str]) -> str:
    """A regular expression that matches each of the names and nothing else."""
    return f"^({'|'.join(re.escape(name) for name in names)})$"


def topology(
    vhost: str, work_queues: Sequence[str], subscribers: Sequence[str], limits: QueueLimits, *, federated: bool
) -> str:
    """The definitions that hold no secret, as JSON.

    A queue that is full refuses what is published, so that nothing is lost unseen. A `federated` broker follows another
    one and works nothing itself: there the oldest messages make room, or the other's links would stand still.
    """
    named = queues(work_queues, subscribers)
    declared: dict[str, Any] = {
        "vhosts": [{"name": vhost, "default_queue_type": "quorum"}],
        "exchanges": [
            _exchange(vhost, DEAD_LETTERS, "fanout"),
            *(_exchange(vhost, name, "topic" if name == EVENTS else "direct") for name in exchanges(subscribers)),
        ],
        "queues": [_queue(vhost, name) for name in (DEAD_LETTERS, *named)],
        "bindings": [
            _binding(vhost, DEAD_LETTERS, DEAD_LETTERS, ""),
            *(_binding(vhost, WORK, name, name) for name in work_queues),
            *(_binding(vhost, EVENTS, event_queue(name), "#") for name in subscribers),
        ],
        "policies": _policies(vhost, named, exchanges(subscribers), limits, federated=federated),
    }
    return json.dumps(declared, indent=2)


def logins(vhost: str, users: Sequence[User], upstream: Mapping[str, Any] | None) -> str:
    """The definitions that hold secrets, as JSON: users with what they may, and where to federate from."""
    declared: dict[str, Any] = {
        "users": [
            {
                "name": user.name,
                "password_hash": user.password_hash,
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": list(user.tags),
            }
            for user in users
        ],
        "permissions": [
            {"user": u.name, "vhost": vhost, "configure": u.configure, "write": u.write, "read": u.read} for u in users
        ],
    }
    if upstream is not None:
        parameter = {"component": "federation-upstream", "name": UPSTREAM, "vhost": vhost, "value": dict(upstream)}
        declared["parameters"] = [parameter]
    return json.dumps(declared, indent=2)


def upstream(uri: str, window_seconds: int) -> dict[str, Any]:
    """A federation upstream: a quorum queue there keeps `window_seconds` of messages while the link is down."""
    return {
        "uri": uri,
        "queue-type": "quorum",
        "ack-mode": "on-confirm",
        "max-hops": 1,
        "reconnect-delay": 5,
        "prefetch-count": 1000,
        "message-ttl": window_seconds * 1000,
        "expires": window_seconds * 1000,
    }


def _policies(
    vhost: str, named: Sequence[str], published: Sequence[str], limits: QueueLimits, *, federated: bool
) -> list[dict[str, Any]]:
    bounds: dict[str, Any] = {"max-length": limits.max_length, "message-ttl": limits.message_ttl_seconds * 1000}
    safe = {
        "overflow": "reject-publish",
        "dead-letter-exchange": DEAD_LETTERS,
        "dead-letter-strategy": "at-least-once",
        "delivery-limit": limits.delivery_limit,
    }
    follows = {"overflow": "drop-head", "delivery-limit": limits.delivery_limit}
    policies = [
        _policy(vhost, "limits", anything_of(named), "quorum_queues", {**bounds, **(follows if federated else safe)}),
        _policy(vhost, DEAD_LETTERS, anything_of([DEAD_LETTERS]), "quorum_queues", {**bounds, "overflow": "drop-head"}),
    ]
    # Definitions only add and overwrite: a broker that leads is told so by the same policy, which matches nothing.
    followed = anything_of(published) if federated else NOTHING
    source = {"federation-upstream": UPSTREAM}
    return [*policies, _policy(vhost, "federation", followed, "exchanges", source)]


def _exchange(vhost: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name, "vhost": vhost, "type": kind, "durable": True, "auto_delete": False, "internal": False,
        "arguments": {},
    }  # fmt: skip


def _queue(vhost: str, name: str) -> dict[str, Any]:
    arguments = {"x-queue-type": "quorum"}
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(vhost: str, source: str, queue: str, routing_key: str) -> dict[str, Any]:
    return {
        "source": source, "vhost": vhost, "destination": queue, "destination_type": "queue",
        "routing_key": routing_key, "arguments": {},
    }  # fmt: skip


def _policy(vhost: str, name: str, pattern: str, apply_to: str, definition: dict[str, Any]) -> dict[str, Any]:
    return {
        "vhost": vhost, "name": name, "pattern": pattern, "apply-to": apply_to, "priority": 0, "definition": definition,
    }  # fmt: skip
