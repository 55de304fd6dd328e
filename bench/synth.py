"""`cdk synth` of an L1 app with a plan's AWS resources by type, installed from the npm registry by its lock file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.process import Subject
from infra.config import load_file
from infra.plan import plan_config
from infra.project import ROOT, stack_file

APP = Path(__file__).parent / "cdk"
INSTALLED = ROOT / ".cache" / "cdk"


class Missing(Exception):
    """What can't be measured here; the text says what is missing."""


def subjects(phase: str) -> Sequence[Subject]:
    """`cdk synth` as it is, and without its check of the template, which a plan has no counterpart of. Raises Missing."""
    install()
    counts = Counter(r.type for r in plan_config(load_file(stack_file(phase))) if r.type.startswith("aws:"))
    environment = {
        **os.environ,
        "BENCH_RESOURCES": json.dumps(counts),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
    }
    cdk = [str(INSTALLED / "node_modules" / ".bin" / "cdk"), "synth", "--quiet", "--no-notices", "--no-lookups"]
    command = [*cdk, "--app", "node app.js", "--output", "out"]
    return [
        Subject(name="cdk synth", command=command, folder=INSTALLED, environment=environment),
        Subject(
            name="cdk synth, no checks",
            command=command,
            folder=INSTALLED,
            environment={**environment, "CDK_VALIDATION": "false"},
        ),
    ]


def install() -> None:
    """Puts the app and exactly the packages of its lock file into `.cache/cdk`. Raises Missing."""
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        raise Missing(f"no {' and no '.join(missing)} on PATH")
    shutil.copytree(APP, INSTALLED, dirs_exist_ok=True)
    lock = (APP / "package-lock.json").read_bytes()
    stamp = INSTALLED / "node_modules" / "installed"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        raise Missing(f"npm couldn't install aws-cdk-lib: {lines[0]}")
    stamp.write_bytes(lock)
