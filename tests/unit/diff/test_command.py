"""`ramp diff` as a person runs it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infra.config import PhaseConfig
from infra.diff import Danger, Step
from infra.diff.change import ABSENT
from infra.diff.command import diff_step
from infra.diff.show import show_step
from infra.diff.words import text
from infra.errors import InputError
from infra.graph import UNKNOWN, ResourceGraph, Secret
from infra.plan import plan_config
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
    assert shown[1] == "Not safe: 1 danger"
    assert shown[2].startswith("! Instance mgx-ai-us-east-1-postgres-primary: dbName stays")
    assert shown[3].strip() in {danger.key for danger in step.dangers}
    assert not any("raise the quota" in line for line in shown)
    _many_dangers_are_told_in_few_lines(step, capsys)
    urns = sorted({danger.key for danger in step.dangers})
    allowed = diff_step("phase1", str(other_database), urns, ["it is empty"] * len(urns), record=record)
    assert allowed.safe
    assert diff_step("phase1", str(other_database), [], [], record=record).to_json()["allowed"][0][
        "allowedBecause"
    ] == ("it is empty")


def _many_dangers_are_told_in_few_lines(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    """Databases first, alike ones together: an operator reads the first lines, if any."""
    types = [
        "kubernetes:core/v1:Namespace",
        *["aws:cloudwatch/logGroup:LogGroup"] * 4,
        *["aws:rds/instance:Instance"] * 2,
    ]
    lost = [Danger(f"{type_}::it-{number}", "deleted", "lost with it: all") for number, type_ in enumerate(types)]
    show_step(replace(step, dangers=tuple(lost)))
    assert capsys.readouterr().out.splitlines()[1:5] == [
        "Not safe: 7 dangers",
        "! 2 Instance: deleted (lost with it: all): it-5, it-6",
        "! 4 LogGroup: deleted (lost with it: all): it-1, it-2, it-3, it-4",
        "! Namespace it-0: deleted (lost with it: all)",
    ]


def test_json_holds_what_another_tool_needs(other_database: Path, tmp_path: Path) -> None:
    """Guards the shape that CI reads."""
    told = json.loads(json.dumps(diff_step("phase1", str(other_database), [], [], record=tmp_path / "none").to_json()))
    assert set(told) == {"from", "to", "safe", "counts", "dangers", "allowed", "changes", "order", "quotas", "cost"}
    assert told["safe"] is False
    assert set(told["dangers"][0]) == {"resource", "what", "because"}
    assert set(told["changes"][0]) >= {"action", "resource", "type", "properties"}
    assert {p["effect"] for c in told["changes"] for p in c["properties"]} <= {
        "replaces",
        "interrupts",
        "restarts",
        "in place",
    }


def test_a_step_tells_what_it_costs_of_the_plans_that_it_compares(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards the price of a step, and its time: a bill is made of a plan that stands already, never of a second one."""
    planned: list[str] = []

    def counted(config: PhaseConfig, **more: Any) -> ResourceGraph:
        planned.append(config.name)
        return plan_config(config, **more)

    for module in ("infra.diff.step", "infra.cost.phases"):
        monkeypatch.setattr(sys.modules[module], "plan_config", counted)
    step = diff_step("baseline", "phase1", [], [])
    assert planned == ["baseline", "phase1"]
    cost = step.to_json()["cost"]
    assert Decimal(cost["change"]) == Decimal(cost["after"]) - Decimal(cost["before"])
    assert Decimal(cost["change"]) == sum(Decimal(line["change"]) for line in cost["lines"])
    assert Decimal(cost["components"]["application"]) == 4 * 730 * (Decimal("0.29") + Decimal("0.0348"))
    show_step(step)
    shown = capsys.readouterr().out.splitlines()
    assert shown[1] == "Safe: nothing that holds data is replaced, deleted or put at risk"
    place = next(number for number, line in enumerate(shown) if line.startswith("Costs +$"))
    assert "a month (+" in shown[place] and "application +$948.42" in shown[place + 1]


def test_every_change_stands_whole_under_its_component_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a line that is cut where the terminal ends, and a component that is told of twice, once as it goes."""
    step = diff_step("phase1", "phase2", [], [])
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")  # no colours between the words
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show_step(step)
    changes = capsys.readouterr().out.partition("\nChanges\n")[2]
    assert "records: [origin.mgx.example.com] → [(unknown)] interrupts (clients go to the other place" in changes
    assert "once their caches have run out)" in changes
    headings = [line for line in changes.splitlines() if line[0] not in "├│└ "]
    assert len(headings) == len(set(headings))
    balancer = changes.partition("LoadBalancer mgx-ai-us-east-1-alb\n")[2].split("\nNetworkPolicies")[0]
    assert "+ ManagedPrefixList" in balancer and "- SecurityGroupIngressRule" in balancer


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("one\n  two", "one two"),
        ([True, None, 1.5, "x"], "[true, null, 1.5, x]"),
        ({"replicas": UNKNOWN, "password": Secret(None)}, "{replicas: (unknown), password: (secret)}"),
        (ABSENT, "(none)"),
    ],
)
def test_a_value_is_told_as_a_config_has_it(value: Any, told: str) -> None:
    """Guards against Python's own words for it, quotes, True and None, on an operator's screen."""
    assert text(value) == told


def test_what_a_deployed_stack_costs_is_not_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a change that would compare a bill with nothing: the reason is told, and what the phase costs."""
    state = tmp_path / "state.json"
    state.write_text(json.dumps(STATE), encoding="utf-8")
    step = diff_step(str(state), "baseline", [], [])
    cost = step.to_json()["cost"]
    assert cost["change"] is None and Decimal(cost["after"]) > 4000
    show_step(step)
    shown = capsys.readouterr().out
    assert "Not priced: a deployed stack's state doesn't say how many users it serves" in shown
    assert "; what comes after costs $4," in shown


def test_a_state_comes_first(tmp_path: Path) -> None:
    """Guards against the question that no `pulumi up` answers; the message says which was meant."""
    state = tmp_path / "state.json"
    state.write_text(json.dumps(STATE), encoding="utf-8")
    with pytest.raises(InputError, match=r"a phase, where A is one\. Did you mean `ramp diff prod as deployed phase1`"):
        diff_step("phase1", str(state), [], [])


def test_a_file_that_is_no_state_is_named(tmp_path: Path) -> None:
    """Guards against "(JSON)" where two files were given, of which one is none."""
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=f"{other}: file: got something else; allowed: the output of"):
        diff_step(str(other), "phase1", [], [])


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
