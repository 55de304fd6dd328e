"""Programs of Debian 13 that tools/servers.sh unpacked, run on files of a test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from infra.project import ROOT

FOLDER = ROOT / ".cache" / "debian"
SHARED = "/shared"
"""Where the folder of a test stands inside."""


def debian(name: str) -> str | None:
    """The path of a program in the unpacked folder, or None where it wasn't provided."""
    folders = (FOLDER / "usr" / part for part in ("bin", "sbin"))
    return next((str(folder / name) for folder in folders if (folder / name).exists()), None)


def outside(name: str, *arguments: str) -> list[str]:
    """A command line that runs a program of the folder out here, on its own libraries: for servers that share a network."""
    libraries = next(FOLDER.glob("usr/lib/*-linux-gnu"))
    loader = next(libraries.glob("ld-linux-*.so.*"))
    return [str(loader), "--library-path", str(libraries), str(debian(name)), *arguments]


def run(folder: Path, *command: str, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    """Runs a command inside, with `folder` as /shared. Its output and status are the caller's to judge."""
    return subprocess.run(
        [str(ROOT / "tools" / "in-servers.sh"), *command],
        env={**os.environ, "SHARED": str(folder)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
