"""The start of the command `ramp`: before anything slow is imported, Ctrl-C ends it without a traceback."""

from __future__ import annotations

import os
import signal

INTERRUPTED = 130
"""The status of a program that Ctrl-C ended, as shells give it."""


def main() -> None:
    """Runs the command, which from then on ends in order, its files whole, when it is interrupted."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from infra.cli import main as command

    command()
