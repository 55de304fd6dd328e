"""The queue's generated files on two real RabbitMQ brokers, one that follows the other.

They are version 4.0, where discovery by ordinal doesn't exist yet, and no cluster is around them: the line that names
the discovery is replaced. So are the folder of the files, and the second broker's ports.
"""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import Any, cast

import pytest

from components.allocatable import Capacity
from components.authority import Authority
from components.kept_secret import SecretKeys
from components.queue import PLUGINS, QueueArgs, settings_file, upstream_uri
from components.queue_definitions import QueueLimits, topology
from components.queue_logins import logins_file
from components.queue_pod import INTER_NODE_TLS
from components.templates import render
from tests.graph import metrics
from tests.servers.debian import debian, run
from tests.servers.missing import require

SERVICE = "rabbitmq.mgx-ai.svc.cluster.local"
PASSWORDS = {"administrator": "admin1", "application-a": "app1", "application-b": "app0", "federation": "fed1"}
SALTS = {login: f"0102030{number}" for number, login in enumerate(PASSWORDS)}
ACTIVE = QueueArgs(
    namespace="mgx-ai", image="rabbitmq", replicas=1, quorum_group_size=1, request=Capacity(1000, 1024), pool="queue",
    node_selector={}, storage_class="gp3", storage_gib=20, termination_grace_seconds=60, vhost="mgx-ai",
    work_queues=["tasks"], subscribers=["mgx-api", "agent"],
    limits=QueueLimits(max_length=1000, message_ttl_seconds=3600, delivery_limit=20), epoch=1, secret_keys=SecretKeys("arn", {}),
    authority=cast("Authority", None), peers=["10.1.0.0/16"], window_seconds=600,
)  # fmt: skip
STANDBY = replace(ACTIVE, upstream=upstream_uri("node-0.test", "fed1", "mgx-ai", SERVICE))
STANDBY_PORTS = {"5671": "5681", "15671": "15681", "15692": "15702"}

START = """
node() {
    export HOME=/shared/$1 RABBITMQ_NODENAME=$1@$2.test RABBITMQ_USE_LONGNAME=true RABBITMQ_DIST_PORT=$3
    export RABBITMQ_CONFIG_FILE=/shared/$1/etc/rabbitmq/rabbitmq.conf RABBITMQ_MNESIA_BASE=/shared/$1/data
    export RABBITMQ_ENABLED_PLUGINS_FILE=/shared/$1/etc/rabbitmq/enabled_plugins RABBITMQ_LOG_BASE=/shared/$1
    tls="-proto_dist inet_tls -ssl_dist_optfile /shared/$1/etc/rabbitmq/inter-node.config"
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$tls" RABBITMQ_CTL_ERL_ARGS="$tls"
}
ask() { name=$1; shift; "$@" >/shared/answers/$name 2>&1 || { cat /shared/answers/$name; exit 1; }; }
ctl="rabbitmqctl -q --formatter json"
broker() {
    node $1 $2 $3
    rabbitmq-server >/shared/$1/log 2>&1 &
    for _ in $(seq 60); do rabbitmqctl -q await_startup --timeout 30 >/dev/null 2>&1 && break; sleep 0.5; done
    ask $1-queues $ctl list_queues -p mgx-ai name type policy
    ask $1-alarms rabbitmq-diagnostics -q check_local_alarms
}
mkdir -p /shared/answers
broker active node-0 25672
rabbitmqctl -q export_definitions /shared/answers/active-definitions
ask active-listeners rabbitmq-diagnostics -q --formatter json listeners
ask current-login rabbitmqctl -q authenticate_user application-a app1
ask other-login rabbitmqctl -q authenticate_user application-b app0
ask metrics python3 -c 'import urllib.request as ask; print(ask.urlopen("http://localhost:15692/metrics").read().decode())'
broker standby node-1 25682
ask standby-exchanges $ctl list_exchanges -p mgx-ai name policy
for _ in $(seq 40); do
    ask links $ctl federation_status
    [ "$(grep -o '"status":"running"' /shared/answers/links | wc -l)" = 2 ] && break
    sleep 0.5
done
"""


def write_files(folder: Path, args: QueueArgs, name: str, ports: dict[str, str]) -> None:
    """A broker's files, as its pod has them, below /shared/<name> instead of /."""
    files = {
        "rabbitmq/rabbitmq.conf": settings_file(args),
        "rabbitmq/inter-node.config": render("rabbitmq-inter-node.config.j2", tls="/etc/rabbitmq-secrets"),
        "rabbitmq/enabled_plugins": f"[{','.join(PLUGINS)}].\n",
        "rabbitmq-definitions/10-topology.json": topology(
            args.vhost, args.work_queues, args.subscribers, args.limits, federated=args.upstream is not None
        ),
        "rabbitmq-definitions/20-logins.json": logins_file(args, PASSWORDS, SALTS, cast("str | None", args.upstream)),
    }
    for path, text in files.items():
        if path.endswith(".conf"):
            text = text.replace("peer_discovery_backend = k8s", "peer_discovery_backend = classic_config")
            for port, other in ports.items():
                text = text.replace(f" = {port}\n", f" = {other}\n")
        place = folder / name / "etc" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("/etc/rabbitmq", f"/shared/{name}/etc/rabbitmq"), encoding="utf-8")


def make_certificates(folder: Path) -> None:
    """An authority and one server certificate for both brokers, as the Authority component issues it."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = f"subjectAltName=DNS:{SERVICE},DNS:node-0.test,DNS:node-1.test"
    for name in ("active", "standby"):
        (folder / name / "etc/rabbitmq-secrets").mkdir(parents=True)
    first, second = folder / "active/etc/rabbitmq-secrets", folder / "standby/etc/rabbitmq-secrets"
    openssl(first, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=internal")
    openssl(
        first, "req", "-x509", *key, "-keyout", "tls.key", "-out", "tls.crt", "-days", "2", "-subj", "/O=mgx-ai",
        "-CA", "ca.crt", "-CAkey", "ca.key", "-addext", names, "-addext", "extendedKeyUsage=serverAuth",
        "-addext", "basicConstraints=critical,CA:FALSE",
    )  # fmt: skip
    for file in ("ca.crt", "tls.crt", "tls.key"):
        (second / file).write_bytes((first / file).read_bytes())


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the two brokers say of themselves, by question."""
    require(debian, "rabbitmqctl")
    require(which, "openssl")
    folder = tmp_path_factory.mktemp("rabbitmq")
    make_certificates(folder)
    write_files(folder, ACTIVE, "active", {})
    write_files(folder, STANDBY, "standby", STANDBY_PORTS)
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
    assert users == {login: ["administrator"] if login == "administrator" else [] for login in PASSWORDS}
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


def test_nodes_talk_by_tls_in_the_pod_as_here() -> None:
    """Guards the one thing that this test sets by itself: how the nodes are told to use the file."""
    assert INTER_NODE_TLS == "-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/inter-node.config"
