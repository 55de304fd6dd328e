"""The in-process planner: runs a Pulumi program on Pulumi's own SDK, with no account, network or CLI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.graph import ResourceGraph
from infra.plan.errors import PlanError
from infra.plan.run import plan

if TYPE_CHECKING:
    from infra.config import PhaseConfig
    from infra.plan.deployed import Deployed

__all__ = ["PROJECT", "PlanError", "plan", "plan_config"]

PROJECT: Final = "ramp"
"""The Pulumi project's name, part of every URN; the `name` in Pulumi.yaml."""


def plan_config(config: PhaseConfig, *, stack: str | None = None, deployed: Deployed | None = None) -> ResourceGraph:
    """Returns all resources of one phase, as `pulumi preview` would register them.

    `stack` is the stack's name, part of every URN: the phase's own by default. `deployed` answers for what is there
    already. Raises what `plan` does.
    """
    from infra.stack import deploy

    return plan(lambda: deploy(config), project=PROJECT, stack=stack or config.name, deployed=deployed)
