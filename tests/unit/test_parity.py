"""docs/parity.md: that each of its claims names a test that there is."""

import ast
import re
from functools import cache

from infra.project import ROOT

ROW = re.compile(r"\| (?P<feature>[^|]+) \| (?P<ours>[^|]+) \|")
TEST = re.compile(r"`([a-z_/]+\.py)(?:::(test_[a-z0-9_]+))?`")


@cache
def defined_in(path: str) -> set[str]:
    module = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def claims() -> list[tuple[str, str]]:
    """Each feature with what stands beside it."""
    lines = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").splitlines()
    rows = [found for line in lines if (found := ROW.fullmatch(line))]
    return [(row["feature"], row["ours"]) for row in rows if row["feature"] != "feature" and "---" not in row["ours"]]


def test_every_claim_of_parity_names_a_test_that_there_is_or_the_reason_why_not() -> None:
    """Guards against a table that promises what nothing shows, or what a renamed test showed once."""
    found = claims()
    named = [(feature, test) for feature, ours in found for test in TEST.findall(ours)]
    assert len(found) > 60
    assert [feature for feature, ours in found if not ours.startswith("none: ") and not TEST.search(ours)] == []
    assert [f"{feature}: {path}::{name}" for feature, (path, name) in named if name not in defined_in(path)] == []
