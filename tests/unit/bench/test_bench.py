"""The arithmetic of the bench and its table, with made-up runs: no clock is read."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.figures import exponent, paired_ratio
from bench.growth import FACTORS, grown
from bench.process import Run
from bench.table import Target, aligned, medians, ratios
from infra.config import load_file
from infra.project import ROOT, stack_file


def runs(*seconds: float) -> list[Run]:
    """Runs whose clock goes twice as fast as their processor time."""
    return [Run(2 * each, each, 100) for each in seconds]


def test_a_ratio_is_taken_run_by_run() -> None:
    """Guards against dividing medians: a slow moment that met both of a pair would count for one of them."""
    assert paired_ratio([1.0, 30.0, 1.1], [2.0, 60.0, 2.0]) == 0.5


def test_a_ratio_needs_pairs() -> None:
    """Guards against a run that is dropped on one side, after which every pair would be a wrong one."""
    with pytest.raises(ValueError, match="longer than"):
        paired_ratio([1.0], [2.0, 2.0])


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_the_exponent_is_the_power_of_the_size(power: float) -> None:
    """Guards the figure that tells linear growth from quadratic."""
    sizes = [900.0, 3_600.0, 14_400.0]
    assert exponent(sizes, [0.002 * size**power for size in sizes]) == pytest.approx(power)


def test_a_row_tells_the_medians() -> None:
    """Guards against means, which one slow run moves."""
    assert medians({"plan": runs(1.0, 9.0, 1.5)})[-1].split() == ["plan", "3.00", "1.50", "100"]


@pytest.mark.parametrize(
    ("plan", "verdict"),
    [
        (Run(0.4, 0.4, 1), "met"),
        (Run(50, 0.4, 1), "MISSED by wall"),
        (Run(0.4, 0.6, 1), "MISSED by cpu"),
        (Run(0.6, 0.6, 1), "MISSED by wall and cpu"),
    ],
)
def test_a_target_is_met_by_the_clock_and_by_processor_time(plan: Run, verdict: str) -> None:
    """Guards against quoting the kinder of the two: a peer on two processors looks slow by one, fast by the other."""
    line = ratios({"plan": [plan], "peer": [Run(1, 1, 1)]}, [Target("plan", "peer", 0.5)])[-1]
    assert line.endswith(f"≤ 0.50  {verdict}")


def test_what_was_not_measured_has_no_ratio() -> None:
    """Guards a machine without an engine or npm."""
    assert len(ratios({"plan": runs(1)}, [Target("plan", "peer", 0.5)])) == 2


def test_columns_line_up() -> None:
    """Guards the table's shape: names to the left, figures to the right, a rule below the head."""
    assert aligned([("name", "s"), ("a", "10.0"), ("longer", "1.0")]) == [
        "name       s",
        "------------",
        "a       10.0",
        "longer   1.0",
    ]


def test_the_grown_phases_have_more_of_all_three() -> None:
    """Guards the growth that is measured: regions, services and shards, and the same phase at 1."""
    config = load_file(stack_file("phase3"))
    assert grown(config, 1) == config
    larger = [grown(config, factor) for factor in FACTORS]
    for size in (lambda c: len(c.regions), lambda c: len(c.app.services), lambda c: c.shards.servers):
        assert [size(one) < size(other) for one, other in pairwise(larger)] == [True, True]


def test_the_app_of_the_peer_names_exact_versions() -> None:
    """Guards a peer that changes between two runs: its packages are those of the lock file."""
    folder = ROOT / "bench" / "cdk"
    wanted = _json(folder / "package.json")["dependencies"]
    locked = _json(folder / "package-lock.json")["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(one.get("integrity") or one.get("inBundle") for path, one in locked.items() if path)


def _json(path: Path) -> dict[str, dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))
