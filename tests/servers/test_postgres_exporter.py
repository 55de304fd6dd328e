"""The exporter's queries and the heartbeat on a real PostgreSQL with a hot standby, as the login that they run as."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from components.database_roles import monitoring_script, variable
from components.postgres_exporter import heartbeat_command
from components.postgres_queries import HEARTBEAT, QUERIES
from components.scram import scram_secret
from tests.servers import postgres
from tests.servers.missing import require
from tests.servers.postgres import PRIMARY, REPLICA, Servers

LOGIN, PASSWORD = "ramp_monitor_a", "ofthemonitor"


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    require(postgres.program, "initdb", "postgres", "psql", "pg_basebackup", "openssl")
    with postgres.servers() as running:
        secret = {variable(LOGIN): scram_secret(PASSWORD, "c2FsdCBvZiAxNiBieXRlcw==")}
        script = monitoring_script("ramp_monitor", {LOGIN: None}, 1)
        for _ in range(2):
            arguments = ("--no-psqlrc", "--set=ON_ERROR_STOP=1", "--file=-")
            postgres.run("psql", *arguments, environment={**running.administrator(), **secret}, text=script)
        yield running


def login(servers: Servers, host: str) -> dict[str, str]:
    own = {"PGHOST": host, "PGUSER": LOGIN, "PGPASSWORD": PASSWORD, "PGDATABASE": "postgres"}
    return {**servers.administrator(), **own}


def ask(servers: Servers, host: str, statement: str) -> list[list[str]]:
    arguments = ("--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
    rows = postgres.run("psql", *arguments, environment=login(servers, host), text=statement).splitlines()
    return [row.split("|") for row in rows]


def answer(servers: Servers, host: str, metric: str) -> list[list[str]]:
    (query,) = (query for query in QUERIES if query.metric == metric)
    rows = ask(servers, host, query.sql + ";")
    assert all(len(row) == len(query.labels) + 1 for row in rows), "a column a label, and the value"
    return rows


@pytest.fixture
def heartbeat(servers: Servers, tmp_path) -> Iterator[None]:
    """The heartbeat at work, as its container runs it."""
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    script = tmp_path / "heartbeat.sql"
    script.write_text(HEARTBEAT)
    environment = {"PATH": postgres.path(), **login(servers, PRIMARY)}
    program, *arguments = heartbeat_command(str(script))
    process = subprocess.Popen([str(postgres.program(program)), *arguments], env=environment)
    try:
        yield
        assert process.poll() is None, "it goes on by itself"
    finally:
        process.kill()
        process.wait(timeout=10)


def test_the_primary_tells_how_far_each_replica_is_behind(servers: Servers, heartbeat: None) -> None:
    """Guards the source of the roadmap's 100 ms: a lag in seconds, seen by a login that may read no data."""
    lags: list[float] = []
    while not any(lags) and len(lags) < 50:
        time.sleep(0.1)
        (row,) = answer(servers, PRIMARY, "pg_stat_replication_replay_lag_seconds")
        lags.append(float(row[-1]))
    assert 0 < lags[-1] < 5


def test_an_idle_primarys_replica_stays_young_by_the_heartbeat(servers: Servers, heartbeat: None) -> None:
    """Guards the five seconds between regions against a primary that nobody writes to."""
    time.sleep(6)
    ((age,),) = answer(servers, REPLICA, "pg_replica_replay_age_seconds")
    assert 0 <= float(age) < 3


def test_a_primary_has_no_age_and_a_replica_no_replicas(servers: Servers) -> None:
    """Guards against rows that would be alerts on the wrong server."""
    assert answer(servers, PRIMARY, "pg_replica_replay_age_seconds") == []
    assert answer(servers, REPLICA, "pg_stat_replication_replay_lag_seconds") == []


@pytest.mark.parametrize("host", [PRIMARY, REPLICA])
def test_connections_and_transactions_are_counted_on_both(servers: Servers, host: str) -> None:
    """Guards each further query against a server that refuses it."""
    assert ["postgres", "active", "1"] in answer(servers, host, "pg_connections")
    assert float(answer(servers, host, "pg_max_connections")[0][0]) == 100
    assert float(answer(servers, host, "pg_oldest_transaction_seconds")[0][0]) >= 0


def test_the_exporters_login_reads_no_data(servers: Servers) -> None:
    """Guards the application's rows against whoever reads the exporter's password."""
    roles = "SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER') ORDER BY 1;"
    assert "pg_read_all_data" not in {row[0] for row in ask(servers, PRIMARY, roles)}
