"""Loading stack configs: what is refused, and with which words."""

from pathlib import Path

import pytest

from infra.config import load_file, load_json
from infra.errors import InputError
from infra.render import render
from infra.stackfile import Foreign
from tests.unit.documents import document


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A rendered phase 3 in a folder of its own."""
    path = tmp_path / "Pulumi.phase3.yaml"
    derived = document().derived("phase3")
    path.write_text(render(derived, "mgx-ai.md", "settings.yaml", Foreign()), encoding="utf-8")
    return path


def changed(path: Path, before: str, after: str) -> Path:
    """The file with one piece of text put in place of another, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def line_with(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def mistake(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_file(path)
    return str(caught.value)


@pytest.mark.parametrize("phase", ["baseline", "phase1", "phase2", "phase3"])
def test_a_rendered_config_loads_back_into_an_equal_one(tmp_path: Path, phase: str) -> None:
    """Guards the way through the YAML file: no value may change on it, whatever its type."""
    path = tmp_path / "stack.yaml"
    derived = document().derived(phase)
    path.write_text(render(derived, "r.md", "s.yaml", Foreign()), encoding="utf-8")
    assert load_file(path) == derived.config


def test_a_wrong_type_names_file_line_key_value_and_what_is_allowed(stack: Path) -> None:
    """Guards the message that a platform engineer sees after one typo."""
    changed(stack, "max_pods: 110", "max_pods: many")
    line = line_with(stack, "max_pods")
    assert mistake(stack) == f'{stack}:{line}: app.server.max_pods: got "many"; allowed: a valid integer'


def test_an_unknown_key_names_the_known_ones_and_the_nearest(stack: Path) -> None:
    """Guards against a misspelt key that would otherwise be ignored."""
    changed(stack, "multi_az: true", "multi_zone: true")
    text = mistake(stack)
    assert f"{stack}:{line_with(stack, 'multi_zone')}: database.multi_zone: got an unknown key" in text
    assert "Did you mean multi_az?" in text
    assert "database.multi_az" not in text


def test_services_addresses_may_not_lie_in_a_regions_network(stack: Path) -> None:
    """Guards pods against addresses that mean a Service on the cluster and a server in the VPC."""
    changed(stack, "172.20.0.0/16", "10.1.128.0/20")
    assert "cluster.service_cidr: 10.1.128.0/20 overlaps regions.us-west-2.cidr 10.1.0.0/16" in mistake(stack)


def test_a_postgresql_that_the_proxy_before_the_replicas_cant_reach_is_refused(stack: Path) -> None:
    """Guards reads that would all fail: before 17, PostgreSQL answers only to TLS that was asked for in its protocol."""
    changed(stack, 'engine_version: "17.6"', 'engine_version: "16.9"')
    line = line_with(stack, "engine_version")
    assert mistake(stack) == (
        f"{stack}:{line}: database.engine_version: 16.9 takes no connection of the pooler's proxy before its "
        "4 read replicas: use 17 or newer, or no read replicas"
    )


def test_a_pod_that_takes_longer_to_end_than_spot_gives_it_is_refused(stack: Path) -> None:
    """Guards requests in flight on a server that AWS takes back two minutes after it says so."""
    changed(stack, "termination_grace_seconds: 120", "termination_grace_seconds: 121")
    assert "termination_grace_seconds: 121 is more than the 120 s in which AWS takes a spot server back" in mistake(
        stack
    )


def test_metrics_on_a_port_that_takes_requests_are_refused(stack: Path) -> None:
    """Guards figures of the application's inside, which the balancer would hand to anyone who asks for /metrics."""
    changed(stack, "metrics_port: 9464", "metrics_port: 8080")
    line = line_with(stack, "metrics_port")
    assert mistake(stack).startswith(f"{stack}:{line}: app.metrics_port: 8080 is the port of mgx-api, which is open")


def test_overlapping_networks_are_refused_with_both(stack: Path) -> None:
    """Guards peering and replication between regions, which overlapping networks make impossible."""
    changed(stack, "10.1.0.0/16", "10.0.0.0/16")
    assert "regions.us-west-2.cidr: 10.0.0.0/16 overlaps regions.us-east-1.cidr 10.0.0.0/16" in mistake(stack)


def test_a_network_too_small_for_pods_is_refused(stack: Path) -> None:
    """Guards against a VPC that runs out of addresses in the first phase that grows."""
    changed(stack, "10.1.0.0/16", "10.1.0.0/24")
    assert "a /16 to a /20" in mistake(stack)


def test_several_mistakes_are_told_together_in_the_order_of_their_lines(stack: Path) -> None:
    """Guards against a reader who fixes one mistake only to be told the next."""
    changed(stack, "schema_version: 1", "schema_version: 1 ")
    changed(stack, "users: 10000", "users: -1")
    changed(stack, "domain: mgx.example.com", "domain: mgx_example")
    text = mistake(stack)
    assert text.index(": users:") < text.index(": domain:")


def test_another_version_of_the_schema_is_refused_before_anything_else(stack: Path) -> None:
    """Guards against reading an old file's keys with new meanings."""
    changed(stack, "schema_version: 1", "schema_version: 7")
    assert "schema_version: got 7; allowed: 1. Run `ramp generate` again" in mistake(stack)


def test_what_pulumi_adds_is_ignored_when_loading(stack: Path) -> None:
    """Guards `pulumi up`, which writes a salt into the file that it is given."""
    stack.write_text(f"encryptionsalt: v1:abc=:v1:def==\n{stack.read_text()}", encoding="utf-8")
    assert load_file(stack).name == "phase3"


def test_a_config_without_ours_says_how_to_get_one(tmp_path: Path) -> None:
    """Guards the first run of someone who made the stack by hand."""
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("config:\n  aws:region: us-east-1\n", encoding="utf-8")
    assert "`ramp generate` writes one" in mistake(path)


@pytest.mark.parametrize(
    ("text", "received"), [(None, "nothing"), ("phase1", "text"), ("[" * 9999, "text"), ("3", "int")]
)
def test_what_a_stack_has_for_a_config_is_told_with_the_stack(text: str | None, received: str) -> None:
    """Guards a stack whose config was set by hand, or never."""
    with pytest.raises(InputError, match=f"^stack prod: ramp:phase: got {received}; allowed: a "):
        load_json(text, "prod")
