"""The bootstraps of the gateway and the egress proxy, read and run by the real Envoy."""

import gzip
import http.client
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from components.compressor import CompressorArgs, compressor_bootstrap
from components.egress import CA_BUNDLE, CONNECTION_SECONDS, ExternalService, egress_bootstrap
from components.envoy import TLS_FOLDER
from components.envoy_config import METRICS_PORT, Compression
from components.gateway import ServiceRoute, gateway_bootstrap
from tests.graph import metrics
from tests.servers import envoy
from tests.servers.envoy import GATEWAY
from tests.servers.missing import require

PHASES = ("baseline", "phase1", "phase2", "phase3")

EXTERNAL = ExternalService(
    name="model",
    host="localhost",
    port=443,
    listen_port=9101,
    max_connections=1,
    max_pending_requests=1,
    max_requests=1,
    max_retries=1,
    consecutive_errors=3,
    ejection_seconds=30,
    timeout_seconds=5,
    retries=0,
)


@pytest.mark.parametrize("phase", PHASES)
def test_envoy_takes_every_phases_bootstraps_without_a_warning(phase_graph: Any, phase: str, tmp_path: Path) -> None:
    """A misspelled field would leave the proxy's pods crashing, a deprecated one would do so after an upgrade."""
    require(envoy.program, "envoy", "openssl")
    certificate, _ = envoy.self_signed(tmp_path, "localhost")
    bootstraps = {
        config.inputs["data"]["envoy.json"]
        for config in phase_graph(phase).of_type("kubernetes:core/v1:ConfigMap")
        if "envoy.json" in config.inputs["data"]
    }
    assert len(bootstraps) == {"baseline": 1, "phase1": 1, "phase2": 1, "phase3": 2}[phase]
    for text in bootstraps:
        here = text.replace(TLS_FOLDER, str(tmp_path)).replace(CA_BUNDLE, str(certificate))
        assert envoy.validate(here, tmp_path) == ""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[envoy.Running]:
    """Envoy with the gateway's bootstrap, before two services."""
    require(envoy.program, "envoy")
    folder = tmp_path_factory.mktemp("gateway")
    with envoy.serving("mgx-api") as api, envoy.serving("task") as task:
        upstreams = {"mgx-api": api.port, "task": task.port}
        with envoy.running(gateway_bootstrap(GATEWAY), folder, upstreams) as running:
            yield running


@pytest.mark.parametrize(
    ("path", "service", "version"),
    [
        ("/v1/tasks", "task", "v1"),
        ("/v2/tasks/7?full=1", "task", "v2"),
        ("/v1/tasksuite", "mgx-api", None),
        ("/tasks", "mgx-api", None),
        ("/", "mgx-api", None),
        ("/healthz", "mgx-api", None),
        ("/v1//tasks/../tasks", "task", "v1"),
    ],
)
def test_a_path_reaches_its_service_and_says_which_version(
    gateway: envoy.Running, path: str, service: str, version: str | None
) -> None:
    """A prefix that isn't cut at a slash would send /tasksuite to the tasks."""
    answer = gateway.ask(8080, path)
    seen = json.loads(answer.body)
    assert (answer.status, seen["service"], seen["headers"].get("x-api-version")) == (200, service, version)


def test_a_user_who_asks_too_often_is_stopped_and_others_are_not(gateway: envoy.Running) -> None:
    """One bucket for all would let one user lock out everybody."""
    burst = [gateway.ask(8080, "/v1/tasks", {"x-api-key": "greedy"}).status for _ in range(6)]
    assert burst[:3] == [200, 200, 200]
    assert 429 in burst[3:]
    assert gateway.ask(8080, "/v1/tasks", {"x-api-key": "modest"}).status == 200


def test_only_two_paths_of_the_admin_interface_are_open(gateway: envoy.Running) -> None:
    """The admin interface can stop the proxy and shows its configuration."""
    assert "envoy_cluster_upstream_rq_total" in gateway.ask(METRICS_PORT, "/stats/prometheus").body
    for path in ("/", "/config_dump", "/quitquitquit", "/stats", "/ready/../config_dump"):
        assert gateway.ask(METRICS_PORT, path).status == 404


COMPRESSION = Compression(("application/json",), 200)
COMPRESSOR = CompressorArgs(
    pods=envoy.PODS,
    port=8080,
    target=ServiceRoute("mgx-api", 8080, "/"),
    compression=COMPRESSION,
    idle_seconds=75,
    max_requests=100,
    retries=2,
    drain_seconds=60,
)


@pytest.mark.parametrize(
    "bootstrap", [compressor_bootstrap(COMPRESSOR), gateway_bootstrap(replace(GATEWAY, compression=COMPRESSION))]
)
def test_a_long_answer_is_compressed_for_who_takes_it_and_its_etag_still_holds(
    bootstrap: dict[str, Any], tmp_path: Path
) -> None:
    """Guards the bytes, clients without gzip, short answers, and the tag by which a client asks whether anything changed."""
    require(envoy.program, "envoy")
    with envoy.serving("mgx-api") as api, envoy.running(bootstrap, tmp_path, {"mgx-api": api.port}) as running:
        connection = http.client.HTTPConnection("localhost", running.ports[8080], timeout=10)
        found = {}
        for what, path, headers in (
            ("long", "/" + "a" * 1000, {"accept-encoding": "gzip"}),
            ("plain", "/" + "a" * 1000, {"accept-encoding": "identity"}),
            ("short", "/", {"accept-encoding": "gzip"}),
        ):
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            found[what] = (response.getheader("content-encoding"), response.getheader("etag"), response.read())
        connection.close()
    encoding, tag, body = found["long"]
    assert (encoding, tag) == ("gzip", 'W/"one"')
    assert json.loads(gzip.decompress(body))["path"] == "/" + "a" * 1000
    assert len(body) < len(found["plain"][2]) / 2
    assert found["plain"][:2] == (None, '"one"')
    assert found["short"][:2] == (None, '"one"') or len(found["short"][2]) >= 200


