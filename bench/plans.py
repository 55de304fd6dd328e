"""`python -m bench.plans <phase>…`: plans phases and shows none: what a command that needs their plans builds on."""

import gc
import sys


def main(phases: list[str]) -> None:
    """Plans each phase as `ramp plan` does, with the collector off and the SDKs loaded as in the command."""
    gc.disable()
    from infra.sdk import load_as_used

    load_as_used()
    from infra.planned import planned
    from infra.selection import load_document, select

    document = load_document()
    plans = [planned(select(phase, document, straight=False)) for phase in phases or document.keys]
    print(sum(len(list(each.graph)) for each in plans))
    gc.freeze()


if __name__ == "__main__":
    main(sys.argv[1:])
