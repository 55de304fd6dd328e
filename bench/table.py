"""The table that is printed: every subject's medians, and the ratio of a plan to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.figures import paired_ratio
from bench.process import Run


@dataclass(frozen=True)
class Target:
    """The most that `subject` may take, as a part of `of`."""

    subject: str
    of: str
    at_most: float


def medians(runs: Mapping[str, Sequence[Run]]) -> list[str]:
    """A line for each subject: seconds by the clock and of the processors, and the memory of its largest process."""
    rows = [
        (
            name,
            f"{median(run.wall_s for run in of):.2f}",
            f"{median(run.cpu_s for run in of):.2f}",
            f"{median(run.memory_mib for run in of):.0f}",
        )
        for name, of in runs.items()
    ]
    return aligned([("process", "wall s", "cpu s", "MiB"), *rows])


def ratios(runs: Mapping[str, Sequence[Run]], targets: Sequence[Target]) -> list[str]:
    """A line for each target whose two subjects were measured."""
    rows = []
    for target in targets:
        these, those = runs.get(target.subject), runs.get(target.of)
        if not these or not those:
            continue
        wall = paired_ratio([run.wall_s for run in these], [run.wall_s for run in those])
        cpu = paired_ratio([run.cpu_s for run in these], [run.cpu_s for run in those])
        name, at_most = f"{target.subject} ÷ {target.of}", f"≤ {target.at_most:.2f}"
        rows.append((name, f"{wall:.2f}", f"{cpu:.2f}", at_most, _verdict(wall, cpu, target.at_most)))
    return aligned([("ratio", "wall", "cpu", "target", ""), *rows])


def _verdict(wall: float, cpu: float, at_most: float) -> str:
    """Other work on the machine changes the clock's ratio; a peer on several processors the other. Both have to hold."""
    missed = [name for name, ratio in (("wall", wall), ("cpu", cpu)) if ratio > at_most]
    return f"MISSED by {' and '.join(missed)}" if missed else "met"


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines of even columns: the first to the left, the others to the right, a rule below the first row."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]]
