"""`ramp diff` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.diff.command import diff_step
from infra.diff.show import show_step
from infra.errors import InputError
from infra.project import ROOT

STATE = {
    "version": 3,
    "deployment": {
        "resources": [
            {
                "urn": "urn:pulumi:prod::ramp::pulumi:pulumi:Stack::ramp-prod",
                "type": "pulumi:pulumi:Stack",
                "custom": False,
            }
        ]
    },
}


@pytest.fixture
def other_database(tmp_path: Path) -> Path:
    """Phase 1 with another database name, as someone might edit it."""
    text = (ROOT / "Pulumi.phase1.yaml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "database_name:" in line)
    path = tmp_path / "Pulumi.edited.yaml"
    path.write_text(text.replace(line, line.split("database_name:")[0] + "database_name: other"), encoding="utf-8")
    return path


def test_a_replaced_database_is_told_first_and_let_through_only_with_a_reason(
    other_database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way: refused, shown on top, let through by name, recorded, and then honoured without being told again."""
    record = tmp_path / "allowed-changes.yaml"
    step = diff_step("phase1", str(other_database), [], [], record=record)
    assert not step.safe and not record.exists()
    show_step(step)
    shown = capsys.readouterr().out.splitlines()
    assert shown[1].startswith("! Instance mgx-ai-us-east-1-postgres-primary: dbName stays")
    urns = sorted({danger.key for danger in step.dangers})
    allowed = diff_step("phase1", str(other_database), urns, ["it is empty"] * len(urns), record=record)
    assert allowed.safe
    assert diff_step("phase1", str(other_database), [], [], record=record).to_json()["allowed"][0][
        "allowedBecause"
    ] == ("it is empty")


def test_json_holds_what_another_tool_needs(other_database: Path, tmp_path: Path) -> None:
    """Guards the shape that CI reads."""
    told = json.loads(json.dumps(diff_step("phase1", str(other_database), [], [], record=tmp_path / "none").to_json()))
    assert set(told) == {"from", "to", "safe", "counts", "dangers", "allowed", "changes", "order", "quotas"}
    assert told["safe"] is False
    assert set(told["dangers"][0]) == {"resource", "what", "because"}
    assert set(told["changes"][0]) >= {"action", "resource", "type", "properties"}
    assert {p["effect"] for c in told["changes"] for p in c["properties"]} <= {
        "replaces",
        "interrupts",
        "restarts",
        "in place",
    }


def test_a_state_comes_first(tmp_path: Path) -> None:
    """Guards against the question that no `pulumi up` answers; the message says which was meant."""
    state = tmp_path / "state.json"
    state.write_text(json.dumps(STATE), encoding="utf-8")
    with pytest.raises(InputError, match=r"a phase, where A is one\. Did you mean `ramp diff prod as deployed phase1`"):
        diff_step("phase1", str(state), [], [])


@pytest.mark.parametrize(
    ("a", "urns", "complaint"),
    [
        ("phase1", ["x"], "--allow: got 1 --allow and 0 --because; allowed: a reason for each, in the same order"),
        ("pase1", [], "phase: got pase1; allowed: baseline, phase1, phase2, phase3. Did you mean phase1?"),
        ("none.json", [], "file: got no such file; allowed: the output of `pulumi stack export`"),
    ],
)
def test_a_mistake_is_told_in_one_line(a: str, urns: list[str], complaint: str) -> None:
    """Guards the first typo."""
    with pytest.raises(InputError, match=complaint):
        diff_step(a, "phase1", urns, [])
