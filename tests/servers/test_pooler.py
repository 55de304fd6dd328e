"""The pooler's and the Jobs' generated files on a real PostgreSQL with a standby and a real PgBouncer."""

from __future__ import annotations

import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.database_roles import monitoring_script, roles_script, variable
from components.logins import current_login, login_name, turns
from components.pool_sizes import PoolSizes
from components.pooler import before_stop, console_uri
from components.pooler_files import Route, databases_file, entries, settings_file, userlist_file
from components.read_proxy import AUTHORITY
from components.scram import scram_secret
from components.shards import shards_script
from tests.servers import envoy, postgres
from tests.servers.missing import require
from tests.servers.monitoring import built
from tests.servers.postgres import DATABASE, PRIMARY, REPLICA, Servers
from tests.servers.read_proxy import ONE, OTHER, proxy

WRITE_POOL = 3
SHARDS = ["mgx_ai_s000", "mgx_ai_s001"]
MONITOR = "ramp_monitor"
SALT = "c2FsdCBvZiAxNiBieXRlcw=="


def password(turn: str, epoch: int) -> str:
    return f"{turn}{epoch}ofthelogin"


def verifiers(epoch: int) -> dict[str, str]:
    """What the program makes of the passwords of an epoch."""
    made = turns(epoch)
    return {login_name(DATABASE, turn): scram_secret(password(turn, made[turn]), SALT) for turn in made}


def monitoring() -> dict[str, str]:
    """Of the logins of the exporters, which keep one password through these tests."""
    return {login_name(MONITOR, turn): scram_secret("ofthemonitor", SALT) for turn in ("a", "b")}


def make_roles(servers: Servers, epoch: int) -> None:
    secrets = {variable(login): verifier for login, verifier in verifiers(epoch).items()}
    script = roles_script(DATABASE, DATABASE, verifiers(epoch), epoch)
    monitors = {variable(login): verifier for login, verifier in monitoring().items()}
    run_job(servers, script + monitoring_script(MONITOR, monitoring(), epoch), {**secrets, **monitors})


def run_job(servers: Servers, script: str, secrets: dict[str, str] | None = None) -> None:
    """As the Job does: psql reads the script, and the Secret's keys are environment variables."""
    arguments = ("--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-")
    postgres.run("psql", *arguments, environment={**servers.administrator(), **(secrets or {})}, text=script)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    require(postgres.program, "initdb", "postgres", "psql", "pg_basebackup", "pgbouncer", "openssl")
    with postgres.servers(ONE, OTHER) as running:
        make_roles(running, 1)
        run_job(running, shards_script(DATABASE, SHARDS))
        yield running


PSQL = ("--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")


class Pooler:
    """A running PgBouncer, seen from the application."""

    def __init__(self, port: int, authority: str, process: subprocess.Popen[bytes]) -> None:
        self.port, self.authority, self.process = port, authority, process

    def ask(self, database: str, statement: str, login: str | None = None, secret: str | None = None) -> str:
        return postgres.run("psql", *PSQL, environment=self._environment(database, login, secret), text=statement)

    @contextmanager
    def client(self, database: str) -> Iterator[Client]:
        """A client that keeps its connection until the block ends."""
        environment = {"PATH": postgres.path(), **self._environment(database)}
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(
            postgres.command("psql", *PSQL), env=environment, text=True, bufsize=1, cwd="/", **pipes
        )
        try:
            yield Client(process)
        finally:
            process.kill()
            process.communicate(timeout=10)

    def _environment(self, database: str, login: str | None = None, secret: str | None = None) -> dict[str, str]:
        return {
            "PGHOST": PRIMARY, "PGPORT": str(self.port), "PGDATABASE": database,
            "PGUSER": login or current_login(DATABASE, 1), "PGPASSWORD": secret or password("a", 1),
            "PGSSLMODE": "verify-full", "PGSSLROOTCERT": self.authority, "PGCONNECT_TIMEOUT": "10",
        }  # fmt: skip


