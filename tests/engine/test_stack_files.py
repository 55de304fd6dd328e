"""What the engine itself writes into the generated stack files, and what of it stays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.stackfile import foreign
from tests.engine.engine import ROOT, Workspace
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
