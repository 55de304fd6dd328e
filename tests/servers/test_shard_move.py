"""The how-to that moves a shard, followed on two real PostgreSQL servers."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from components.shards import shards_script
from tests.servers import postgres
from tests.servers.missing import require
from tests.servers.postgres import Servers
from tests.servers.test_pooler import make_roles, run_job

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-database-server.md"
SHARD = "mgx_ai_s063"


def step(name: str) -> str:
    """The how-to's shell block that begins with a comment of this name."""
    blocks = re.findall(r"```sh\n# (.+?)\n(.+?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    return dict(blocks)[name]


@pytest.fixture
def both() -> Iterator[tuple[Servers, Servers]]:
    require(postgres.program, "initdb", "postgres", "psql", "pg_dump", "pg_basebackup", "openssl", "sh")
    with postgres.servers() as source, postgres.servers() as target:
        for servers in (source, target):
            make_roles(servers, 1)
            run_job(servers, shards_script("mgx_ai", [SHARD]))
        yield source, target


@pytest.fixture
def follow(both: tuple[Servers, Servers]) -> Callable[[str], str]:
    """Runs a step of the how-to. The addresses are the superusers': RDS lets its administrator subscribe, 15 doesn't."""
    source, target = (servers.superuser(SHARD) for servers in both)
    environment = {"SOURCE": source, "TARGET": target, "SHARD": SHARD, "PATH": postgres.path()}
    return lambda name: postgres.run("sh", "-euc", step(name), environment=environment)


def ask(servers: Servers, statement: str) -> str:
    arguments = ("--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")
    return postgres.run("psql", *arguments, servers.superuser(SHARD), text=statement)


def caught_up(follow: Callable[[str], str]) -> None:
    """Waits until both figures are 0."""
    for _ in range(100):
        if follow("behind").split() == ["0", "0"]:
            return
        time.sleep(0.2)
    raise AssertionError(f"still behind: {follow('behind')}")


def test_a_shard_moves_with_every_row_and_refuses_writes_in_between(
    both: tuple[Servers, Servers], follow: Callable[[str], str]
) -> None:
    """Guards the whole move: rows from before and during the copy, sequences, owners, and a window in which none is lost."""
    source, target = both
    ask(
        source,
        "SET ROLE mgx_ai; CREATE TABLE task (id serial PRIMARY KEY, name text); INSERT INTO task (name) VALUES ('old');",
    )
    follow("copy")
    ask(source, "INSERT INTO task (name) VALUES ('during')")
    caught_up(follow)
    follow("stop writes")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        ask(source, "INSERT INTO task (name) VALUES ('lost')")
    assert "read-only transaction" in refused.value.stderr
    caught_up(follow)
    follow("finish")
    assert (
        ask(target, "INSERT INTO task (name) VALUES ('new'); SELECT string_agg(name, ' ' ORDER BY id) FROM task")
        == "old during new"
    )
    assert ask(target, "SELECT tableowner FROM pg_tables WHERE tablename = 'task'") == "mgx_ai"
