"""Renews the command outputs shown in Markdown files: each block behind `<!-- output: COMMAND -->` is what it prints.

`python tools/outputs.py FILE …` rewrites them; with `--check` it writes nothing and exits with 1 where one is stale.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- output: (?P<command>[^\n]+) -->\n```[a-z]*\n).*?(^```$)", re.DOTALL | re.MULTILINE)


def renewed(text: str) -> str:
    """The text with every block's content replaced by what its command prints now."""
    return BLOCK.sub(lambda block: f"{block[1]}{printed(block['command'])}{block[3]}", text)


@cache
def printed(command: str) -> str:
    """Standard output of a `ramp` or `make` command, run in the project. Raises CalledProcessError when it fails."""
    words = shlex.split(command)
    if words[0] == "ramp":
        words = [sys.executable, "-m", "infra.entry", *words[1:]]
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def main(arguments: list[str]) -> int:
    stale = False
    for path in (Path(argument) for argument in arguments if argument != "--check"):
        before = path.read_text(encoding="utf-8")
        after = renewed(before)
        stale = stale or after != before
        if "--check" not in arguments:
            path.write_text(after, encoding="utf-8")
        elif after != before:
            print(f"{path}: its output is stale; `make golden` renews it")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
