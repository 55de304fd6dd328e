"""Objectives, auto-scaling triggers and watched metrics: the lines that hold a measure and a figure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import KeyMetric, Target, Trigger
from infra.roadmap.numbers import DURATION, FIGURE, figure, seconds

_COMPARATOR = r"<=|>=|<|>|≤|≥|="
_WORDS = (
    (r"\b(?:less than|fewer than|under|below)\b", "<"),
    (r"\b(?:more than|greater than|over|above|exceeds)\b", ">"),
    (r"\bat least\b", ">="),
    (r"\bat most\b", "<="),
)
_MEASURE = re.compile(
    rf"(?P<metric>[^:<>≤≥=]{{1,80}}?)\s*(?::\s*(?P<stated>{_COMPARATOR})?|(?P<bare>{_COMPARATOR}))\s*"
    rf"(?P<figure>{FIGURE})\s*(?P<unit>%|(?!(?:for|during|over)\b)[A-Za-zµ]+(?:/[A-Za-z]+)?)?\s*(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_TRIGGER_METRICS = (
    (r"cpu(?: (?:utili[sz]ation|usage|load))?", "cpu"),
    (r"mem(?:ory)?(?: (?:utili[sz]ation|usage))?", "memory"),
    (r"p(\d{2,3}) (?:response )?(?:latency|response time)", "p{}_latency"),
    (r"(?:\w+ )?queue (?:depth|length|size|backlog)", "queue_depth"),
)
_OBJECTIVES = (
    (r"p(\d{2,3}) (?:api )?(?:response )?(?:latency|response time|time)", "p{}_latency"),
    (r"(?:api )?(?:response )?(?:latency|response time|time) \(?p(\d{2,3})\)?", "p{}_latency"),
    (r"error rate|errors|failed requests", "error_rate"),
    (r"availability|uptime", "availability"),
)
_WINDOW = re.compile(
    rf"(?:sustained\s+)?(?:for|during|over|>=?)\s*(?:>=?\s*)?(?P<time>{DURATION.pattern})(?:\s*\([^()\d]*\))?",
    re.IGNORECASE | re.ASCII,
)
_TRIGGERS = "CPU > 70% for 3 minutes, Memory > 80%, p95 latency > 3s, Queue depth > 1000"


def objective_id(metric: str) -> str | None:
    """The objective that a target's words mean: p99_latency, error_rate, availability; None for another measure."""
    return _named(metric, _OBJECTIVES)


def in_seconds(target: Target) -> float:
    """A latency target's value in seconds; 0 where its unit is no time."""
    return seconds(f"{target.value}{target.unit}") or 0


def read_target(text: str, line: int, heading: str, reading: Reading) -> Target | None:
    """`p99 Latency: < 5s` as a Target, metric in lower case; None if the text is no such thing.

    A figure without a comparator ("Availability: 99.99%") has the comparator "=".
    """
    match = _MEASURE.fullmatch(_symbols(text))
    rest = match["rest"].strip() if match else ""
    if not match or (rest and not re.fullmatch(r"\(.*\)", rest)):
        return None
    unit, metric = match["unit"] or "", " ".join(match["metric"].lower().split())
    if quantile := re.fullmatch(r"\(p\d{2,3}\)", rest, re.IGNORECASE):  # "Latency: < 5s (p99)"
        metric, rest = f"{quantile[0].strip('()').lower()} {metric}", ""
    target = Target(metric, _compared(match), figure(match["figure"], unit), unit, line)
    if not _makes_sense(target):
        return None
    reading.use(line)
    reading.remark(rest, line, heading)
    return target


def _makes_sense(target: Target) -> bool:
    """Whether an objective is bounded from the right side and measured in its unit; any other target may say what it likes."""
    name = objective_id(target.metric)
    if name is None:
        return True
    if target.comparator.startswith("<" if name == "availability" else ">"):
        return False
    return in_seconds(target) > 0 if name.endswith("_latency") else target.unit == "%" and 0 < target.value < 100


