"""Findings about the document itself: where it contradicts itself, and where a stack config no longer follows it."""

from __future__ import annotations

from collections.abc import Iterator

from infra.findings.finding import Finding, Situation, lines
from infra.roadmap.model import Target


def availability_differs(situation: Situation) -> Iterator[Finding]:
    """The phase promises another availability than the document's targets do."""
    own = _availability(situation.selected.phase.targets)
    overall = _availability(situation.selected.document.roadmap.targets)
    if own is None or overall is None or own.value == overall.value:
        return
    strict = max(own, overall, key=lambda target: target.value)
    message = (
        f"The phase promises {own.value:g}% availability, the document's targets {overall.value:g}%. "
        f"Alerts hold the stricter one, {strict.value:g}%."
    )
    yield Finding("availability-differs", "warning", message, lines(*sorted({own.line, overall.line})))


def _availability(targets: tuple[Target, ...]) -> Target | None:
    return next((target for target in targets if target.metric.lower() == "availability"), None)


def config_edited(situation: Situation) -> Iterator[Finding]:
    """The stack config holds values that the document and the settings don't lead to."""
    edited = situation.selected.edited
    if edited:
        message = (
            f"The stack config differs from what the document and the settings lead to in {len(edited)} "
            f"value{'s' if len(edited) > 1 else ''}: {', '.join(edited[:6])}{' …' if len(edited) > 6 else ''}. "
            "`ramp generate --check` shows the difference."
        )
        yield Finding("config-edited", "warning", message, situation.source(*edited[:6]))
