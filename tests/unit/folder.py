"""A user's folder, and what `ramp` says of a mistake in it."""

from pathlib import Path

import pytest

from infra.project import ROOT
from tests.unit.run_cli import Ran, run

SETTINGS = (ROOT / "roadmap" / "settings.yaml").read_text(encoding="utf-8")
STACK = (ROOT / "Pulumi.phase3.yaml").read_text(encoding="utf-8")

SMALL = """\
## Current Baseline

| Component | Spec | Count |
|-----------|------|-------|
| Application Server | 8 vCPU, 16GB | 4 |
| Database Server | 16 vCPU, 32GB, 1TB SSD | 1 |

## Phase 1: 1,000 → 2,000 Users (Months 1-3)

| Component | Current | New |
|-----------|---------|-----|
| Application Server | 4x 8vCPU, 16GB | 8x 8vCPU, 16GB |
"""
"""A roadmap that states nothing but its servers."""


class Folder:
    """A folder with a user's files, and `ramp` run in it; what a run leaves of the files is compared."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def refused(self, *arguments: object) -> str:
        """What is said of a mistake, without the program's name. It exits with 2 and changes nothing."""
        before = self._files()
        ran = self.run(*arguments)
        assert (ran.status, ran.out) == (2, ""), ran
        assert "Traceback" not in ran.err
        assert self._files() == before
        return ran.err.removeprefix("ramp: ").removesuffix("\n").replace("\nramp: ", "\n")

    def run(self, *arguments: object) -> Ran:
        return run(arguments, self.path, self._capsys)

    def settings(self, before: str, after: str) -> str:
        """What is said of the project's settings with one piece of text exchanged."""
        assert before in SETTINGS
        self.write("settings.yaml", SETTINGS.replace(before, after, 1))
        return self.refused("plan", "phase3", "--settings", "settings.yaml")

    def stack(self, before: str, after: str) -> str:
        """What is said of the project's third stack config with one piece of text exchanged."""
        assert before in STACK
        self.write("Pulumi.phase3.yaml", STACK.replace(before, after, 1))
        return self.refused("plan", "Pulumi.phase3.yaml")

    def _files(self) -> dict[str, bytes]:
        paths = self.path.rglob("*")
        return {str(path): path.read_bytes() for path in paths if path.is_file()}


def line(text: str, within: str) -> int:
    """The line on which a piece of text first stands."""
    return within[: within.index(text)].count("\n") + 1
