"""The command as a person runs it."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infra.project import ROOT


def ramp(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, from any folder."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'ramp'; from infra.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text((ROOT / "roadmap" / "settings.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_the_committed_stack_configs_are_what_would_be_generated() -> None:
    """Guards against a config edited by hand, or a document changed without its configs."""
    result = ramp("generate", "--check")
    assert result.stdout == ""
    assert result.returncode == 0


def test_a_plan_as_json_holds_resources_findings_and_sources(tmp_path: Path) -> None:
    """Guards the shape that other tools read, from another working directory."""
    result = ramp("plan", "phase1", "--json", cwd=tmp_path)
    plan = json.loads(result.stdout)
    assert set(plan) == {"phase", "resources", "findings", "provenance"}
    assert {"urn", "type", "name", "inputs", "parent", "provider", "dependencies", "protect"} <= set(
        plan["resources"][0]
    )
    assert "hpa-range-below-count" in [finding["id"] for finding in plan["findings"]]
    assert plan["provenance"]["users"]["source"].startswith("line ")


def test_a_plan_begins_with_its_size_and_how_many_warnings_there_are() -> None:
    """Guards a warning against being one of many findings, and each finding's id against running into its text."""
    first, *lines = ramp("plan", "phase1").stdout.splitlines()
    assert re.fullmatch(r"phase1: 2,000 users, \d+ resources, \d+ findings \(1 warning\)", first)
    (warning,) = (line for line in lines if line.startswith("! "))
    assert re.match(r"! [a-z-]+: [A-Z]", warning)


def test_a_mistake_in_the_settings_is_told_in_one_line_with_status_2(settings: Path) -> None:
    """Guards against a traceback, and against half the facts: file, line, key, value, what is allowed."""
    settings.write_text(settings.read_text().replace("max_pods: 110", "max_pods: lots"), encoding="utf-8")
    result = ramp("plan", "phase1", "--settings", str(settings))
    line = next(n for n, text in enumerate(settings.read_text().splitlines(), 1) if "max_pods" in text)
    assert result.stderr == f'ramp: {settings}:{line}: app.server.max_pods: got "lots"; allowed: a valid integer\n'
    assert result.returncode == 2
    assert result.stdout == ""


def test_a_mistake_leaves_every_file_as_it_was(settings: Path, tmp_path: Path) -> None:
    """Guards against a half-written set of stack configs."""
    ramp("generate", "--out", str(tmp_path))
    before = {path: path.read_bytes() for path in tmp_path.glob("Pulumi.*.yaml")}
    settings.write_text(
        settings.read_text().replace("domain: mgx.example.com", "domain: not_a_domain"), encoding="utf-8"
    )
    assert ramp("generate", "--settings", str(settings), "--out", str(tmp_path)).returncode == 2
    assert {path: path.read_bytes() for path in tmp_path.glob("Pulumi.*.yaml")} == before
    assert len(before) == 4


def test_an_unknown_phase_names_those_there_are() -> None:
    """Guards the first typo of a new user."""
    result = ramp("plan", "pase1")
    assert result.returncode == 2
    allowed = "baseline, phase1, phase2, phase3"
    assert result.stderr == f"ramp: roadmap/mgx-ai.md: phase: got pase1; allowed: {allowed}. Did you mean phase1?\n"


def test_debug_shows_the_traceback() -> None:
    """Guards the way to report a mistake of ramp's own."""
    assert "Traceback" in ramp("--debug", "plan", "phase12").stderr


def test_explain_quotes_the_documents_line() -> None:
    """Guards the chain from a class back to the cell that it was chosen for."""
    result = ramp("explain", "phase1", "database.instance_class")
    assert "database.instance_class = db.m7g.8xlarge" in result.stdout
    assert "1x 24vCPU, 48GB" in result.stdout


def test_explain_as_json_is_one_document() -> None:
    """Guards a reader of a section's values, which were as many documents behind one another."""
    one = json.loads(ramp("explain", "phase1", "database.instance_class", "--json").stdout)
    section = json.loads(ramp("explain", "phase1", "database", "--json").stdout)
    assert one in section
    assert all(value["key"].startswith("database.") for value in section)


def test_a_reader_that_has_seen_enough_ends_the_command_by_its_signal() -> None:
    """Guards `ramp diff A B | head` in CI against the status 1, which would say that the step isn't safe."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['ramp', 'schema']; from infra.cli import main; main()"
    command = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert command.stdout
    command.stdout.close()
    assert command.wait() == -signal.SIGPIPE


def test_help_imports_neither_pulumi_nor_pydantic() -> None:
    """Guards an instant answer."""
    loaded = "print(sorted({'pulumi', 'pydantic', 'rich'} & set(sys.modules)))"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import infra.cli; {loaded}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_committed_schema_is_the_one_that_ramp_prints() -> None:
    """Guards editors, which check stack configs by the committed file."""
    assert json.loads((ROOT / "stack.schema.json").read_text()) == json.loads(ramp("schema").stdout)
