"""What is found in each phase of the document."""

from dataclasses import replace
from functools import cache

import pytest

from infra.findings import Situation
from infra.findings.monitoring import budget_by_tag, nobody_told
from infra.planned import Planned, planned
from tests.unit.documents import document, selected

EXPECTED = {
    "baseline": [
        "scale-down-band", "scaling-window", "database-class-overshoot", "cache-node-overshoot", "cache-no-replica",
        "queue-single-node", "balancer-zones", "recovery-point",
    ],
    "phase1": [
        "queue-no-quorum-to-spare", "hpa-range-below-count", "scale-down-band", "scaling-window",
        "database-class-overshoot", "cache-node-overshoot", "cache-no-replica", "balancer-zones", "recovery-point",
    ],
    "phase2": [
        "hpa-range-derived", "scale-down-band", "scaling-window", "database-class-overshoot", "cache-node-overshoot",
        "cache-no-replica", "balancer-zones", "recovery-point", "rate-limit-figure",
    ],
    "phase3": [
        "availability-differs", "queue-federation", "failover-promotion", "standby-capacity", "hpa-range-derived",
        "scale-down-band", "scaling-window", "database-class-overshoot", "cache-node-overshoot", "queue-even-nodes",
        "balancer-zones", "failover-resolvers", "recovery-time", "recovery-point", "rate-limit-figure",
    ],
}  # fmt: skip
"""The findings of each phase with nothing wrong: what the document itself can't have, or leaves open."""


@cache
def plan(phase: str) -> Planned:
    return planned(selected(phase))


@pytest.mark.parametrize("phase", list(EXPECTED))
def test_a_phase_with_nothing_wrong_has_just_these_findings(phase: str) -> None:
    """Guards against a finding that disappears, and against noise that hides those that count."""
    assert [finding.id for finding in plan(phase).findings] == EXPECTED[phase]


@pytest.mark.parametrize("phase", list(EXPECTED))
def test_every_finding_says_where_it_comes_from(phase: str) -> None:
    """Guards the reader, who wants to look the contradiction up."""
    for finding in plan(phase).findings:
        assert finding.source.startswith(("line", "settings: ", "infra/catalogue/"))
        assert finding.message.endswith(".")


def test_a_contradiction_names_both_lines() -> None:
    """Guards 8 servers against a range of 4-10, and 99.9 against 99.99 percent."""
    by_id = {finding.id: finding for phase in ("phase1", "phase3") for finding in plan(phase).findings}
    text = document().roadmap
    row, block = text.phase("phase1").rows[0], text.phase("phase1").hpa
    assert block is not None
    assert (
        by_id["hpa-range-below-count"].source
        == f"lines {row.after.line}, {block.min_replicas.line}, {block.max_replicas.line}"
    )
    own = next(t for t in text.phase("phase3").targets if t.metric == "availability")
    overall = next(t for t in text.targets if t.metric == "availability")
    assert by_id["availability-differs"].source == f"lines {own.line}, {overall.line}"


def test_a_two_node_queue_is_told_in_the_documents_own_words() -> None:
    """Guards the finding that matters most in phase 1: HA in the cell, no failure tolerated in fact."""
    found = next(f for f in plan("phase1").findings if f.id == "queue-no-quorum-to-spare")
    assert "2x 4vCPU, 8GB (HA)" in found.message


def test_nobody_to_tell_of_alerts_is_told() -> None:
    """Guards whoever empties the example's address and puts in no other: topics without a subscriber tell nobody."""
    chosen = selected("phase3")
    told = chosen.config.monitoring.model_copy(update={"emails": ()})
    lonely = replace(chosen, config=chosen.config.model_copy(update={"monitoring": told}))
    (found,) = nobody_told(Situation(lonely, plan("phase3").graph))
    assert (found.id, found.source) == ("alerts-unsubscribed", "settings: monitoring.emails")


def test_a_budget_that_counts_a_tag_says_who_has_to_activate_it() -> None:
    """Guards against a budget that counts nothing and stays silent for ever."""
    chosen = selected("phase3")
    shared = chosen.config.monitoring.model_copy(update={"budget_counts": "application"})
    tagged = replace(chosen, config=chosen.config.model_copy(update={"monitoring": shared}))
    (found,) = budget_by_tag(Situation(tagged, plan("phase3").graph))
    assert (found.id, found.source) == ("budget-by-tag", "settings: monitoring.budget_counts")
