"""A real RabbitMQ cluster grows from two nodes to three, as the StatefulSet does it, with messages in its queues."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from components.queue_pod import before_stop
from tests.servers.debian import debian, run
from tests.servers.missing import require
from tests.servers.rabbitmq import BROKER, QUEUE, make_certificates, ports, write_files

NODES = ("n0", "n1", "n2")
HOSTS = ("node-0.test", "node-1.test", "node-2.test")
MESSAGES = 50

ASK = """
import base64, json, ssl, sys, urllib.request
trust = ssl.create_default_context(cafile="/shared/n0/etc/rabbitmq-secrets/ca.crt")
login = base64.b64encode(b"administrator:admin1").decode()
def post(path, **body):
    headers = {"Authorization": "Basic " + login, "Content-Type": "application/json"}
    url = "https://node-0.test:15671/api/" + path
    return json.load(urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), context=trust))
if sys.argv[1] == "publish":
    for number in range(int(sys.argv[2])):
        told = post("exchanges/mgx-ai/work/publish", routing_key="tasks", payload=str(number),
                    payload_encoding="string", properties={"delivery_mode": 2})
        assert told["routed"], number
else:
    got = post("queues/mgx-ai/tasks/get", count=10 * int(sys.argv[2]), ackmode="ack_requeue_true", encoding="auto")
    print(json.dumps([message["payload"] for message in got]))
"""

START = (
    BROKER
    + """
begin() { node n$1 node-$1 2567$1; rabbitmq-server >>/shared/n$1/log 2>&1 & }
await() { node n$1 node-$1 2567$1; for _ in $(seq 60); do
    rabbitmqctl -q await_startup --timeout 30 >/dev/null 2>&1 && break; sleep 0.5; done; }
members() { $ctl list_queues -p mgx-ai name members | grep -o '"n[0-9]@' | wc -l; }
wait_for() { for _ in $(seq 25); do [ "$(members)" = $1 ] && break; sleep 1; done; }

begin 0; begin 1; await 0; await 1
wait_for 8
ask before $ctl list_queues -p mgx-ai name members
python3 /shared/ask.py publish MESSAGES

# The StatefulSet begins the new pod at once, and makes the others anew from the highest ordinal down.
cp /shared/n0/grown.conf /shared/n0/etc/rabbitmq/rabbitmq.conf
cp /shared/n1/grown.conf /shared/n1/etc/rabbitmq/rabbitmq.conf
begin 2; await 2
for old in 1 0; do
    node n$old node-$old 2567$old
    STOP >/dev/null
    rabbitmqctl -q stop >/dev/null
    begin $old; await $old
done
wait_for 12
ask after $ctl list_queues -p mgx-ai name members
ask messages python3 /shared/ask.py get MESSAGES
""".replace("MESSAGES", str(MESSAGES)).replace("STOP", before_stop(2)[-1])
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the cluster says before and after it has grown, by question."""
    require(debian, "rabbitmqctl", "python3")
    require(which, "openssl")
    folder = tmp_path_factory.mktemp("growth")
    make_certificates(folder, NODES, HOSTS)
    write_nodes(folder, NODES, 3)
    for name in NODES[:2]:
        configuration = folder / name / "etc/rabbitmq/rabbitmq.conf"
        configuration.rename(folder / name / "grown.conf")
    write_nodes(folder, NODES[:2], 2)
    (folder / "ask.py").write_text(ASK, encoding="utf-8")
    asked = run(folder, "sh", "-euc", START, seconds=300)
    assert asked.returncode == 0, (asked.stdout + asked.stderr)[-3000:]
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in (folder / "answers").iterdir()}


def write_nodes(folder: Path, names: Sequence[str], replicas: int) -> None:
    """The files of each node in a cluster of so many, every queue on all of them. They find each other by a list."""
    peers = [f"cluster_formation.classic_config.nodes.{n} = n{n}@{host}" for n, host in enumerate(HOSTS[:replicas])]
    for number, name in enumerate(names):
        size = replace(QUEUE, replicas=replicas, quorum_group_size=replicas)
        write_files(folder, size, name, ports(number), "\n".join(["classic_config", *peers]))
        cookie = folder / name / ".erlang.cookie"
        cookie.write_text("made for this test", encoding="utf-8")
        cookie.chmod(0o600)


def members(answer: list[dict[str, Any]]) -> dict[str, list[str]]:
    return {queue["name"]: sorted(member.split("@")[0] for member in queue["members"]) for queue in answer}


def test_queues_from_before_get_a_member_on_the_new_node(answers: dict[str, Any]) -> None:
    """Guards the step from two nodes to three, after which a node may fail: by itself only a new queue would know of it."""
    queues = ("dead-letters", "events.agent", "events.mgx-api", "tasks")
    assert members(answers["before"]) == {queue: ["n0", "n1"] for queue in queues}
    assert members(answers["after"]) == {queue: ["n0", "n1", "n2"] for queue in queues}


def test_no_message_is_lost_while_every_node_restarts(answers: dict[str, Any]) -> None:
    """Guards growth in place: what was accepted before it is there after it, in its order."""
    assert answers["messages"] == [str(number) for number in range(MESSAGES)]