@dataclass(frozen=True)
class Client:
    """A psql with an open connection."""

    process: subprocess.Popen[str]

    def says(self, statement: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{statement}\n")

    def hears(self) -> str:
        """The next line of an answer; empty where the connection has ended."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()


def start(servers: Servers, reader: str, epoch: int, read_port: int | None = None) -> Iterator[Pooler]:
    """A pooler whose reading pools go to `reader`: a server itself, or the folder of the proxy's socket."""
    routes = [
        Route(database=name, server=1, write_host=PRIMARY, read_hosts=[], port=servers.port)
        for name in (DATABASE, *SHARDS)
    ]
    with postgres.folder() as at:
        port = postgres.free_port()
        files = {
            "pgbouncer.ini": settings_file(port, 100, list(monitoring()), configuration=str(at), secrets=str(at)),
            "databases.ini": databases_file(
                [{**entry, "read_host": reader, "read_port": read_port or servers.port} for entry in entries(routes)],
                PoolSizes(write=WRITE_POOL, read=3, clients=100),
            ),
            "userlist.txt": userlist_file({**verifiers(epoch), **monitoring()}),
            "rds-ca.pem": servers.authority.read_text(),
        }
        with postgres.pgbouncer(files, at, port) as process:
            yield Pooler(port, str(at / "tls.crt"), process)


@pytest.fixture(scope="module")
def pooler(servers: Servers) -> Iterator[Pooler]:
    yield from start(servers, REPLICA, epoch=1)


@pytest.fixture(scope="module")
def pooler_without_replicas(servers: Servers) -> Iterator[Pooler]:
    yield from start(servers, PRIMARY, epoch=1)


def test_the_read_write_pool_writes_as_the_role_that_owns_the_data(pooler: Pooler) -> None:
    """Guards the whole way in: TLS, SCRAM to the pooler, SCRAM on to the server, and one owner for both logins."""
    pooler.ask(DATABASE, "CREATE TABLE written (id int); INSERT INTO written VALUES (1);")
    asked = (
        "SELECT pg_is_in_recovery(), current_user, session_user, tableowner FROM pg_tables WHERE tablename = 'written'"
    )
    assert pooler.ask(DATABASE, asked) == "f|mgx_ai|mgx_ai_a|mgx_ai"


def test_the_read_only_pool_reads_a_replica(pooler: Pooler) -> None:
    """Guards reads that would land on the primary."""
    assert pooler.ask(f"{DATABASE}_ro", "SELECT pg_is_in_recovery()") == "t"


def test_without_replicas_the_read_only_pool_reads_the_primary_and_still_refuses_to_write(
    pooler_without_replicas: Pooler,
) -> None:
    """Guards an application that writes by the reading name, and would break once there are replicas."""
    name = f"{DATABASE}_ro"
    assert pooler_without_replicas.ask(name, "SELECT pg_is_in_recovery()") == "f"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        pooler_without_replicas.ask(name, "CREATE TABLE wrong (id int)")
    assert "read-only transaction" in refused.value.stderr


def test_reads_go_over_every_server_behind_the_proxy(servers: Servers, tmp_path: Path) -> None:
    """Guards reads as a whole: PgBouncer's login by the proxy's socket, and TLS, which a server must take unasked.

    The servers take nothing but TLS. They offer to bind a login to it, though it ends at the proxy: PgBouncer goes on
    without, where psql would refuse.
    """
    require(envoy.program, "envoy")
    (tmp_path / AUTHORITY).write_bytes(servers.authority.read_bytes())
    with postgres.folder() as sockets, proxy(tmp_path, servers.port, sockets=sockets, answers=Path.exists) as path:
        path.chmod(0o666)
        for pooler in start(servers, str(sockets), epoch=1, read_port=1):
            with ExitStack() as stack:
                clients = [stack.enter_context(pooler.client(f"{DATABASE}_ro")) for _ in range(3)]
                for client in clients:
                    client.says("BEGIN; SELECT pg_is_in_recovery();")
                assert {client.hears() for client in clients} == {"f", "t"}


@pytest.mark.parametrize("shard", SHARDS)
def test_a_shard_is_routed_by_its_name_for_writing_and_for_reading(pooler: Pooler, shard: str) -> None:
    """Guards a shard's entry that would lead to another database."""
    assert pooler.ask(shard, "SELECT current_database(), pg_is_in_recovery()") == f"{shard}|f"
    assert pooler.ask(f"{shard}_ro", "SELECT current_database(), pg_is_in_recovery()") == f"{shard}|t"


@pytest.mark.parametrize(
    ("database", "login", "secret"),
    [(DATABASE, None, "wrong"), (DATABASE, "ramp_admin", postgres.ADMINISTRATOR_PASSWORD), ("postgres", None, None)],
)
def test_nobody_else_comes_in(pooler: Pooler, database: str, login: str | None, secret: str | None) -> None:
    """Guards against a wrong password, a login that is not the application's, and a database that is not routed."""
    with pytest.raises(subprocess.CalledProcessError):
        pooler.ask(database, "SELECT 1", login, secret)


def test_a_client_without_tls_is_refused(pooler: Pooler) -> None:
    """Guards encryption between the application and the pooler."""
    address = f"host={PRIMARY} port={pooler.port} dbname={DATABASE} user=mgx_ai_a sslmode=disable"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        postgres.run("psql", address, "--command=SELECT 1", environment={"PGPASSWORD": password("a", 1)})
    assert "SSL required" in refused.value.stderr


def test_the_exporter_sees_the_pools_and_changes_nothing(pooler: Pooler) -> None:
    """Guards the pools' metrics, and a console by which a login that only looks could pause every pool."""
    pooler.ask(DATABASE, "SELECT 1")
    assert DATABASE in pooler.ask("pgbouncer", "SHOW POOLS", f"{MONITOR}_a", "ofthemonitor")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        pooler.ask("pgbouncer", "PAUSE", f"{MONITOR}_a", "ofthemonitor")
    assert "not allowed" in refused.value.stderr or "admin access needed" in refused.value.stderr


@pytest.fixture(scope="module")
def metrics_port(pooler: Pooler) -> Iterator[int]:
    """The exporter beside the pooler, as its container runs it."""
    require(built, "pgbouncer_exporter")
    port = postgres.free_port()
    secret = {
        "PGBOUNCER_EXPORTER_CONNECTION_STRING": console_uri(f"{MONITOR}_a", pooler.port),
        "PGPASSWORD": "ofthemonitor",
    }
    argv = ["env", *(f"{key}={value}" for key, value in secret.items()), str(built("pgbouncer_exporter"))]
    with postgres.serving([*argv, f"--web.listen-address={PRIMARY}:{port}"], PRIMARY, port):
        yield port


def test_the_exporter_tells_which_pool_lets_its_clients_wait(pooler: Pooler, metrics_port: int) -> None:
    """Guards the alert of a pool that is used up: the metric's name, its unit, and the label that names the database."""
    with ExitStack() as stack:
        for _ in range(WRITE_POOL + 1):
            stack.enter_context(pooler.client(DATABASE)).says("SELECT pg_sleep(6);")
        waited: dict[str, float] = {}
        end = time.monotonic() + 6
        while waited.get(DATABASE, 0) <= 1 and time.monotonic() < end:
            time.sleep(0.5)
            text = urllib.request.urlopen(f"http://{PRIMARY}:{metrics_port}/metrics", timeout=10).read().decode()
            found = re.findall(r'^pgbouncer_pools_client_maxwait_seconds\{database="(\w+)",[^}]*\} (\S+)', text, re.M)
            waited = {database: float(seconds) for database, seconds in found}
        assert 1 < waited[DATABASE] < 6
        assert {seconds for database, seconds in waited.items() if database != DATABASE} <= {0}


def test_a_pooler_that_stops_ends_its_transactions_and_waits_for_no_client(servers: Servers) -> None:
    """Guards a rollout against transactions cut off, and against clients who stay and would use up the grace period."""
    (command,) = [part for part in before_stop() if "kill" in part]
    for pooler in start(servers, REPLICA, epoch=1):
        with pooler.client(DATABASE) as idle, pooler.client(DATABASE) as busy:
            idle.says("SELECT 'idle';")
            assert idle.hears() == "idle"
            busy.says(
                "CREATE TABLE IF NOT EXISTS stopped (id int); BEGIN; INSERT INTO stopped VALUES (1); SELECT 'begun';"
            )
            assert busy.hears() == "begun"
            here = re.sub(r"(kill -\w+) 1\b", rf"\1 {pooler.process.pid}", command.replace("sleep 15", "sleep 0"))
            stopping = subprocess.Popen(["sh", "-c", here], stderr=subprocess.DEVNULL)
            time.sleep(1)
            with pytest.raises(subprocess.TimeoutExpired):
                pooler.process.wait(timeout=1)
            busy.says("COMMIT;")
            pooler.process.wait(timeout=10)
            stopping.wait(timeout=10)
    for pooler in start(servers, REPLICA, epoch=1):
        assert pooler.ask(DATABASE, "SELECT count(*) FROM stopped; DROP TABLE stopped;") == "1"


def test_both_jobs_may_run_again(servers: Servers) -> None:
    """Guards a Job that is made anew, or retried half-way."""
    make_roles(servers, 1)
    run_job(servers, shards_script(DATABASE, SHARDS))


def test_the_login_of_the_epoch_before_works_through_a_rotation_and_ends_with_the_next(servers: Servers) -> None:
    """Guards pods that still run with the old password while the new one rolls out.

    The order is that of an update: servers first, while poolers and pods are those of before, then poolers, then pods.
    """
    for old in start(servers, REPLICA, epoch=1):
        with old.client(DATABASE) as held:
            held.says("SELECT session_user;")
            assert held.hears() == "mgx_ai_a"
            make_roles(servers, 2)
            held.says("SELECT session_user;")
            assert held.hears() == "mgx_ai_a"
            assert old.ask(f"{DATABASE}_ro", "SELECT session_user") == "mgx_ai_a", "by a new connection to a server"
    for pooler in start(servers, REPLICA, epoch=2):
        assert pooler.ask(DATABASE, "SELECT session_user", "mgx_ai_a", password("a", 1)) == "mgx_ai_a"
        assert pooler.ask(DATABASE, "SELECT session_user", "mgx_ai_b", password("b", 2)) == "mgx_ai_b"
    make_roles(servers, 3)
    for pooler in start(servers, REPLICA, epoch=3):
        assert pooler.ask(DATABASE, "SELECT session_user", "mgx_ai_a", password("a", 3)) == "mgx_ai_a"
        assert pooler.ask(DATABASE, "SELECT session_user", "mgx_ai_b", password("b", 2)) == "mgx_ai_b"
        with pytest.raises(subprocess.CalledProcessError):
            pooler.ask(DATABASE, "SELECT 1", "mgx_ai_a", password("a", 1))
    make_roles(servers, 1)


def test_no_statement_that_a_server_may_log_holds_a_password() -> None:
    """Guards a slow-query log that would tell passwords."""
    script = roles_script(DATABASE, DATABASE, verifiers(1), 1)
    assert password("a", 1) not in script
    assert "SCRAM-SHA-256$" not in script
