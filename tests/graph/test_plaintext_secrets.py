"""No secret stands in the open: not in a plan, not in an output, not in a file of the project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.graph.values import Secret, to_json
from infra.project import ROOT
from infra.yamlfile import read_yaml
from tests.graph.reading import inputs

PHASES = ("baseline", "phase1", "phase2", "phase3")
FILES = (*(ROOT / f"Pulumi.{phase}.yaml" for phase in PHASES), ROOT / "roadmap" / "settings.yaml")
MEANS_A_SECRET = re.compile(r"(^|_)(password|passphrase|secret|token|credential|private_key)s?$")
LOOKS_LIKE_A_SECRET = (
    re.compile(r"AKIA[0-9A-Z]{16}"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"[a-z]+://[^/\s:@]+:[^/\s:@]+@"),
)


@pytest.mark.parametrize("phase", PHASES)
def test_no_generated_secret_shows_in_a_plan(deployed_phase, phase: str) -> None:
    """Guards every way on which a password or key travels: on a stack that stands, each has a value, and none is read."""
    made = deployed_phase(phase)
    assert len(made.secrets) >= 10
    for resource in made.graph:
        text = json.dumps(resource.to_json())
        assert [name for told, name in made.secrets.items() if told in text] == [], resource.urn


@pytest.mark.parametrize("phase", PHASES)
def test_every_value_of_a_secret_object_is_a_secret_to_pulumi_too(deployed_phase, phase: str) -> None:
    """Guards the state, where what Pulumi doesn't know as a secret stands as it is; a user name or a certificate may."""
    open_ = {"username", "PGUSER", "tls.crt", "ca.crt"}
    for resource in deployed_phase(phase).graph.of_type("kubernetes:core/v1:Secret"):
        data = inputs(resource).get("stringData", {})
        if not isinstance(data, Secret):
            assert {key for key, value in data.items() if not isinstance(value, Secret)} <= open_, resource.name


@pytest.mark.parametrize("phase", PHASES)
def test_every_kept_secret_is_a_secret_to_pulumi_too(deployed_phase, phase: str) -> None:
    """Guards the value in Secrets Manager on its way there."""
    versions = deployed_phase(phase).graph.of_type("aws:secretsmanager/secretVersion:SecretVersion")
    assert versions
    assert all(isinstance(version.inputs["secretString"], Secret) for version in versions)


@pytest.mark.parametrize("phase", PHASES)
def test_no_pod_has_a_secret_in_its_environment_but_by_reference(phase_graph, phase: str) -> None:
    """Guards `kubectl describe pod`, which shows an environment variable's value and not that of a referenced Secret."""
    for kind in ("apps/v1:Deployment", "apps/v1:StatefulSet", "batch/v1:Job"):
        for resource in phase_graph(phase).of_type(f"kubernetes:{kind}"):
            for container in inputs(resource)["spec"]["template"]["spec"]["containers"]:
                given = [variable["name"] for variable in container.get("env", ()) if "value" in variable]
                assert not [name for name in given if MEANS_A_SECRET.search(name.lower())], resource.name


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_that_the_stack_puts_out_is_secret(deployed_phase, phase: str) -> None:
    """Guards `pulumi stack output`, which goes into logs."""
    assert "[secret]" not in json.dumps(to_json(deployed_phase(phase).graph.exports))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_committed_file_holds_a_secret(path: Path) -> None:
    """Guards the repository: neither a key that asks for a secret, nor a text that looks like one."""
    assert [key for key in keys(read_yaml(path)) if MEANS_A_SECRET.search(key)] == []
    text = path.read_text(encoding="utf-8")
    assert [pattern.pattern for pattern in LOOKS_LIKE_A_SECRET if pattern.search(text)] == []


def keys(tree: Any) -> list[str]:
    """Every key of a YAML tree."""
    if isinstance(tree, dict):
        return [key for name, value in tree.items() for key in (str(name), *keys(value))]
    return [key for item in tree for key in keys(item)] if isinstance(tree, list) else []
