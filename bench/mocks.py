"""`python -m bench.mocks <phase>`: the program of a phase under the SDK's own mocks, as its documentation shows them."""

import sys

from pulumi import runtime

from infra.config import load_file
from infra.project import stack_file
from infra.stack import deploy


class Echo(runtime.Mocks):
    """Answers every registration with its inputs."""

    def new_resource(self, args: runtime.MockResourceArgs) -> tuple[str, dict[str, object]]:
        """Returns an id and the outputs."""
        return f"{args.name}-id", args.inputs

    def call(self, args: runtime.MockCallArgs) -> tuple[dict[str, object], None]:
        """Returns what a function answers, and no failures."""
        return {}, None


def main(phase: str) -> None:
    """Runs the program to its end."""
    runtime.set_mocks(Echo(), project="ramp", stack=phase, preview=True)
    config = load_file(stack_file(phase))
    runtime.test(lambda: deploy(config))()


if __name__ == "__main__":
    main(sys.argv[1])
