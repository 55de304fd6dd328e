"""What a RabbitMQ cluster is told to hold."""

import base64
import hashlib
import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import queue_definitions as definitions
from components.queue import balancer_address, upstream_uri
from components.queue_pod import before_stop

LIMITS = definitions.QueueLimits(max_length=10, message_ttl_seconds=60, delivery_limit=3)
LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def test_a_password_is_stored_as_rabbitmq_stores_it() -> None:
    """Guards every login, with the worked example of RabbitMQ's own page on passwords."""
    stored = definitions.password_hash("test12", "908dc60a")
    assert stored == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"


def test_a_salt_of_another_length_is_refused() -> None:
    """Guards against a hash that RabbitMQ takes and no password ever matches."""
    with pytest.raises(ValueError, match="a RabbitMQ salt has four bytes, got 5"):
        definitions.password_hash("x", "0102030405")


@given(st.text(min_size=1, max_size=40), st.binary(min_size=4, max_size=4))
def test_a_hash_begins_with_its_salt(password: str, salt: bytes) -> None:
    """Guards the check of a login, which reads the salt off the hash."""
    raw = base64.b64decode(definitions.password_hash(password, salt.hex()))
    assert raw == salt + hashlib.sha256(salt + password.encode()).digest()


@given(st.lists(LABELS, min_size=1, max_size=5, unique=True), st.lists(LABELS, max_size=6, unique=True), st.booleans())
def test_every_queue_is_bound_and_bounded_and_every_binding_has_both_ends(
    work: list[str], subscribers: list[str], federated: bool
) -> None:
    """Guards messages that nobody would get, and queues that no limit holds, for any names."""
    held = json.loads(definitions.topology("v", work, subscribers, LIMITS, federated=federated))
    queues = {queue["name"] for queue in held["queues"]}
    exchanges = {exchange["name"] for exchange in held["exchanges"]}
    assert {binding["destination"] for binding in held["bindings"]} == queues
    assert {binding["source"] for binding in held["bindings"]} == exchanges
    patterns = [p["pattern"] for p in held["policies"] if p["apply-to"] == "quorum_queues"]
    for queue in queues:
        assert len([pattern for pattern in patterns if re.search(pattern, queue)]) == 1


def test_what_a_standby_has_still_to_take_survives_a_node_and_ends_with_its_window() -> None:
    """Guards the queue that RabbitMQ makes by itself on the leading broker: it would be a classic one, and grow for ever."""
    made = definitions.upstream("amqps://lb.example", window_seconds=3600)
    assert made["queue-type"] == "quorum"
    assert made["message-ttl"] == made["expires"] == 3_600_000


def test_the_upstreams_certificate_is_checked_for_the_name_that_it_holds() -> None:
    """Guards the link between the regions: the balancer's own name is in no certificate of ours."""
    uri = upstream_uri("lb.example", "secret", "mgx-ai", "rabbitmq.mgx-ai.svc.cluster.local")
    assert uri == (
        "amqps://federation:secret@lb.example:5671/mgx-ai?cacertfile=/etc/rabbitmq-secrets/ca.crt"
        "&verify=verify_peer&server_name_indication=rabbitmq.mgx-ai.svc.cluster.local"
    )


def test_a_balancer_that_has_no_address_yet_has_an_empty_one() -> None:
    """Guards an update while the balancer is being made."""
    point = SimpleNamespace(hostname="lb.example", ip=None)
    made = SimpleNamespace(load_balancer=SimpleNamespace(ingress=[point]))
    assert [balancer_address(status) for status in (made, None, SimpleNamespace(load_balancer=None))] == [
        "lb.example", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("nodes", "waits"), [(1, False), (2, False), (3, True), (6, True)])
def test_a_node_waits_for_the_others_only_where_they_can_be_a_majority(nodes: int, waits: bool) -> None:
    """Guards a drain that would never end, and one that would stop every queue."""
    assert ("await_online_quorum_plus_one" in before_stop(nodes)[-1]) is waits
