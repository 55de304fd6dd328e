"""The Pulumi program. Pulumi runs it with `infra/` as working directory, whether the project is installed or not."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

import pulumi  # noqa: E402

from infra.config import load_json  # noqa: E402
from infra.errors import InputError  # noqa: E402
from infra.stack import deploy  # noqa: E402

try:
    config = load_json(pulumi.Config("ramp").require("phase"))
except InputError as error:
    raise pulumi.RunError(str(error)) from None
deploy(config)
