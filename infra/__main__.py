"""The Pulumi program. Pulumi runs it with `infra/` as working directory, whether the project is installed or not."""

import atexit
import gc
import sys
from pathlib import Path

# The process ends with the program and keeps nearly all that it makes: docs/performance.md.
gc.disable()
atexit.register(gc.freeze)

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from infra.sdk import load_as_used  # noqa: E402

load_as_used()

import pulumi  # noqa: E402

from infra.config import load_json  # noqa: E402
from infra.errors import InputError  # noqa: E402
from infra.stack import deploy  # noqa: E402

try:
    config = load_json(pulumi.Config("ramp").get("phase"), pulumi.get_stack())
except InputError as error:
    raise pulumi.RunError(f"{error}\n`ramp plan` on the stack's config file names the lines.") from None
deploy(config)
