"""The proxy before the read replicas, a real Envoy, with servers that take TLS as PostgreSQL 17 does."""

import socket
import ssl
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from components.read_proxy import AUTHORITY, read_bootstrap
from tests.servers import envoy
from tests.servers.missing import require
from tests.servers.read_proxy import ADDRESSES, ONE, OTHER, Connection, proxy


class Replica:
    """A server that answers every connection with its name, over TLS and the protocol `postgresql` alone."""

    def __init__(self, name: str, port: int, folder: Path, certificate: str) -> None:
        self.name = name
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(folder / f"{certificate}.crt", folder / f"{certificate}.key")
        self._tls.set_alpn_protocols(["postgresql"])
        self._listener = socket.create_server((ADDRESSES[name], port))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(plain,), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        try:
            connection = self._tls.wrap_socket(plain, server_side=True)
            if connection.selected_alpn_protocol() != "postgresql":
                return connection.close()
            self._open.append(connection)
            while connection.recv(1):
                connection.sendall(self.name.encode())
            connection.close()
        except OSError:
            plain.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()


def certificates(folder: Path) -> None:
    """An authority, and a certificate of it for each replica."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30, cwd=folder)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-subj", "/CN=authority", "-days", "2", "-keyout", "ca.key", "-out", AUTHORITY)
    for name in ADDRESSES:
        openssl("req", *curve, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (folder / "names").write_text(f"subjectAltName=DNS:{name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", AUTHORITY, "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "2", "-extfile", "names", "-out", f"{name}.crt")  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    require(envoy.program, "envoy", "openssl")
    certificates(tmp_path)
    return tmp_path


def test_the_bootstrap_is_one_that_envoy_takes_without_a_warning(tmp_path: Path) -> None:
    """Guards the pooler's start, which waits for its proxy."""
    require(envoy.program, "envoy")
    (tmp_path / AUTHORITY).write_text("")
    bootstrap = read_bootstrap({1: [ONE, OTHER], 2: [ONE]}, 5432, 10, 128, "/etc/pgbouncer", str(tmp_path))
    said = envoy.validate(
        bootstrap.replace(f"/etc/pgbouncer/{AUTHORITY}", "/etc/ssl/certs/ca-certificates.crt"), tmp_path
    )
    assert said == ""


def test_connections_are_spread_and_a_replica_that_goes_is_left_out_at_once(folder: Path) -> None:
    """Guards reads against a replica that is gone: the next connections go to another, but for one at the very moment."""
    port = envoy.free_port()
    one, other = Replica(ONE, port, folder, ONE), Replica(OTHER, port, folder, OTHER)
    with proxy(folder, port) as path:
        held = [Connection(path) for _ in range(6)]
        assert {connection.name() for connection in held} == {ONE, OTHER}
        other.stop()
        names = [Connection(path).name() for _ in range(6)]
        assert set(names) <= {ONE, ""}
        assert names.count(ONE) >= 5
    one.stop()


def test_a_replica_with_anothers_certificate_gets_no_connection(folder: Path) -> None:
    """Guards `verify-full`: whoever answers at a replica's address must prove that replica's own name."""
    port = envoy.free_port()
    one, impostor = Replica(ONE, port, folder, ONE), Replica(OTHER, port, folder, ONE)
    with proxy(folder, port) as path:
        assert {Connection(path).name() for _ in range(8)} == {ONE}
    one.stop()
    impostor.stop()


def test_no_replica_gets_more_than_its_share_while_another_is_gone(folder: Path) -> None:
    """Guards a replica's max_connections, which would be used up by those of the one that is gone."""
    port = envoy.free_port()
    with ExitStack() as stack:
        one = Replica(ONE, port, folder, ONE)
        stack.callback(one.stop)
        path = stack.enter_context(proxy(folder, port, per_replica=3))
        held = [Connection(path) for _ in range(6)]
        assert sorted(connection.name() for connection in held) == ["", "", "", ONE, ONE, ONE]
