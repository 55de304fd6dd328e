"""The pooler's and the Jobs' generated files on a real PostgreSQL with a standby and a real PgBouncer."""

import subprocess
from collections.abc import Iterator

import pytest

from components.database_roles import monitoring_script, roles_script, variable
from components.logins import current_login, login_name, turns
from components.pool_sizes import PoolSizes
from components.pooler_files import Route, databases_file, entries, settings_file, userlist_file
from components.scram import scram_secret
from components.shards import shards_script
from tests.servers import postgres
from tests.servers.missing import require
from tests.servers.postgres import DATABASE, PRIMARY, REPLICA, Servers

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
    with postgres.servers() as running:
        make_roles(running, 1)
        run_job(running, shards_script(DATABASE, SHARDS))
        yield running


class Pooler:
    """A running PgBouncer, seen from the application."""

    def __init__(self, port: int, authority: str) -> None:
        self.port, self.authority = port, authority

    def ask(self, database: str, statement: str, login: str | None = None, secret: str | None = None) -> str:
        environment = {
            "PGHOST": PRIMARY, "PGPORT": str(self.port), "PGDATABASE": database,
            "PGUSER": login or current_login(DATABASE, 1), "PGPASSWORD": secret or password("a", 1),
            "PGSSLMODE": "verify-full", "PGSSLROOTCERT": self.authority, "PGCONNECT_TIMEOUT": "10",
        }  # fmt: skip
        arguments = ("--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")
        return postgres.run("psql", *arguments, environment=environment, text=statement)


def start(servers: Servers, reader: str, epoch: int) -> Iterator[Pooler]:
    """A pooler whose reading pools go to `reader` itself: the proxy before replicas has tests of its own."""
    routes = [
        Route(database=name, server=1, write_host=PRIMARY, read_hosts=[], port=servers.port)
        for name in (DATABASE, *SHARDS)
    ]
    with postgres.folder() as at:
        port = postgres.free_port()
        files = {
            "pgbouncer.ini": settings_file(port, 100, list(monitoring()), configuration=str(at), secrets=str(at)),
            "databases.ini": databases_file(
                [{**entry, "read_host": reader} for entry in entries(routes)], PoolSizes(write=3, read=3, clients=100)
            ),
            "userlist.txt": userlist_file({**verifiers(epoch), **monitoring()}),
            "rds-ca.pem": servers.authority.read_text(),
        }
        with postgres.pgbouncer(files, at, port):
            yield Pooler(port, str(at / "tls.crt"))


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
    assert DATABASE in pooler.ask("pgbouncer", "SHOW POOLS", f"{MONITOR}_a", "ofthemonitor")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        pooler.ask("pgbouncer", "PAUSE", f"{MONITOR}_a", "ofthemonitor")
    assert "not allowed" in refused.value.stderr or "admin access needed" in refused.value.stderr


def test_both_jobs_may_run_again(servers: Servers) -> None:
    """Guards a Job that is made anew, or retried half-way."""
    make_roles(servers, 1)
    run_job(servers, shards_script(DATABASE, SHARDS))


def test_the_login_of_the_epoch_before_works_through_a_rotation_and_ends_with_the_next(servers: Servers) -> None:
    """Guards pods that still run with the old password while the new one rolls out."""
    make_roles(servers, 2)
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
