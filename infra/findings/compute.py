"""Findings about servers, the application tier and how it scales."""

from __future__ import annotations

from collections.abc import Iterator

from infra.catalogue.specs import find as find_class
from infra.findings.finding import Finding, Situation, lines
from infra.roadmap.model import Role


def range_below_count(situation: Situation) -> Iterator[Finding]:
    """The document counts servers and gives a range that may run fewer."""
    row = situation.selected.phase.row(Role.APPLICATION)
    block = situation.selected.phase.hpa
    if not row or not block or not row.after.value.count or block.min_replicas.value >= row.after.value.count:
        return
    count, low, high = row.after.value.count, block.min_replicas, block.max_replicas
    message = (
        f"The document counts {count} servers and gives the HPA a range of {low.value}–{high.value}: at low load "
        f"it runs {low.value}. The range is taken as it stands; {count} is what the target capacity is sized for."
    )
    yield Finding("hpa-range-below-count", "info", message, lines(row.after.line, low.line, high.line))


def range_derived(situation: Situation) -> Iterator[Finding]:
    """The phase has no range of its own."""
    region = situation.config.active_region
    keys = (f"regions.{region}.min_replicas", f"regions.{region}.max_replicas")
    if situation.selected.phase.hpa or situation.selected.phase.number == 0:
        return
    here = situation.config.regions[region]
    given = any(phase.hpa for phase in situation.selected.document.roadmap.phases)
    ratio = "the range that it gives for another" if given else "the settings"
    message = (
        f"The document gives no HPA range for this phase: {here.min_replicas}–{here.max_replicas} for {here.servers} "
        f"servers keeps the ratio of {ratio}."
    )
    yield Finding("hpa-range-derived", "info", message, situation.source(*keys))


def scaling_band(situation: Situation) -> Iterator[Finding]:
    """One HPA has one tolerance for all metrics, so only one metric's lower threshold is exact."""
    scaling, roadmap = situation.config.app.scaling, situation.selected.document.roadmap
    stated = next((t for t in roadmap.triggers if t.direction == "down" and t.metric == "memory"), None)
    if stated is None or scaling.memory_percent is None:
        return
    effective = scaling.memory_percent * (1 - float(scaling.scale_down_tolerance))
    if abs(effective - stated.value) < 0.05:
        return
    message = (
        f"An HPA has one scale-down tolerance for all its metrics. {scaling.scale_down_tolerance} makes the CPU band exact; "
        f"memory then scales down below {effective:.1f}%, where the document says {stated.value:g}%."
    )
    yield Finding("scale-down-band", "info", message, lines(stated.line))


def trigger_differs(situation: Situation) -> Iterator[Finding]:
    """The autoscaler's block and a trigger give two thresholds for one metric."""
    scaling = situation.config.app.scaling
    held = {"cpu": scaling.cpu_percent, "memory": scaling.memory_percent}
    for trigger in situation.selected.document.roadmap.triggers:
        percent = held.get(trigger.metric)
        if trigger.direction == "up" and percent is not None and percent != trigger.value:
            told = f"a trigger says {trigger.value:g}%: the block's holds."
            message = f"The HPA block holds {trigger.metric} at {percent}%, {told}"
            yield Finding("trigger-differs", "warning", message, lines(trigger.line))


def scaling_windows(situation: Situation) -> Iterator[Finding]:
    """One HPA has one window a direction: a trigger with another time waits as long as the others.

    A signal's longer time is part of what is recorded for it, and holds.
    """
    config, triggers = situation.config, situation.selected.document.roadmap.triggers
    windows = {"up": config.app.scaling.scale_up_window_seconds, "down": config.app.scaling.scale_down_window_seconds}
    signals = {signal.metric for signal in config.monitoring.signals}
    late = [
        trigger
        for trigger in triggers
        if (trigger.metric in signals and (trigger.for_seconds or 0) < windows[trigger.direction])
        or (trigger.metric in ("cpu", "memory") and (trigger.for_seconds or 0) != windows[trigger.direction])
    ]
    if not late:
        return
    told = ", ".join(
        f"{t.metric.replace('_', ' ')} {t.comparator} {t.value:g}{t.unit} scales {t.direction} after {windows[t.direction]} s, "
        f"where the document {f'says {t.for_seconds} s' if t.for_seconds else 'gives no time'}"
        for t in late
    )
    message = f"An HPA has one window a direction for all its metrics: {told}."
    yield Finding("scaling-window", "info", message, lines(*(trigger.line for trigger in late)))


def server_overshoot(situation: Situation) -> Iterator[Finding]:
    """No EC2 type has exactly the document's size."""
    server = situation.config.app.server
    chosen = find_class("ec2", server.instance_types[0])
    if (chosen.vcpu, chosen.memory_gib) == (server.vcpu, server.memory_gib):
        return
    message = (
        f"No EC2 type of the settings' families has exactly {server.vcpu} vCPU and {server.memory_gib} GiB: "
        f"{chosen.name} has {chosen.vcpu} and {chosen.memory_gib:g}."
    )
    yield Finding("server-class-overshoot", "info", message, situation.source("app.server.vcpu"))
