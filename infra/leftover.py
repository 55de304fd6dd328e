"""What of a document no plan rests on: what has no bearing on infrastructure, and what is work for the team."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from infra.findings import Finding
from infra.roadmap.model import Item, Roadmap
from infra.selection import Document

HELD = ("cpu", "memory")
"""What an autoscaler's block may repeat of the triggers to scale up; a finding tells where the two differ."""


def leftover(document: Document, findings: Iterable[Finding], lines: Sequence[str]) -> tuple[Item, ...]:
    """Every line, in order, that was read and led to no value of any phase's config and to none of `findings`.

    `lines` are the document's own. What sizes something isn't asked for: the reader refuses what it makes no use of.
    """
    used = {line for phase in document.phases for source in phase.provenance.values() for line in source.lines()}
    used |= {line for finding in findings for line in _lines(finding.source)}
    idle = sorted({line for line in _told(document.roadmap) if line not in used})
    told = [Item(_undecorated(lines[line - 1]), line) for line in idle]
    return tuple(sorted([*document.roadmap.unused, *told], key=lambda item: item.line))


def _told(roadmap: Roadmap) -> Iterator[int]:
    """The lines of all that a document says in words: lists, targets, triggers, metrics, risks, and who answers for it."""
    for phase in roadmap.phases:
        for each in (*phase.optimizations, *phase.architecture, *phase.checklist, *phase.targets):
            yield each.line
        for region in phase.multi_region.regions if phase.multi_region else ():
            yield from (item.line for item in region.items if region.pods is None or item.line != region.pods.line)
    stated = (roadmap.owner, roadmap.version, roadmap.updated, roadmap.review, roadmap.approvers)
    yield from (fact.line for fact in stated if fact)
    downs = [trigger for trigger in roadmap.triggers if trigger.direction == "down" or trigger.metric not in HELD]
    rest = (downs, roadmap.key_metrics, roadmap.targets, roadmap.recommendations, roadmap.risks, roadmap.horizon)
    yield from (each.line for several in rest for each in several)


def _lines(source: str) -> Iterator[int]:
    for part in source.split("; "):
        if part.startswith("line"):
            yield from map(int, re.findall(r"\d+", part))


def _undecorated(line: str) -> str:
    """A line without the marks of a list before it."""
    return re.sub(r"^(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?", "", line.strip())
