"""Findings about what is watched."""

from __future__ import annotations

from collections.abc import Iterator

from components.key_metrics import metric_id
from infra.findings.finding import Finding, Situation, lines


def unknown_metrics(situation: Situation) -> Iterator[Finding]:
    """The document wants something watched that nothing here measures."""
    unknown = [m for m in situation.selected.document.roadmap.key_metrics if metric_id(m.name) is None]
    if unknown:
        names = ", ".join(metric.name for metric in unknown)
        message = f"Not drawn and not recorded: {names}. components/key_metrics.py says what is, and by which words."
        yield Finding("metrics-unknown", "warning", message, lines(*(metric.line for metric in unknown)))


def budget_by_tag(situation: Situation) -> Iterator[Finding]:
    """A tag counts once somebody has activated it, and until then nobody is told of anything."""
    if situation.config.monitoring.budget_counts == "application":
        message = (
            "The budget counts what carries the tag `application`: nothing until that tag is active in the payer's billing "
            "settings, and never what carries no tag, such as taxes and support."
        )
        yield Finding("budget-by-tag", "info", message, situation.source("monitoring.budget_counts"))


def nobody_told(situation: Situation) -> Iterator[Finding]:
    """Alerts reach topics, and a topic without a subscriber tells nobody."""
    if not situation.config.monitoring.emails:
        message = (
            "No mail address is told of alerts: subscribe a pager to the page topic of each region after the first up."
        )
        yield Finding("alerts-unsubscribed", "info", message, situation.source("monitoring.emails"))
