"""What `ramp diff` does before it prints: picks both sides, compares them, and lets through what it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from infra.config import PhaseConfig, load_file
from infra.cost.usage import UsageSettings
from infra.diff import allow
from infra.diff.step import Step, step
from infra.diff.subject import subject
from infra.diff.table import DATA, UnknownTypeError
from infra.errors import InputError, Mistake, together
from infra.project import SETTINGS, shown
from infra.selection import Document, load_document, select
from infra.settings import load_settings


def diff_step(
    a: str,
    b: str,
    urns: Sequence[str],
    reasons: Sequence[str],
    roadmap: Path | None = None,
    settings: Path | None = None,
    record: Path = allow.FILE,
) -> Step:
    """The step from `a` to `b`, without what `record` or the URNs let through; these are added to the record.

    Raises InputError for a side that can't be read, for a URN without a reason, and for one that lets nothing through.
    """
    if len(urns) != len(reasons):
        received, allowed = f"{len(urns)} --allow and {len(reasons)} --because", "a reason for each, in the same order"
        raise InputError([Mistake("command line", None, "--allow", received, allowed)])
    phase = _Phases(roadmap, settings)
    try:
        before, after = together(partial(subject, a, phase), partial(subject, b, phase))
        found = step(before, after, phase.usage()).letting(allow.read(record))
    except UnknownTypeError as unknown:
        where, what = shown(DATA), "a row for every type that the program uses"
        raise InputError([Mistake(where, None, unknown.type, "no row", what, "Read it from its provider.")]) from None
    chosen = allow.chosen(list(zip(urns, reasons, strict=True)), found.dangers, found.name, date.today())
    if chosen:
        allow.record(chosen, record)
    return found.letting(chosen)


class _Phases:
    """The config of a phase or of a stack config's path; the document is read once, and only for a phase."""

    def __init__(self, roadmap: Path | None, settings: Path | None) -> None:
        self._roadmap, self._settings = roadmap, settings
        self._document: Document | None = None

    def __call__(self, named: str) -> PhaseConfig:
        if named.endswith((".yaml", ".yml")):
            return load_file(Path(shown(Path(named))))
        if self._document is None:
            self._document = load_document(self._roadmap, self._settings)
        return select(named, self._document, straight=bool(self._roadmap or self._settings)).config

    def usage(self) -> UsageSettings:
        """What the settings assume of use, of the document that was read if one was."""
        if self._document is not None:
            return self._document.settings.settings.usage
        return load_settings(Path(shown(self._settings or SETTINGS))).settings.usage
