"""The start of the command `ramp`: what has to be so before anything slow is imported."""

from __future__ import annotations

import gc
import os
import signal

INTERRUPTED = 130
"""The status of a program that Ctrl-C ended, as shells give it."""


def main() -> None:
    """Runs the command, which from then on ends in order, its files whole, when it is interrupted.

    The process is short and holds what it makes until it ends, so its garbage is never collected: docs/performance.md.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    gc.disable()
    from infra.cli import main as command

    try:
        command()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
