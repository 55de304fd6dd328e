"""The dashboard of each region: that a person can read it."""

from itertools import product

import pytest

from tests.graph.dashboards import widgets

PHASES = ("baseline", "phase1", "phase2", "phase3")
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"


@pytest.mark.parametrize(("phase", "alarms"), [*((phase, 30) for phase in PHASES), ("phase3", 101)])
def test_no_widget_lies_on_another_or_beside_the_screen(phase: str, alarms: int) -> None:
    """Guards the grid, 24 wide: CloudWatch moves what overlaps, and a person looks for it elsewhere."""
    taken: set[tuple[int, int]] = set()
    for widget in widgets(phase, alarms):
        cells = set(
            product(
                range(widget["x"], widget["x"] + widget["width"]), range(widget["y"], widget["y"] + widget["height"])
            )
        )
        assert not cells & taken
        assert widget["x"] + widget["width"] <= 24
        taken |= cells
    assert len(taken) > 24


@pytest.mark.parametrize("phase", PHASES)
def test_what_is_wrong_stands_first_and_no_alarm_of_the_region_is_missing(phase_graph, phase: str) -> None:
    """Guards whoever was woken: one look says which alarms are on."""
    first = widgets(phase)[0]
    assert (first["type"], first["x"], first["y"], first["width"]) == ("alarm", 0, 0, 24)
    graph = phase_graph(phase)
    (board,) = [b for b in graph.of_type(DASHBOARD) if "us-east-1" in b.name]
    alarms = {a.urn for a in graph.of_type(ALARM) if "-us-east-1-alerts" in a.name}
    assert alarms
    assert alarms <= set(board.property_dependencies["dashboardBody"])


def test_more_alarms_than_one_widget_takes_have_a_second() -> None:
    """Guards a stack of many database servers: AWS refuses a widget of more than 100 alarms, and so the dashboard."""
    shown = [w["properties"]["alarms"] for w in widgets("phase3", 230) if w["type"] == "alarm"]
    assert [len(each) for each in shown] == [100, 100, 30]
    assert len({arn for each in shown for arn in each}) == 230


@pytest.mark.parametrize("phase", PHASES)
def test_every_panel_says_what_it_counts_and_objectives_are_lines_across_theirs(phase: str) -> None:
    """Guards the reader of a curve: without unit and limit nobody knows whether it is fine."""
    drawn = {}
    for panel in (w["properties"] for w in widgets(phase) if w["type"] == "metric"):
        assert panel["title"]
        assert panel["yAxis"]["left"]["label"]
        if "annotations" in panel:
            drawn[panel["yAxis"]["left"]["label"]] = panel["annotations"]["horizontal"]
    assert drawn == {
        "s": [{"label": "p99 at most 5 s", "value": 5.0}],
        "% of requests": [{"label": "at most 0.1 %", "value": 0.1}],
    }
