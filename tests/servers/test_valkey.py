"""The cache's parameters and the application's access string on a real Valkey of the version that is deployed."""

from pathlib import Path

import pytest

from components.redis import APP_ACCESS, parameters
from infra.project import SETTINGS
from infra.settings import load_settings
from tests.servers.debian import debian, run
from tests.servers.missing import require

ALLOWED = ("GET k", "SET k v EX 60", "DEL k", "HSET h f v", "PUBLISH c m", "EVAL return 0", "MULTI", "SCAN 0")
NEEDED_BY_CLUSTER_CLIENTS = ("CLUSTER SLOTS", "CLUSTER SHARDS", "CLUSTER NODES", "COMMAND", "READONLY", "PING")
REFUSED = ("FLUSHALL", "KEYS *", "CONFIG GET *", "ACL LIST", "DEBUG HELP", "SHUTDOWN", "MONITOR", "REPLICAOF NO ONE")

SCRIPT = """
set -f
valkey-server /shared/valkey.conf >/shared/log 2>&1 &
for _ in $(seq 100); do valkey-cli ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
echo "version $(valkey-cli INFO server | tr -d '\\r' | sed -n 's/^valkey_version://p')"
echo "eviction $(valkey-cli CONFIG GET maxmemory-policy | tail -1)"
echo "cluster $(valkey-cli CLUSTER INFO | head -1 | tr -d '\\r')"
while read -r command; do
    echo "$command => $(valkey-cli ACL DRYRUN app $command 2>&1 | head -1)"
done </shared/commands
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the server says of itself, and of each command that the application's user might give."""
    require(debian, "valkey-server")
    folder: Path = tmp_path_factory.mktemp("valkey")
    policy = load_settings(SETTINGS).settings.cache.eviction_policy
    lines = [f"{name} {value}" for name, value in parameters(policy).items()]
    own = ["bind 127.0.0.1", "dir /tmp", 'save ""', f"user app {APP_ACCESS.replace('on ', 'on nopass ', 1)}"]
    (folder / "valkey.conf").write_text("\n".join([*lines, *own, ""]), encoding="utf-8")
    commands = "\n".join([*ALLOWED, *NEEDED_BY_CLUSTER_CLIENTS, *REFUSED, ""])
    (folder / "commands").write_text(commands, encoding="utf-8")
    asked = run(folder, "sh", "-euc", SCRIPT)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    pairs = (line.split(" => " if " => " in line else " ", 1) for line in asked.stdout.splitlines() if " " in line)
    return dict(pairs)


def test_the_server_is_of_the_settings_version(answers: dict[str, str]) -> None:
    """Guards what the other tests are worth: a parameter may be new, or gone, in another version."""
    wanted = load_settings(SETTINGS).settings.cache.engine_version
    assert answers["version"].startswith(f"{wanted}.")


def test_the_parameters_are_taken(answers: dict[str, str]) -> None:
    """Guards a parameter group that ElastiCache would refuse, or that would leave cluster mode off."""
    assert answers["eviction"] == load_settings(SETTINGS).settings.cache.eviction_policy
    assert answers["cluster"].startswith("cluster_state:")


@pytest.mark.parametrize("command", [*ALLOWED, *NEEDED_BY_CLUSTER_CLIENTS])
def test_the_application_may_do_its_work(answers: dict[str, str], command: str) -> None:
    """Guards the access string from being too narrow: a cluster client asks for slots before anything else."""
    assert answers[command] == "OK"


@pytest.mark.parametrize("command", REFUSED)
def test_the_application_may_not_empty_scan_or_reconfigure_the_cache(answers: dict[str, str], command: str) -> None:
    """Guards the access string from being too wide."""
    assert "no permissions" in answers[command]
