"""What the engine itself writes into the generated stack files, and what of it stays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.stackfile import foreign
from tests.engine.engine import ROOT, EngineError, Workspace
from tests.engine.preview import stacks


@pytest.mark.parametrize("stack", stacks(ROOT))
def test_the_engine_rewrites_no_generated_line(workspace: Callable[[Path], Workspace], stack: str) -> None:
    """Guards the generated formatting: were it not Pulumi's own, each salt would bring a diff of values nobody changed."""
    work = workspace(ROOT)
    generated = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    work.init(stack)
    work.run("config", "set", "--stack", stack, "aws:profile", "staging")
    work.run("config", "set", "--stack", stack, "--secret", "pager:token", "a token")
    rewritten = (work.project / f"Pulumi.{stack}.yaml").read_text()
    kept = foreign(rewritten, stack)
    added = {*kept.top.before, *kept.top.after, *kept.config.before, *kept.config.after}
    assert {line.split(":")[0].strip() for line in added} >= {"aws", "pager", "encryptionsalt"}
    assert [line for line in rewritten.splitlines() if line not in added] == generated.splitlines()


def test_the_program_tells_a_mistake_in_its_config_as_ramp_does(workspace: Callable[[Path], Workspace]) -> None:
    """Guards against a traceback, and against Pulumi's advice to set by hand what `ramp generate` writes."""
    work = workspace(ROOT)
    path = work.project / "Pulumi.phase1.yaml"
    generated = path.read_text()
    work.init("phase1")
    salted = path.read_text()
    cases = {
        salted.replace(
            "max_pods: 110", "max_pods: lots"
        ): 'stack phase1: app.server.max_pods: got "lots"; allowed: a valid integer',
        salted.replace("schema_version: 1", "schema_version: 2"): "stack phase1: schema_version: got 2; allowed: 1. "
        "Run `ramp generate` again to write the file in the current shape.",
        "".join(
            line for line in salted.splitlines(True) if line not in generated.splitlines(True)
        ): "stack phase1: ramp:phase: "
        "got nothing; allowed: a stack config that `ramp generate` wrote. Name one, such as --config-file Pulumi.baseline.yaml.",
    }
    for text, said in cases.items():
        path.write_text(text)
        with pytest.raises(EngineError) as told:
            work.preview("phase1")
        assert said in str(told.value) and "Traceback" not in str(told.value)
        assert path.read_text() == text