def read_trigger(text: str, line: int, direction: str, reading: Reading) -> Trigger | None:
    """`CPU > 70% for 3 minutes` as a Trigger, latency in seconds; None, with a mistake reported, otherwise."""
    match = _MEASURE.fullmatch(_symbols(text))
    metric = _trigger_metric(match["metric"]) if match else None
    rest, *action = re.split(r"\s*(?:→|->|=>|:)\s*", match["rest"].strip() if match else "", maxsplit=1)
    window = _window(rest)
    if not match or metric is None or (rest and window is None) or _compared(match) == "=":
        hint = meant(match["metric"] if match else text, ("CPU", "Memory", "p95 latency", "Queue depth"))
        reading.mistake(line, f"scale {direction} trigger", text, _TRIGGERS, hint if metric is None else "")
        return None
    unit, value = match["unit"] or "", figure(match["figure"], match["unit"] or "")
    if metric.endswith("latency") and (time := seconds(f"{match['figure']}{unit}")) is not None:
        unit, value = "s", time
    expected = {"cpu": "%", "memory": "%", "queue_depth": ""}.get(metric, "s")
    if unit != expected and not (expected == "" and unit.lower() in ("messages", "jobs", "tasks", "items")):
        hint = f"The unit of {metric} is {expected or 'none'}."
        reading.mistake(line, f"scale {direction} trigger", text, _TRIGGERS, hint)
        return None
    if expected == "%" and not 0 < value <= 100:
        reading.mistake(line, f"scale {direction} trigger", text, "a share above 0% and up to 100%")
        return None
    reading.use(line)
    reading.remark("".join(action), line, f"scale {direction} trigger")
    return Trigger(direction, metric, _compared(match), value, expected, round(window) if window else None, line)


def _window(text: str) -> float | None:
    """How long a trigger's measure has to hold, in seconds: `for 3 minutes`, `(5 min)`, and what is averaged in brackets."""
    match = _WINDOW.fullmatch(text)
    return seconds(match["time"]) if match else None


def check_triggers(triggers: Sequence[Trigger], reading: Reading) -> None:
    """Reports a trigger that points the wrong way, that is there twice, or that scales down alone or too soon."""
    first: dict[tuple[str, str], Trigger] = {}
    for trigger in triggers:
        key, text = f"scale {trigger.direction} trigger", f"{trigger.metric} {trigger.comparator} {trigger.value:g}"
        sign = ">" if trigger.direction == "up" else "<"
        held = first.setdefault((trigger.direction, trigger.metric), trigger)
        if not trigger.comparator.startswith(sign):
            reading.mistake(trigger.line, key, text, f"a threshold with {sign}")
        elif held is not trigger:
            reading.mistake(trigger.line, key, text, f"one for {trigger.metric} (the first is on line {held.line})")
    for trigger in first.values():
        measured = trigger.metric not in ("cpu", "memory")
        if trigger.direction == "down" and measured and ("up", trigger.metric) not in first:
            text = f"{trigger.metric} {trigger.comparator} {trigger.value:g}"
            reading.mistake(trigger.line, "scale down trigger", text, "an entry under Scale Up for the same measure")
        above = first.get(("up", trigger.metric))
        if trigger.direction == "down" and above and trigger.value >= above.value:
            received, most = f"{trigger.value:g}{trigger.unit}", f"{above.value:g}{above.unit}"
            allowed = f"below {most}, above which line {above.line} scales up"
            reading.mistake(trigger.line, f"scale down trigger: {trigger.metric}", received, allowed)


def read_key_metric(text: str, line: int, group: str) -> KeyMetric:
    """`Request rate (req/s)` as a KeyMetric: what stands in brackets is the unit."""
    match = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", text)
    name, unit = (match[1], match[2]) if match else (text, "")
    return KeyMetric(re.sub(r"\s*metrics$", "", group.lower()), name, unit, line)


def _symbols(text: str) -> str:
    for words, symbol in _WORDS:
        text = re.sub(words, symbol, text, count=1, flags=re.IGNORECASE)
    return text.replace("≤", "<=").replace("≥", ">=").strip()


def _compared(match: re.Match[str]) -> str:
    return match["stated"] or match["bare"] or "="


def _trigger_metric(text: str) -> str | None:
    return _named(text, _TRIGGER_METRICS)


def _named(text: str, names: Sequence[tuple[str, str]]) -> str | None:
    for pattern, name in names:
        if match := re.fullmatch(pattern, " ".join(text.lower().split())):
            return name.format(*match.groups())
    return None
