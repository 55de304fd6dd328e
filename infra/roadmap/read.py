"""A roadmap, read whole: every fact with its line, or every mistake at once."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from infra.errors import InputError
from infra.roadmap.agreement import check_agreement, check_costs
from infra.roadmap.asides import asides
from infra.roadmap.baseline import find_baseline, read_baseline
from infra.roadmap.continuity import check_continuity
from infra.roadmap.document import MAX_NESTING, PHASE_TITLE, Listing, Section, parse
from infra.roadmap.general import (
    Parts,
    labelled,
    outline,
    read_costs,
    read_key_metrics,
    read_recommendations,
    read_risks,
    read_savings,
    read_targets,
    read_triggers,
)
from infra.roadmap.headings import read_heading
from infra.roadmap.horizon import is_horizon, read_horizon
from infra.roadmap.labels import Kind
from infra.roadmap.leftovers import leftovers
from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import CostRow, Item, Phase, Roadmap, Role, Row
from infra.roadmap.phases import items, read_phase
from infra.roadmap.placeholders import placeholders
from infra.roadmap.source import read_file
from infra.roadmap.title import read_title, title_section

# Under these a phase's number heads a part of a list or a bill, not the phase itself.
_NO_PLAN = re.compile(r"checklist|\bcosts?\b|budget|timeline|schedule|risk|milestone|summary", re.IGNORECASE)


def read(path: Path) -> Roadmap:
    """The roadmap in a file. Raises InputError with every mistake that is in it."""
    return read_text(read_file(path), str(path))


def read_text(text: str, path: str) -> Roadmap:
    """The roadmap in a text; `path` is what messages call it. Raises InputError with every mistake that is in it."""
    reading = Reading(path)
    if not text.strip():
        reading.report(None, "roadmap", "an empty file", "a scaling roadmap in Markdown")
        raise InputError(reading.mistakes)
    try:
        root = parse(text)
    except RecursionError:
        reading.report(None, "roadmap", "lists or quotes nested too deep", f"at most {MAX_NESTING} levels")
        raise InputError(reading.mistakes) from None
    roadmap = _roadmap(text, root, reading)
    if reading.mistakes or roadmap is None:
        raise InputError(reading.mistakes)
    return roadmap


def _roadmap(text: str, root: Section, reading: Reading) -> Roadmap | None:
    title = read_title(root, reading)
    plans = _plans(root)
    baseline = find_baseline(root, plans)
    skip = {section.line for section in plans} | ({baseline.line} if baseline else set())
    parts = list(outline(root, skip))
    horizon = [section for section in plans if is_horizon(section)]
    sized = [section for section in plans if section not in horizon]
    checklists = _checklists(parts, sized, horizon, reading)
    phases, costs = _phases(baseline, sized, checklists, reading)
    check_continuity(phases, reading)
    check_agreement(phases, reading)
    cost_rows = costs + read_costs(parts, reading)
    roadmap = title and Roadmap(
        path=reading.path,
        title=title[0],
        application=title[1],
        phases=tuple(phases),
        owner=labelled(root, r"(?:document )?owner", reading),
        version=labelled(root, r"version", reading),
        updated=labelled(root, r"(?:last )?updated?|date", reading),
        review=labelled(root, r"(?:next )?review(?: date)?", reading),
        approvers=labelled(root, r"approvals?(?: required)?|approvers?|approved by", reading),
        triggers=read_triggers(parts, reading),
        key_metrics=read_key_metrics(parts, reading),
        targets=read_targets(parts, reading),
        recommendations=read_recommendations(parts, reading),
        risks=read_risks(root, reading),
        savings=read_savings(parts, reading),
        horizon=tuple(item for section in horizon for item in read_horizon(section, reading)),
        cost_rows=cost_rows,
        placeholders=placeholders(text, root),
    )
    check_costs(cost_rows, phases, reading)
    reading.unused += asides(text, root)
    rest = leftovers(root, parts, sized, baseline, reading)
    return replace(roadmap, unused=rest) if roadmap else None


def _plans(root: Section) -> list[Section]:
    """The sections that define a phase, in document order."""
    found: list[Section] = []

    def visit(section: Section) -> None:
        for child in section.children:
            match = PHASE_TITLE.match(child.title)
            if match and int(match[1]) > 0:
                found.append(child)
            elif child is title or not _NO_PLAN.search(child.title):
                visit(child)

    title = title_section(root)
    visit(root)
    return found


def _phases(
    baseline: Section | None, plans: list[Section], checklists: dict[int, list[Item]], reading: Reading
) -> tuple[list[Phase], tuple[CostRow, ...]]:
    if baseline is None:
        reading.mistake(None, "baseline", "", "a section Current Baseline with a table of Component, Spec and Count")
    numbered = _numbered(plans, reading)
    phases: list[Phase] = []
    costs: tuple[CostRow, ...] = ()
    if baseline:
        first = read_heading(plans[0], Reading("")).start if plans else None
        phase, costs = read_baseline(baseline, first, tuple(checklists.get(0, ())), reading)
        phases += [phase] if phase else []
    for number, section in numbered.items():
        earlier: dict[Role, Row] = {row.role: row for phase in phases for row in phase.rows}
        if phases:
            _check_start(section, phases[-1], reading)
        phase, more = read_phase(section, number, earlier, reading)
        costs += more
        if phase:
            phases.append(replace(phase, checklist=phase.checklist + tuple(checklists.get(number, ()))))
    return phases, costs


def _check_start(section: Section, before: Phase, reading: Reading) -> None:
    """Reports a heading that starts from other users than the phase before it ends with."""
    start = read_heading(section, Reading("")).start
    if start and start.value != before.users.value and (before.number + 1 == _number(section)):
        allowed = f"what line {before.users.line} says, {before.users.value}"
        reading.mistake(start.line, f"{section.title}: users before the phase", str(start.value), allowed)


def _numbered(plans: list[Section], reading: Reading) -> dict[int, Section]:
    """The phases by number, in order; reports a number that is there twice, and one that is missing."""
    found: dict[int, Section] = {}
    for section in plans:
        number = _number(section)
        if number in found:
            reading.gap(number)
            reading.mistake(
                section.line,
                "phase",
                section.title,
                f"a number of its own (phase {number} is on line {found[number].line})",
                f"Probably meant: 'Phase {number + 1}'.",
            )
        found.setdefault(number, section)
    if not found:
        reading.report(None, "roadmap", "no phase", "a heading such as Phase 1: 1,000 → 2,000 Users (Months 1-3)")
    for expected, number in enumerate(sorted(found), start=1):
        if number != expected:
            reading.gap(expected)
            allowed = f"phase {expected} before it"
            reading.mistake(found[number].line, "phase", str(number), allowed, "Number phases 1, 2, 3.")
            break
    return dict(sorted(found.items()))


def _number(section: Section) -> int:
    match = PHASE_TITLE.match(section.title)
    return int(match[1]) if match else 0


def _checklists(parts: Parts, sized: list[Section], horizon: list[Section], reading: Reading) -> dict[int, list[Item]]:
    """The checklists' entries by phase; what stands before any phase belongs to the baseline."""
    known = {0, *map(_number, sized)}
    found: dict[int, list[Item]] = {}
    for section, kind in parts:
        number = _number(section)
        if kind is not Kind.CHECKLIST or number in map(_number, horizon):
            continue
        if number not in known:
            allowed = ", ".join(f"Phase {n}" for n in sorted(known - {0}))
            hint = meant(section.title, allowed.split(", "))
            reading.mistake(section.line, "checklist", section.title, allowed, hint)
        for block in section.blocks:
            if isinstance(block, Listing):
                found.setdefault(number, []).extend(items(block, section.title, reading))
    return found
