"""`python -m bench`: measures planning and prints tables of medians, ratios and growth."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

PHASE = "phase3"


def main() -> int:
    """Measures everything that this machine can run; returns 1 if a target is missed, 2 if a process fails."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each process")
    rounds = parser.parse_args().rounds
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME"):
        os.environ.pop(name, None)  # without bytecode in place, compiling would be most of what is measured

    print(f"bench: {rounds} rounds, Python {platform.python_version()}, {os.cpu_count()} processors", flush=True)
    print("bench: load before the first run:", " ".join(f"{load:.2f}" for load in os.getloadavg()), flush=True)
    from bench.process import Failed

    try:
        lines = [*_compared(rounds), "", *_grown(rounds)]
    except Failed as failed:
        print(f"bench: {failed}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 1 if any("MISSED" in line for line in lines) else 0


def _compared(rounds: int) -> list[str]:
    from bench.peers import peers, python, ramp
    from bench.process import interleaved
    from bench.table import Target, medians, ratios

    plan = ramp("plan", PHASE)
    ours = [
        plan,
        ramp("generate", "--check"),
        python("two plans", "bench.plans", "phase2", PHASE),
        ramp("diff", "phase2", PHASE),
        python("all plans", "bench.plans"),
        ramp("cost"),
        ramp("--help"),
    ]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, peers(PHASE, Path(folder)) as (others, missing):
        runs = interleaved([*ours, *others], rounds)
    targets = [
        Target(plan.name, "pulumi preview", 0.35),
        Target(plan.name, "cdk synth", 0.65),
        Target(plan.name, "plain mocks", 0.6),
        Target("ramp generate --check", plan.name, 0.25),
        Target("ramp diff phase2 phase3", "two plans", 1.25),
        Target("ramp cost", "all plans", 1.25),
    ]
    help_s = median(run.wall_s for run in runs["ramp --help"])
    judged = "met" if help_s <= 0.25 else "MISSED"
    return [
        *medians(runs),
        *(f"left out: {line}" for line in missing),
        "",
        *ratios(runs, targets),
        f"ramp --help answers within {help_s:.2f} s (target: ≤ 0.25 s): {judged}",
    ]


def _grown(rounds: int) -> list[str]:
    from bench.figures import exponent
    from bench.growth import FACTORS
    from bench.table import aligned

    sizes, seconds = [], []
    for factor in FACTORS:
        found = [_growth(factor) for _ in range(min(rounds, 3))]
        sizes.append(found[0]["resources"])
        seconds.append(median(each["seconds"] for each in found))
    rows = [
        (f"{int(size):,}", f"{second:.2f}", f"{1000 * second / size:.2f}")
        for size, second in zip(sizes, seconds, strict=True)
    ]
    power = exponent(sizes, seconds)
    judged = "met" if power <= 1.1 else "MISSED"
    return [
        *aligned([("resources", "cpu s of planning", "ms a resource"), *rows]),
        f"growth exponent {power:.2f} (target: ≤ 1.10): {judged}",
    ]


def _growth(factor: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.growth", str(factor)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
