"""What a plan is measured against: each subject, or the line that says what is missing for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import synth
from bench.process import Subject
from infra.project import ROOT
from tests.engine.engine import EngineMissing, Workspace, find_engine
from tests.engine.standin import Cloud, serve


def ramp(*arguments: str) -> Subject:
    """The command `ramp`, as a process of its own."""
    return python(f"ramp {' '.join(arguments)}", "infra.entry", *arguments)


def python(name: str, module: str, *arguments: str) -> Subject:
    """A module run by this interpreter."""
    command = [sys.executable, "-m", module, *arguments]
    return Subject(name=name, command=command, folder=ROOT, environment=os.environ)


@contextmanager
def preview(phase: str, folder: Path) -> Iterator[Subject]:
    """`pulumi preview` on the real engine; the plugins run in this process, which waits. Raises EngineMissing."""
    engine = find_engine()
    with serve(Cloud()) as plugins:
        workspace = Workspace.copy(engine, ROOT, folder / "preview", plugins)
        workspace.init(phase)
        yield Subject(
            name="pulumi preview",
            command=[engine.cli, "preview", "--json", "--stack", phase],
            folder=workspace.project,
            environment=workspace.environment(),
        )


@contextmanager
def peers(phase: str, folder: Path) -> Iterator[tuple[Sequence[Subject], Sequence[str]]]:
    """The subjects that this machine can run beside a plan of the phase, and a line for each that it can't."""
    missing: list[str] = []
    subjects = [python("plain mocks", "bench.mocks", phase), python("floor", "bench.floor")]
    try:
        subjects += synth.subjects(phase)
    except synth.Missing as reason:
        missing.append(f"cdk synth: {reason}")
    try:
        with preview(phase, folder) as previewed:
            yield [*subjects, previewed], missing
    except EngineMissing as reason:
        yield subjects, [*missing, f"pulumi preview: {reason}"]
