"""Envoy on this machine, with a bootstrap that is narrowed to loopback and to free ports."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from components.envoy import ProxyPods
from components.envoy_config import ADMIN_PORT, METRICS_PORT
from components.gateway import GatewayArgs, Rate, ServiceRoute

PODS = ProxyPods(
    namespace="mgx-ai",
    image="envoy",
    replicas=3,
    cpu_millicores=1000,
    memory_mib=256,
    node_selector={},
    pool="platform",
)
GATEWAY = GatewayArgs(
    pods=PODS,
    port=8080,
    routes=[ServiceRoute("mgx-api", 8080, "/"), ServiceRoute("task", 8080, "/tasks")],
    api_versions=["v1", "v2"],
    health_path="/healthz",
    user_header="x-api-key",
    user_rate=Rate(1, 3),
    service_rate=Rate(1000, 1000),
    trusted_hops=1,
    timeout_seconds=5,
    idle_seconds=75,
    retries=2,
    retry_budget_percent=20,
    max_requests=100,
    consecutive_errors=5,
    ejection_seconds=30,
    max_ejection_percent=50,
    drain_seconds=60,
)


def program(name: str) -> str | None:
    """Where a program is: Envoy comes with the development packages."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def validate(bootstrap: str, folder: Path) -> str:
    """What Envoy says against a bootstrap; empty where it takes it without a warning."""
    file = folder / "envoy.json"
    file.write_text(bootstrap, encoding="utf-8")
    command = [program("envoy") or "envoy", "--mode", "validate", "--config-path", str(file), "--log-level", "warning"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr if done.returncode or done.stderr.strip() else ""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Running:
    """A running Envoy: the port that each port of its bootstrap became."""

    ports: Mapping[int, int]

    def ask(
        self, port: int, path: str, headers: Mapping[str, str] | None = None, trust: ssl.SSLContext | None = None
    ) -> Answer:
        """GET from the listener that the bootstrap has on `port`; over TLS where `trust` is given."""
        here = self.ports[port]
        if trust:
            connection = http.client.HTTPSConnection("localhost", here, timeout=10, context=trust)
        else:
            connection = http.client.HTTPConnection("localhost", here, timeout=10)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode())
        finally:
            connection.close()


@contextmanager
def running(bootstrap: dict[str, Any], folder: Path, upstreams: Mapping[str, int]) -> Iterator[Running]:
    """Envoy with a bootstrap whose listeners move to free ports, and whose clusters named in `upstreams` to loopback."""
    ports = {port: free_port() for port in (ADMIN_PORT, *_listened(bootstrap))}
    narrowed = _narrowed(json.loads(json.dumps(bootstrap)), ports, upstreams)
    file, log = folder / "running.json", folder / "envoy.log"
    file.write_text(json.dumps(narrowed), encoding="utf-8")
    options = ["--config-path", str(file), "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
    with log.open("w") as output:
        process = subprocess.Popen([program("envoy") or "envoy", *options], stdout=output, stderr=output)
        try:
            started = Running(ports)
            _wait(lambda: started.ask(METRICS_PORT, "/ready").status == 200, process, log)
            yield started
        finally:
            process.terminate()
            process.wait(timeout=10)


def _listened(bootstrap: Mapping[str, Any]) -> list[int]:
    listeners = bootstrap["static_resources"]["listeners"]
    return [listener["address"]["socket_address"]["port_value"] for listener in listeners]


def _narrowed(bootstrap: dict[str, Any], ports: Mapping[int, int], upstreams: Mapping[str, int]) -> dict[str, Any]:
    resources = bootstrap["static_resources"]
    for place in (bootstrap["admin"], *resources["listeners"]):
        address = place["address"]["socket_address"]
        address.update(address="127.0.0.1", port_value=ports[address["port_value"]])
    for cluster in resources["clusters"]:
        port = ports[ADMIN_PORT] if cluster["name"] == "admin" else upstreams.get(cluster["name"])
        if port:
            address = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]
            address["socket_address"].update(address="127.0.0.1", port_value=port)
    return bootstrap


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"envoy stopped: {log.read_text()}")
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"envoy is not ready: {log.read_text()}")


class Upstream:
    """A service on loopback that answers with its name, the path and the headers that it was asked with, and counts."""

    def __init__(self, name: str) -> None:
        self.name, self.status, self.calls = name, 200, 0
        self.hold = threading.Event()
        self.hold.set()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                upstream.calls += 1
                upstream.hold.wait(10)
                asked = {key.lower(): value for key, value in self.headers.items()}
                body = json.dumps({"service": upstream.name, "path": self.path, "headers": asked}).encode()
                self.send_response(upstream.status)
                self.send_header("content-length", str(len(body)))
                self.send_header("content-type", "application/json; charset=utf-8")
                self.send_header("etag", '"one"')
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the tests read what it answers."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        return self.server.server_address[1]


@contextmanager
def serving(name: str, tls: ssl.SSLContext | None = None) -> Iterator[Upstream]:
    """An upstream while the block runs."""
    upstream = Upstream(name)
    if tls:
        upstream.server.socket = tls.wrap_socket(upstream.server.socket, server_side=True)
    thread = threading.Thread(target=upstream.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        upstream.hold.set()
        upstream.server.shutdown()
        upstream.server.server_close()


def self_signed(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate for `host` that is its own authority, and its key. Needs openssl."""
    certificate, key = folder / "tls.crt", folder / "tls.key"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    subject = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-days", "2")
    command = ["openssl", "req", "-x509", *curve, "-keyout", str(key), "-out", str(certificate), *subject]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return certificate, key