class Echo(socketserver.BaseRequestHandler):
    """A service that switches to another protocol as it is asked, and then says back what it hears."""

    def handle(self) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += self.request.recv(4096)
        self.request.sendall(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
        while heard := self.request.recv(4096):
            self.request.sendall(heard)


@pytest.mark.parametrize("bootstrap", [compressor_bootstrap(COMPRESSOR), gateway_bootstrap(GATEWAY)])
def test_a_websocket_passes_as_it_does_without_a_proxy(bootstrap: dict[str, Any], tmp_path: Path) -> None:
    """Guards users with an open page at the step that puts a proxy in front: Envoy refuses upgrades by itself."""
    require(envoy.program, "envoy")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with (
            envoy.running(bootstrap, tmp_path, {"mgx-api": server.server_address[1]}) as running,
            socket.create_connection(("localhost", running.ports[8080]), timeout=10) as client,
        ):
            client.sendall(b"GET / HTTP/1.1\r\nhost: app\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += client.recv(4096)
            client.sendall(b"hello")
            assert answer.startswith(b"HTTP/1.1 101") and client.recv(4096) == b"hello"
        server.shutdown()


@dataclass(frozen=True)
class External:
    """The egress proxy before one service that speaks TLS, as the application sees it."""

    proxy: envoy.Running
    service: envoy.Upstream
    trust: ssl.SSLContext

    def call(self, path: str = "/", **headers: str) -> envoy.Answer:
        return self.proxy.ask(EXTERNAL.listen_port, path, headers, self.trust)


@pytest.fixture
def external(tmp_path: Path) -> Iterator[External]:
    require(envoy.program, "envoy", "openssl")
    certificate, key = envoy.self_signed(tmp_path, "localhost")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    with envoy.serving("model", server) as service:
        bootstrap = json.dumps(egress_bootstrap([replace(EXTERNAL, port=service.port)], 256))
        bootstrap = bootstrap.replace(f'"{CONNECTION_SECONDS}s"', '"1s"')
        here = json.loads(bootstrap.replace(TLS_FOLDER, str(tmp_path)).replace(CA_BUNDLE, str(certificate)))
        with envoy.running(here, tmp_path, {"model": service.port}) as proxy:
            yield External(proxy, service, ssl.create_default_context(cafile=str(certificate)))


def test_a_call_reaches_the_service_under_its_own_name_and_tells_nothing_of_us(external: External) -> None:
    """The service would refuse another host name, and needn't know addresses of pods."""
    answer = external.call("/v1/chat?x=1", authorization="Bearer key")
    seen = json.loads(answer.body)
    assert (answer.status, seen["path"]) == (200, "/v1/chat?x=1")
    assert seen["headers"]["host"] == "localhost"
    assert seen["headers"]["authorization"] == "Bearer key"
    assert not [name for name in seen["headers"] if name.startswith(("x-forwarded", "x-envoy", "x-request"))]


def test_a_call_beyond_the_breaker_fails_at_once_with_the_fallback(external: External) -> None:
    """Without a breaker, calls to a slow service would pile up until the application has no thread left."""
    assert external.call().status == 200  # from here on the proxy has its one connection
    external.service.hold.clear()
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(external.call) for _ in range(3)]  # one on it, one that waits for it, one too many
        refused = next(as_completed(calls)).result()
        external.service.hold.set()
        assert sorted(call.result().status for call in calls) == [200, 200, 503]
    told = json.loads(refused.body)
    assert told == {"error": "external_service_unavailable", "service": "model", "reason": "UO"}
    assert refused.headers["retry-after"] == "30"


def test_a_service_that_keeps_failing_is_left_alone(external: External) -> None:
    """Envoy's panic threshold would go on calling the only endpoint that there is."""
    external.service.status = 500
    assert [external.call().status for _ in range(3)] == [500, 500, 500]
    refused = external.call()
    assert (refused.status, json.loads(refused.body)["reason"]) == (503, "UH")
    assert external.service.calls == 3
    told = external.proxy.ask(METRICS_PORT, "/metrics").body
    assert 'envoy_cluster_outlier_detection_ejections_active{envoy_cluster_name="model"} 1' in told
    assert not [name for name in metrics.ENVOY if f"\n{name}{{" not in told]


def test_a_call_ends_well_that_is_older_than_its_connection_may_be(external: External) -> None:
    """Connections end after a while so that pods can go; a slow answer must not end with its connection."""
    external.service.hold.clear()
    threading.Timer(2, external.service.hold.set).start()
    assert external.call().status == 200
