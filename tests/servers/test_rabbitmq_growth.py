"""A real RabbitMQ cluster grows as the plans and the StatefulSet have it, with messages in its queues."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from components.queue_pod import before_stop, grow
from tests.servers.debian import debian, run
from tests.servers.missing import require
from tests.servers.rabbitmq import BROKER, QUEUE, make_certificates, ports, write_files
from tests.unit.documents import selected

MESSAGES = 50
QUEUES = ("dead-letters", "events.agent", "events.mgx-api", "tasks")

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

# RabbitMQ looks for new nodes ten seconds after one has come; a queue's leader reports it every five.
START = (
    BROKER
    + """
is() { node n$1 node-$1 2567$1; }
members() { $ctl list_queues -p mgx-ai name members | grep -o '"n[0-9]@' | wc -l; }
wait_for() { for _ in $(seq 240); do [ "$($1)" = $2 ] && break; sleep 1; done; }
scrape() { for n in $(seq 0 $((nodes_after - 1))); do
    python3 -c "import urllib.request as ask; print(ask.urlopen('http://localhost:$((15692 + 10 * n))/metrics').read().decode())"
done; }
counted() { scrape | awk '/^rabbitmq_queue_messages_ready[^_].*queue="tasks"/ { sum += $NF } END { print sum }'; }

old=$(seq 0 $((nodes_before - 1)))
new=$(seq $nodes_before $((nodes_after - 1)))
for n in $old; do is $n; begin; done
for n in $old; do is $n; await; done
wait_for members $members_before
ask before $ctl list_queues -p mgx-ai name members
python3 /shared/ask.py publish $messages

for n in $old; do cp /shared/n$n/grown.conf /shared/n$n/etc/rabbitmq/rabbitmq.conf; done
for n in $new; do is $n; begin; done
for n in $new; do is $n; await; done
for n in $(echo "$old" | sort -r); do
    is $n
    STOP >/dev/null
    stop
    start
done
if [ $nodes_after = 2 ]; then
    sleep 12
    ask alone $ctl list_queues -p mgx-ai name members
    GROW >/dev/null
fi
wait_for members $members_after
ask after $ctl list_queues -p mgx-ai name members
ask messages python3 /shared/ask.py get $messages
rabbitmq-queues rebalance quorum >/dev/null
sleep 11
wait_for counted $messages
ask metrics scrape
"""
)


@dataclass(frozen=True)
class Size:
    """Of a phase's cluster: its nodes, and how many of them have a queue."""

    nodes: int
    members: int

    @classmethod
    def of(cls, phase: str) -> "Size":
        queue = selected(phase).config.queue
        assert queue is not None
        return cls(queue.replicas, queue.quorum_group_size)


@dataclass(frozen=True)
class Growth:
    """A step between two phases, and what the cluster said on the way, by question."""

    before: Size
    after: Size
    answers: dict[str, str]

    def members(self, question: str) -> dict[str, set[str]]:
        """The nodes that have a queue, by its name."""
        answer: list[dict[str, Any]] = json.loads(self.answers[question])
        return {queue["name"]: {member.split("@")[0] for member in queue["members"]} for queue in answer}


@pytest.fixture(
    scope="module", params=[("baseline", "phase1"), ("phase1", "phase2"), ("phase2", "phase3")], ids="-".join
)
def growth(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Growth:
    """A cluster that has grown from one phase's size to the next one's."""
    require(debian, "rabbitmqctl", "python3")
    require(which, "openssl")
    before, after = map(Size.of, request.param)
    folder = tmp_path_factory.mktemp("growth")
    nodes = [f"n{number}" for number in range(after.nodes)]
    make_certificates(folder, nodes, hosts(after))
    write_nodes(folder, nodes, after)
    for name in nodes[: before.nodes]:
        configuration = folder / name / "etc/rabbitmq/rabbitmq.conf"
        configuration.rename(folder / name / "grown.conf")
    write_nodes(folder, nodes[: before.nodes], before)
    (folder / "ask.py").write_text(ASK, encoding="utf-8")
    asked = run(folder, "sh", "-euc", script(before, after))
    assert asked.returncode == 0, (asked.stdout + asked.stderr)[-3000:]
    answers = {file.name: file.read_text(encoding="utf-8") for file in (folder / "answers").iterdir()}
    return Growth(before, after, answers)


def hosts(size: Size) -> list[str]:
    return [f"node-{number}.test" for number in range(size.nodes)]


def script(before: Size, after: Size) -> str:
    """START for these sizes. A node stops as its pod of before the step does."""
    values = {
        "nodes_before": before.nodes, "nodes_after": after.nodes, "messages": MESSAGES,
        "members_before": before.members * len(QUEUES), "members_after": after.members * len(QUEUES),
    }  # fmt: skip
    assigned = "\n".join(f"{name}={value}" for name, value in values.items())
    commands = START.replace("STOP", before_stop(before.nodes)[-1]).replace("GROW", grow("n1@node-1.test"))
    return f"{assigned}\n{commands}"


def write_nodes(folder: Path, names: Sequence[str], size: Size) -> None:
    """The files of each node in a cluster of a size. They find each other by a list."""
    peers = [f"cluster_formation.classic_config.nodes.{n} = n{n}@{host}" for n, host in enumerate(hosts(size))]
    for number, name in enumerate(names):
        queue = replace(QUEUE, replicas=size.nodes, quorum_group_size=size.members)
        write_files(folder, queue, name, ports(number), "\n".join(["classic_config", *peers]))
        cookie = folder / name / ".erlang.cookie"
        cookie.write_text("made for this test", encoding="utf-8")
        cookie.chmod(0o600)


def test_queues_from_before_get_members_on_new_nodes(growth: Growth) -> None:
    """Guards the steps after which one node, and then two, may fail: by itself only a new queue would have such members."""
    for question, size in (("before", growth.before), ("after", growth.after)):
        found = growth.members(question)
        assert sorted(found) == sorted(QUEUES)
        assert {len(nodes) for nodes in found.values()} == {size.members}


def test_from_one_node_to_two_a_queue_grows_by_hand_alone(growth: Growth) -> None:
    """Guards the command of `ramp diff`: without it what was made on one node would stay on its one volume."""
    alone = growth.members("alone") if growth.after.nodes == 2 else growth.members("before")
    assert {len(nodes) for nodes in alone.values()} == {growth.before.members}


def test_no_message_is_lost_while_every_node_restarts(growth: Growth) -> None:
    """Guards growth in place: what was accepted before it is there after it, in its order."""
    assert json.loads(growth.answers["messages"]) == [str(number) for number in range(MESSAGES)]


def test_the_nodes_together_count_each_message_once(growth: Growth) -> None:
    """Guards the queue depth that autoscalers follow: it is the sum over nodes, and each node may know of each queue."""
    counted = re.findall(
        r'^rabbitmq_queue_messages_ready\{[^}]*queue="tasks"[^}]*\} (\d+)', growth.answers["metrics"], re.M
    )
    assert sum(map(int, counted)) == MESSAGES
