"""The files of real RabbitMQ brokers as their pods have them, and what a shell needs to run several beside each other.

The brokers are version 4.0, where discovery by ordinal doesn't exist yet: the line that names the discovery is replaced.
So are the folder of the files, and the ports of all brokers but the first.
"""

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from components.allocatable import Capacity
from components.authority import Authority
from components.kept_secret import SecretKeys
from components.logins import turns
from components.queue import PLUGINS, QueueArgs, settings_file
from components.queue_definitions import QueueLimits, topology
from components.queue_logins import ADMINISTRATOR, FEDERATION, application_login, logins_file
from components.templates import render

SERVICE = "rabbitmq.mgx-ai.svc.cluster.local"
QUEUE = QueueArgs(
    namespace="mgx-ai", image="rabbitmq", replicas=1, quorum_group_size=1, request=Capacity(1000, 1024), pool="queue",
    node_selector={}, storage_class="gp3", storage_gib=20, termination_grace_seconds=60, vhost="mgx-ai",
    work_queues=["tasks"], subscribers=["mgx-api", "agent"],
    limits=QueueLimits(max_length=1000, message_ttl_seconds=3600, delivery_limit=20), epoch=1, secret_keys=SecretKeys("arn", {}),
    authority=cast("Authority", None), peers=["10.1.0.0/16"], window_seconds=600,
)  # fmt: skip

BROKER = """
node() {
    export HOME=/shared/$1 RABBITMQ_NODENAME=$1@$2.test RABBITMQ_USE_LONGNAME=true RABBITMQ_DIST_PORT=$3
    export RABBITMQ_CONFIG_FILE=/shared/$1/etc/rabbitmq/rabbitmq.conf RABBITMQ_MNESIA_BASE=/shared/$1/data
    export RABBITMQ_ENABLED_PLUGINS_FILE=/shared/$1/etc/rabbitmq/enabled_plugins RABBITMQ_LOG_BASE=/shared/$1
    tls="-proto_dist inet_tls -ssl_dist_optfile /shared/$1/etc/rabbitmq/inter-node.config"
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$tls" RABBITMQ_CTL_ERL_ARGS="$tls -kernel net_setuptime 60"
}
begin() { rabbitmq-server >>$HOME/log 2>&1 & echo $! >$HOME/pid; }
await() {
    for _ in $(seq 60); do
        rabbitmqctl -q await_startup --timeout 30 >/dev/null 2>&1 && return
        kill -0 $(cat $HOME/pid) 2>/dev/null || begin  # as a kubelet does
        sleep 0.5
    done
    echo "$RABBITMQ_NODENAME did not start:"; tail -n 40 $HOME/log; exit 1
}
start() { begin; await; }
# By itself `rabbitmqctl stop` returns while the node still holds its name and its ports, and the next start may fail.
stop() { rabbitmqctl -q stop >/dev/null; wait $(cat $HOME/pid) || true; }
ask() { name=$1; shift; "$@" >/shared/answers/$name 2>&1 || { cat /shared/answers/$name; exit 1; }; }
ctl="rabbitmqctl -q --formatter json"
mkdir -p /shared/answers
"""
"""Functions of a shell: `node NAME HOST PORT` says whom the next commands are about, such as `start` and `stop`."""


def passwords(epoch: int) -> dict[str, str]:
    """The password of each login in an epoch, such as `admin1` in the first."""
    taking_turns = {application_login(turn): f"app{since}" for turn, since in turns(epoch).items()}
    return {ADMINISTRATOR: f"admin{epoch}", **taking_turns, FEDERATION: f"fed{epoch}"}


def ports(node: int) -> dict[str, str]:
    """The ports of the settings, and those of a broker that isn't the first."""
    return {port: str(int(port) + 10 * node) for port in ("5671", "15671", "15692")}


def write_files(
    folder: Path, args: QueueArgs, name: str, ports: dict[str, str], discovery: str = "classic_config"
) -> None:
    """A broker's files, as its pod has them, below /shared/<name> instead of /."""
    files = {
        "rabbitmq/rabbitmq.conf": settings_file(args),
        "rabbitmq/inter-node.config": render("rabbitmq-inter-node.config.j2", tls="/etc/rabbitmq-secrets"),
        "rabbitmq/enabled_plugins": f"[{','.join(PLUGINS)}].\n",
    }
    for path, text in files.items():
        if path.endswith(".conf"):
            text = text.replace("peer_discovery_backend = k8s", f"peer_discovery_backend = {discovery}")
            for port, other in ports.items():
                text = text.replace(f" = {port}\n", f" = {other}\n")
        write(folder, name, f"etc/{path}", text)
    write_definitions(folder, args, name)


def write_definitions(
    folder: Path, args: QueueArgs, name: str, at: str = "etc/rabbitmq-definitions", epoch: int = 1
) -> None:
    """What a broker is told to hold in an epoch of its passwords, in its folder `at`."""
    known = passwords(epoch)
    salts = {login: hashlib.sha256(password.encode()).hexdigest()[:8] for login, password in known.items()}
    federated = args.upstream is not None
    held = topology(args.vhost, args.work_queues, args.subscribers, args.limits, federated=federated)
    write(folder, name, f"{at}/10-topology.json", held)
    write(folder, name, f"{at}/20-logins.json", logins_file(args, known, salts, cast("str | None", args.upstream)))


def write(folder: Path, name: str, path: str, text: str) -> None:
    place = folder / name / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text.replace("/etc/rabbitmq", f"/shared/{name}/etc/rabbitmq"), encoding="utf-8")


def make_certificates(folder: Path, brokers: Sequence[str], hosts: Sequence[str]) -> None:
    """An authority and one server certificate for all brokers, as the Authority component issues it."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = "subjectAltName=" + ",".join(f"DNS:{host}" for host in (SERVICE, *hosts))
    homes = [folder / name / "etc/rabbitmq-secrets" for name in brokers]
    for home in homes:
        home.mkdir(parents=True)
    first, *others = homes
    openssl(
        first, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=internal",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    openssl(
        first, "req", "-x509", *key, "-keyout", "tls.key", "-out", "tls.crt", "-days", "2", "-subj", "/O=mgx-ai",
        "-CA", "ca.crt", "-CAkey", "ca.key", "-addext", names, "-addext", "extendedKeyUsage=serverAuth",
        "-addext", "basicConstraints=critical,CA:FALSE",
    )  # fmt: skip
    for home in others:
        for file in ("ca.crt", "tls.crt", "tls.key"):
            (home / file).write_bytes((first / file).read_bytes())


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
