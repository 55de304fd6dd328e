"""Service-level objectives as Prometheus rules: multi-window, multi-burn-rate alerts.

Windows and factors are those of the Site Reliability Workbook (Beyer et al., 2018), chapter 5, table 5-8: a page when 2 %
of a 30-day budget burns in an hour or 5 % in six, a ticket when 10 % burns in a day or three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BURNS = (
    ("page", 14.4, "1h", "5m"),
    ("page", 6.0, "6h", "30m"),
    ("ticket", 3.0, "1d", "2h"),
    ("ticket", 1.0, "3d", "6h"),
)
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


@dataclass(frozen=True, kw_only=True)
class Objective:
    """`bad` is PromQL for the share of bad requests over a window, written with `{window}` in its place.

    `budget` is the share that may be bad; `line` is the line of the roadmap that states it.
    """

    name: str
    summary: str
    bad: str
    budget: float
    line: int


def objective_group(objective: Objective) -> dict[str, Any]:
    """A Prometheus rule group: the share of bad requests over each window, and an alert for each burn rate.

    The alerts have one name, so that one that pages silences the tickets of the same objective.
    """
    record = f"ramp:{objective.name}:bad_ratio_rate"
    recordings = [
        {"record": f"{record}{window}", "expr": objective.bad.replace("{window}", window)} for window in WINDOWS
    ]
    return {"name": objective.name, "rules": [*recordings, *(_alert(objective, record, *burn) for burn in BURNS)]}


def _alert(objective: Objective, record: str, severity: str, factor: float, long: str, short: str) -> dict[str, Any]:
    limit = f"({factor:g} * {objective.budget:.10g})"
    return {
        "alert": f"{_camel(objective.name)}Burn",
        "expr": f"{record}{long} > {limit} and {record}{short} > {limit}",
        "labels": {"severity": severity, "window": long, "roadmap_line": str(objective.line)},
        "annotations": {
            "summary": objective.summary,
            "description": f"The budget burns {factor:g} times too fast over {long} and {short}.",
        },
    }


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
