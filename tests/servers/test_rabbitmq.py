"""The queue's generated files on two real RabbitMQ brokers, one that follows the other, and then the other way round."""

import json
import re
from dataclasses import replace
from shutil import which
from typing import Any

import pytest

from components.queue import upstream_uri
from components.queue_pod import INTER_NODE_TLS
from tests.graph import metrics
from tests.servers.debian import debian, run
from tests.servers.missing import require
from tests.servers.rabbitmq import (
    BROKER,
    QUEUE,
    SERVICE,
    make_certificates,
    passwords,
    ports,
    write_definitions,
    write_files,
)

UPSTREAM = upstream_uri("node-0.test", "fed1", "mgx-ai", SERVICE)
ROTATED_UPSTREAM = upstream_uri("node-0.test", "fed2", "mgx-ai", SERVICE)
OTHER_UPSTREAM = upstream_uri("node-1.test", "fed2", "mgx-ai", SERVICE).replace(":5671/", ":5681/")

START = (
    BROKER
    + """
describe() {
    ask $1-queues $ctl list_queues -p mgx-ai name type policy
    ask $1-alarms rabbitmq-diagnostics -q check_local_alarms
    ask $1-exchanges $ctl list_exchanges -p mgx-ai name policy
}
links() {
    for _ in $(seq 240); do
        ask $1 $ctl federation_status
        [ "$(grep -o '"status":"running"' /shared/answers/$1 | wc -l)" = 2 ] && break
        sleep 0.5
    done
}
again() { stop; cp /shared/$1/$2/* /shared/$1/etc/rabbitmq-definitions/; start; }
node active node-0 25672
start
describe active
rabbitmqctl -q export_definitions /shared/answers/active-definitions
ask active-listeners rabbitmq-diagnostics -q --formatter json listeners
ask current-login rabbitmqctl -q authenticate_user application-a app1
ask other-login rabbitmqctl -q authenticate_user application-b app0
ask metrics python3 -c 'import urllib.request as ask; print(ask.urlopen("http://localhost:15692/metrics").read().decode())'
node standby node-1 25682
start
describe standby
links links

# The passwords of another epoch, the leading broker first.
node active node-0 25672
again active rotated
ask rotated-current rabbitmqctl -q authenticate_user application-b app2
ask rotated-other rabbitmqctl -q authenticate_user application-a app1
ask rotated-administrator rabbitmqctl -q authenticate_user administrator admin2
rabbitmqctl -q authenticate_user application-b app0 >/dev/null 2>&1 || echo refused >/shared/answers/rotated-before
node standby node-1 25682
again standby rotated
links rotated-links

# The active region is swapped: each broker gets the other's definitions and restarts, the new leader first.
again standby swapped
ask swapped-leader-exchanges $ctl list_exchanges -p mgx-ai name policy
ask swapped-leader-policies $ctl list_policies -p mgx-ai
ask swapped-leader-links $ctl federation_status
node active node-0 25672
again active swapped
links swapped-links
"""
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the two brokers say of themselves, by question."""
    require(debian, "rabbitmqctl")
    require(which, "openssl")
    folder = tmp_path_factory.mktemp("rabbitmq")
    make_certificates(folder, ["active", "standby"], ["node-0.test", "node-1.test"])
    write_files(folder, QUEUE, "active", {})
    write_files(folder, replace(QUEUE, upstream=UPSTREAM), "standby", ports(1))
    write_definitions(folder, QUEUE, "active", "rotated", epoch=2)
    write_definitions(folder, replace(QUEUE, upstream=ROTATED_UPSTREAM), "standby", "rotated", epoch=2)
    write_definitions(folder, replace(QUEUE, upstream=OTHER_UPSTREAM), "active", "swapped", epoch=2)
    write_definitions(folder, QUEUE, "standby", "swapped", epoch=2)
    asked = run(folder, "sh", "-euc", START)
    assert asked.returncode == 0, (asked.stdout + asked.stderr)[-3000:]
    return {file.name: file.read_text(encoding="utf-8") for file in (folder / "answers").iterdir()}


def rows(answers: dict[str, str], question: str) -> list[dict[str, Any]]:
    return json.loads(answers[question])


@pytest.mark.parametrize("broker", ["active", "standby"])
def test_every_setting_is_known_and_the_broker_starts(answers: dict[str, str], broker: str) -> None:
    """Guards rabbitmq.conf: an unknown key, or a value of the wrong kind, keeps a broker from starting."""
    assert "no local alarms" in answers[f"{broker}-alarms"]


@pytest.mark.parametrize("broker", ["active", "standby"])
def test_every_queue_exists_as_a_quorum_queue_with_its_limits(answers: dict[str, str], broker: str) -> None:
    """Guards the definitions, and patterns that match no queue."""
    found = {(row["name"], row["type"], row["policy"]) for row in rows(answers, f"{broker}-queues")}
    worked = ("tasks", "events.mgx-api", "events.agent")
    assert found == {
        ("dead-letters", "quorum", "dead-letters"), *((name, "quorum", "limits") for name in worked),
    }  # fmt: skip


def test_every_queue_is_bound(answers: dict[str, str]) -> None:
    """Guards messages that no queue would get."""
    held = json.loads(answers["active-definitions"])
    bound = {(binding["source"], binding["destination"], binding["routing_key"]) for binding in held["bindings"]}
    assert bound == {
        ("work", "tasks", "tasks"), ("events", "events.mgx-api", "#"), ("events", "events.agent", "#"),
        ("dead-letters", "dead-letters", ""),
    }  # fmt: skip


def test_users_are_those_of_the_secret_and_no_guest(answers: dict[str, str]) -> None:
    """Guards the broker's front door: the default user with its known password isn't made."""
    users = {user["name"]: user["tags"] for user in json.loads(answers["active-definitions"])["users"]}
    assert users == {login: ["administrator"] if login == "administrator" else [] for login in passwords(1)}
    assert "Success" in answers["current-login"]
    assert "Success" in answers["other-login"]


def test_the_application_publishes_and_consumes_and_declares_nothing(answers: dict[str, str]) -> None:
    """Guards least privilege: what an application may do is what its exchanges and queues need."""
    granted = {row["user"]: row for row in json.loads(answers["active-definitions"])["permissions"]}
    for turn in ("application-a", "application-b"):
        assert granted[turn]["configure"] == "^$"
        assert granted[turn]["write"] == "^(work|events)$"


def test_clients_and_people_come_by_tls_alone(answers: dict[str, str]) -> None:
    """Guards the wire. Metrics hold no message, and are read inside the cluster."""
    listeners = json.loads(answers["active-listeners"])["listeners"]
    protocols = {(listener["protocol"], listener["port"]) for listener in listeners}
    assert protocols == {("amqp/ssl", 5671), ("https", 15671), ("http/prometheus", 15692), ("clustering", 25672)}


def test_the_standby_follows_by_tls_with_no_more_than_its_login_may(answers: dict[str, str]) -> None:
    """Guards federation as a whole: the URI, the name that the certificate is checked for, the login's permissions."""
    links = {(link["exchange"], link["status"]) for link in rows(answers, "links")}
    assert links == {("work", "running"), ("events", "running")}
    followed = {row["name"]: row["policy"] for row in rows(answers, "standby-exchanges")}
    assert (followed["work"], followed["events"]) == ("federation", "federation")


@pytest.mark.parametrize("metric", sorted(metrics.RABBITMQ))
def test_the_broker_tells_what_rules_ask_of_it(answers: dict[str, str], metric: str) -> None:
    """Guards queue depth and the broker's own alarms: a rule on a metric that nobody exports never fires."""
    assert re.search(rf"^{metric}[ {{]", answers["metrics"], re.MULTILINE)


def test_each_queue_is_counted_by_its_name(answers: dict[str, str]) -> None:
    """Guards the depth that autoscalers follow, which leaves out dead letters."""
    assert 'rabbitmq_queue_messages_ready{vhost="mgx-ai",queue="dead-letters"} 0' in answers["metrics"]


def test_another_epochs_passwords_leave_the_login_in_use_as_it_is(answers: dict[str, str]) -> None:
    """Guards pods that still run with the password of before, and a standby that no longer came in with its own."""
    assert all("Success" in answers[f"rotated-{who}"] for who in ("current", "other", "administrator"))
    assert answers["rotated-before"] == "refused\n", "the login that takes over has a new password"
    links = {(link["exchange"], link["status"]) for link in rows(answers, "rotated-links")}
    assert links == {("work", "running"), ("events", "running")}


def test_after_a_swap_of_the_active_region_each_broker_follows_or_leads_without_a_hand(answers: dict[str, str]) -> None:
    """Guards a failover that leaves a leader following the region that failed, and its queues dropping work when full."""
    assert rows(answers, "swapped-leader-links") == []
    assert {row["policy"] for row in rows(answers, "swapped-leader-exchanges")} <= {"", None}
    limits = {row["name"]: json.loads(row["definition"]) for row in rows(answers, "swapped-leader-policies")}["limits"]
    assert limits["overflow"] == "reject-publish"
    links = {(link["exchange"], link["status"]) for link in rows(answers, "swapped-links")}
    assert links == {("work", "running"), ("events", "running")}


def test_nodes_talk_by_tls_in_the_pod_as_here() -> None:
    """Guards the one thing that this test sets by itself: how the nodes are told to use the file."""
    assert INTER_NODE_TLS == "-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/inter-node.config"
