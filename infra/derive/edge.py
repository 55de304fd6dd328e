"""What stands between the users and the application in a phase."""

from __future__ import annotations

from typing import Any

from infra.derive.step import Step
from infra.roadmap.model import Role

Tree = dict[str, Any]


def load_balancer(step: Step) -> Tree:
    """The load balancer of each region."""
    return {
        "zones": step.count(Role.LOAD_BALANCER) or step.setting("load_balancer.zones"),
        "idle_timeout_seconds": step.setting("load_balancer.idle_timeout_seconds"),
    }
