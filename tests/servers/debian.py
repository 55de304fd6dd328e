"""Programs of Debian 13 that tools/servers.sh unpacked, run on files of a test."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from infra.project import ROOT

FOLDER = ROOT / ".cache" / "debian-13"
SHARED = "/shared"
"""Where the folder of a test stands inside."""


def debian(name: str) -> str | None:
    """The path of a program in the unpacked folder, or None where it wasn't provided."""
    folders = (FOLDER / "usr" / part for part in ("bin", "sbin"))
    return next((str(folder / name) for folder in folders if (folder / name).exists()), None)


def outside(name: str) -> str | None:
    """The path by which a program of the folder runs out here, for servers that share a network; None without it."""
    folders = (FOLDER / "outside" / "usr" / part for part in ("bin", "sbin", "lib/postgresql/17/bin"))
    return next((str(folder / name) for folder in folders if (folder / name).exists()), None)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command inside, with `folder` as /shared. Its output and status are the caller's to judge."""
    return subprocess.run(
        [str(ROOT / "tools" / "in-servers.sh"), *command],
        env={**os.environ, "SHARED": str(folder)},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
