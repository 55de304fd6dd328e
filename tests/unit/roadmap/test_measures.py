"""Objectives and triggers: the lines that hold a measure and a figure."""

from __future__ import annotations

import pytest

from infra.roadmap.measures import read_target, read_trigger
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Target, Trigger
from tests.unit.roadmap.changed import mistakes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p99 Latency: < 5s", ("p99 latency", "<", 5.0, "s")),
        ("p99 latency < 5 s", ("p99 latency", "<", 5.0, "s")),
        ("Error Rate: < 0,1%", ("error rate", "<", 0.1, "%")),
        ("Availability: 99.99%", ("availability", "=", 99.99, "%")),
        ("Availability: at least 99.999%", ("availability", ">=", 99.999, "%")),
        ("Throughput: 1,500 req/s", ("throughput", "=", 1500.0, "req/s")),
        ("Throughput: 1.500 req/s", ("throughput", "=", 1500.0, "req/s")),
        ("p95 latency under 400 ms", ("p95 latency", "<", 400.0, "ms")),
        ("API response time: < 300ms (p95)", ("p95 api response time", "<", 300.0, "ms")),
        ("Cache growth: 99.991,5%", ("cache growth", "=", 99991.5, "%")),  # both separators, found by fuzzing
    ],
)
def test_a_target_reads_to_its_measure_and_figure(text: str, expected: tuple[str, str, float, str]) -> None:
    """Guards the objectives that alarms are made of, with either decimal sign."""
    assert read_target(text, 7, "", Reading("r.md")) == Target(*expected, line=7)


@pytest.mark.parametrize("text", ["Availability: four nines", "fast", "p99 Latency: < 5s when it rains"])
def test_a_text_that_is_no_target_reads_to_none(text: str) -> None:
    """Guards against a half-read objective."""
    assert read_target(text, 7, "", Reading("r.md")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CPU > 70% for 3 minutes", ("cpu", ">", 70.0, "%", 180)),
        ("Memory usage above 80%", ("memory", ">", 80.0, "%", None)),
        ("p95 latency > 3000ms for 5 min", ("p95_latency", ">", 3.0, "s", 300)),
        ("Queue depth > 1,000", ("queue_depth", ">", 1000.0, "", None)),
        ("Queue backlog > 5000: add consumers", ("queue_depth", ">", 5000.0, "", None)),
    ],
)
def test_a_trigger_reads_to_its_band(text: str, expected: tuple[str, str, float, str, int | None]) -> None:
    """Guards the bands that the autoscaler holds; latency is in seconds whatever the document's unit."""
    assert read_trigger(text, 7, "up", Reading("r.md")) == Trigger("up", *expected, line=7)


@pytest.mark.parametrize("text", ["CPU > 70s", "Disk > 80%", "CPU: 70%", "CPU > 70% on Mondays"])
def test_a_text_that_is_no_trigger_is_a_mistake(text: str) -> None:
    """Guards against a trigger that is dropped or half read."""
    reading = Reading("r.md")
    assert read_trigger(text, 7, "up", reading) is None
    assert [m.line for m in reading.mistakes] == [7]


@pytest.mark.parametrize(
    "text",
    [
        "p99 latency > 5s",
        "Availability: < 99.9%",
        "p99 latency < 5",
        "p99 latency < 5%",
        "Error rate < 0.1",
        "Uptime: 100%",
    ],
)
def test_an_objective_that_nobody_could_hold_is_not_understood(text: str) -> None:
    """Guards alerts against a bound of the wrong side, and against seconds that are none."""
    assert read_target(text, 7, "", Reading("r.md")) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "- CPU > 70% for 3",
            "- CPU < 70% for 3",
            "r.md:427: scale up trigger: got 'cpu < 70'; allowed: a threshold with >",
        ),
        (
            "- Queue depth > 1000",
            "- CPU > 90%",
            "r.md:430: scale up trigger: got 'cpu > 90'; allowed: one for cpu (the first is on line 427)",
        ),
        (
            "- Queue depth > 1000\n",
            "",
            "r.md:434: scale down trigger: got 'queue_depth < 100'; allowed: an entry under Scale Up for the same measure",
        ),
    ],
)
def test_triggers_that_no_autoscaler_follows_are_refused(old: str, new: str, message: str) -> None:
    """Guards against a threshold that is read and never acted on."""
    assert message in mistakes("mgx-ai", (old, new))


@pytest.mark.parametrize(
    ("text", "value", "window"),
    [
        ("p95 latency > 1,500 ms for 5 minutes", 1.5, 300),
        ("p95 latency > 1.500 ms sustained for 90s", 1.5, 90),
        ("p95 latency > 1,5s for at least 5 minutes", 1.5, 300),
        ("p95 latency > 1.25 s for 90 seconds (average)", 1.25, 90),
    ],
)
def test_thousands_of_a_time_are_no_decimals(text: str, value: float, window: int) -> None:
    """Guards against 1,500 ms that are read as one and a half."""
    trigger = read_trigger(text, 1, "up", Reading("r.md"))
    assert trigger and (trigger.value, trigger.for_seconds) == (value, window)


def test_a_window_that_is_no_one_time_is_refused() -> None:
    """Guards against `3 of 5 minutes`, of which only the five would count."""
    reading = Reading("r.md")
    assert read_trigger("CPU > 70% for 3 of 5 minutes", 1, "up", reading) is None
    assert reading.mistakes[0].received == "'CPU > 70% for 3 of 5 minutes'"
