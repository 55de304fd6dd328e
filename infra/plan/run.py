"""Runs a Pulumi program in this process and returns the resources that it registers."""

from __future__ import annotations

import contextvars
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import isawaitable

from pulumi.runtime import run_in_stack, set_all_config
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import ROOT, SETTINGS, Settings, configure

from infra.graph import ResourceGraph
from infra.plan.deployed import Deployed
from infra.plan.loop import PlanLoop
from infra.plan.monitor import Monitor

_log = logging.getLogger(__name__)


def plan(
    program: Callable[[], object],
    *,
    project: str,
    stack: str,
    organization: str = "organization",
    config: Mapping[str, str] | None = None,
    deployed: Deployed | None = None,
) -> ResourceGraph:
    """Returns the resources that `program` registers when it runs as the stack `stack` of the project `project`.

    They are what `pulumi preview` of a stack with nothing deployed shows: an output that only exists after creation is
    unknown. `config` is the stack's Pulumi config by full key ("project:key"). No account, network or CLI is used.
    `deployed` plans on what is there already: asked in the program's order, it answers for what stays.

    Raises PlanError for what a plan mustn't do (a data source, a resource with no explicit AWS or Kubernetes provider,
    two resources with one URN), and whatever the program raises, as it is. No plan sees another, also after an error.
    """
    return contextvars.copy_context().run(_plan, program, project, stack, organization, config or {}, deployed)


def _plan(
    program: Callable[[], object],
    project: str,
    stack: str,
    organization: str,
    config: Mapping[str, str],
    deployed: Deployed | None,
) -> ResourceGraph:
    loop = PlanLoop()
    monitor = Monitor(project=project, stack=stack, deployed=deployed)
    configure(Settings(project, stack, monitor=monitor, engine=_Log(), dry_run=True, organization=organization))
    SETTINGS.callbacks = monitor.callbacks  # pyright: ignore[reportAttributeAccessIssue]
    set_all_config(dict(config), [])
    ROOT.set(None)

    async def noted() -> None:
        try:
            result = program()
            if isawaitable(result):
                await result
            await loop.until_quiet()
        except BaseException as error:
            loop.note(error)
            raise

    try:
        with _no_stack_traces():
            loop.run_until_complete(run_in_stack(noted))  # pyright: ignore[reportArgumentType]
    except BaseException as error:
        loop.note(error)
    finally:
        loop.discard()
    failure = loop.first_error()
    if failure is not None:
        raise failure
    return ResourceGraph(monitor.resources.values())


@contextmanager
def _no_stack_traces() -> Iterator[None]:
    """Keeps the SDK from describing the whole stack for each resource, a sixth of planning, since nobody reads it.

    Exceptions keep their tracebacks; only what prints one while the program runs prints its last line alone.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before


class _Log:
    """Where `pulumi.log` goes: warnings and errors to this module's logger."""

    def Log(self, request: engine_pb2.LogRequest) -> None:
        if request.severity >= engine_pb2.WARNING:
            _log.warning(request.message)
