"""The planner shows what the real engine shows, resource by resource: everything that rests on a plan rests on this."""

from functools import cache
from typing import Any

import pytest

from infra.config import load_file
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.project import stack_file
from tests.engine.engine import ROOT, Engine, EngineError
from tests.engine.parity import differences
from tests.engine.preview import Preview, preview_all, stacks

PHASES = stacks(ROOT)


@pytest.fixture(scope="module")
def previews(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Preview | EngineError]:
    """What the engine previews of each phase, or its complaint."""
    return preview_all(engine, ROOT, tmp_path_factory.mktemp("previews"), PHASES)


@cache
def planned(phase: str) -> ResourceGraph:
    """What the planner says of a phase."""
    return plan_config(load_file(stack_file(phase)))


@pytest.mark.parametrize("phase", PHASES)
def test_planner_and_engine_agree_on_every_resource(phase: str, previews: dict[str, Any]) -> None:
    """A plan that leaves out or invents a resource, an input, a dependency or a protection would be believed."""
    preview = previews[phase]
    if isinstance(preview, EngineError):
        pytest.fail(f"the engine rejects {phase}: {preview}", pytrace=False)
    found = differences(planned(phase), preview)
    assert not found, "\n".join([f"{len(found)} differences", *found[:20]])


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("inputs", {"storageEncrypted": False}),
        ("parent", "urn:pulumi:baseline::ramp::pulumi:pulumi:Stack::ramp-baseline"),
        ("provider", "urn:pulumi:baseline::ramp::pulumi:providers:aws::another::id"),
        ("dependencies", []),
        ("propertyDependencies", {}),
        ("protect", False),
        ("ignoreChanges", ["password"]),
    ],
)
def test_the_comparison_sees_a_difference_in_each_field(field: str, other: Any, previews: dict[str, Any]) -> None:
    """A comparison that looks past a field would call everything equal."""
    preview = previews["baseline"]
    if isinstance(preview, EngineError):
        pytest.fail(f"the engine rejects baseline: {preview}", pytrace=False)
    steps = [dict(step) for step in preview["steps"]]
    database = next(step for step in steps if step.get("newState", {}).get("type") == "aws:rds/instance:Instance")
    state = database["newState"]
    database["newState"] = state | {field: state["inputs"] | other if field == "inputs" else other}
    found = differences(planned("baseline"), preview | {"steps": steps})
    assert found and all(f"::{state['urn'].split('::')[-1]}: {field}" in line for line in found)
