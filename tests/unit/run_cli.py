"""The command line in this process: what it prints, what it says went wrong, and its exit status."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra import cli


@dataclass(frozen=True)
class Ran:
    """What a run printed, and how it ended."""

    out: str
    err: str
    status: object


def run(arguments: Sequence[object], cwd: Path, capsys: pytest.CaptureFixture[str]) -> Ran:
    """`ramp` with these arguments in the folder `cwd`."""
    status: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr("sys.argv", ["ramp", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code
    printed = capsys.readouterr()
    return Ran(printed.out, printed.err, status)
