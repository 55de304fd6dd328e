"""The proxy before the read replicas, a real Envoy whose replicas' names are led to loopback."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.envoy_config import ADMIN_PORT, METRICS_PORT
from components.read_proxy import read_bootstrap
from components.read_proxy import socket as socket_name
from tests.servers import envoy

ONE, OTHER = "replica-1.test", "replica-2.test"
ADDRESSES = {ONE: "127.0.0.1", OTHER: "127.0.0.2"}


class Connection:
    """A connection through the socket, as PgBouncer makes one."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(8)
        self._socket.connect(str(path))

    def name(self) -> str:
        """Of the replica that answers; empty where none does."""
        try:
            self._socket.sendall(b"?")
            return self._socket.recv(100).decode()
        except OSError:
            return ""

    def __del__(self) -> None:
        self._socket.close()


@contextmanager
def proxy(
    folder: Path,
    port: int,
    per_replica: int = 10,
    sockets: Path | None = None,
    answers: Callable[[Path], object] = lambda path: Connection(path).name(),
) -> Iterator[Path]:
    """Envoy on its bootstrap in a folder; gives the socket of server 1, in `sockets` or the same folder, once it `answers`."""
    sockets = sockets or folder
    bootstrap = json.loads(read_bootstrap({1: [ONE, OTHER]}, port, per_replica, 128, str(folder), str(sockets)))
    here = {number: envoy.free_port() for number in (ADMIN_PORT, METRICS_PORT)}
    text = json.dumps(bootstrap)
    for number, free in here.items():
        text = text.replace(f'"port_value": {number}', f'"port_value": {free}')
    for name, address in ADDRESSES.items():
        text = text.replace(f'"address": "{name}"', f'"address": "{address}"')
    file, path = folder / "envoy.json", sockets / socket_name(1)
    file.write_text(text)
    options = ["--config-path", str(file), "--concurrency", "1", "--disable-hot-restart", "--log-level", "error"]
    process = subprocess.Popen([str(envoy.program("envoy")), *options])
    try:
        # On a busy machine a replica's first check may fail, and it is left out until two have succeeded.
        while not (path.exists() and _ready(here) and answers(path)):
            assert process.poll() is None, "Envoy has ended"
            time.sleep(0.1)
        time.sleep(0.5)
        yield path
    finally:
        process.terminate()
        process.wait(timeout=10)


def _ready(ports: dict[int, int]) -> bool:
    try:
        return envoy.Running(ports).ask(METRICS_PORT, "/ready").status == 200
    except OSError:
        return False
