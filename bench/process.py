"""A whole process measured: wall-clock time, processor time and memory, of it and of every process that it starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TIMED = Path(__file__).parent / "timed.py"


class Failed(Exception):
    """A measured process ended with an error; the text is the end of what it printed."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is measured: a command, in a folder, with its whole environment."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """One run. `cpu_s` is user and system time of all its processes; `memory_mib` is the peak of its largest one."""

    wall_s: float
    cpu_s: float
    memory_mib: float


def run(subject: Subject) -> Run:
    """Runs the command to its end. Raises Failed where it fails."""
    command = [sys.executable, "-I", "-S", str(_TIMED), *subject.command]
    done = subprocess.run(
        command, cwd=subject.folder, env=subject.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{subject.name}: {done.stderr.strip()[-400:]}")
    return Run(**json.loads(done.stdout))


def interleaved(subjects: Sequence[Subject], rounds: int) -> dict[str, list[Run]]:
    """The runs of each subject by name, after one that isn't counted: a round runs each of them once, in turn."""
    for subject in subjects:
        run(subject)
    runs: dict[str, list[Run]] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            runs[subject.name].append(run(subject))
    return runs
