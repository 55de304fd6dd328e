"""A planned phase: what was selected, the resources that it leads to, and what was found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from infra.errors import InputError, Mistake
from infra.findings import Finding, findings
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.selection import Selected


@dataclass(frozen=True)
class Planned:
    """A selected phase, its graph, and its findings, warnings first."""

    selected: Selected
    graph: ResourceGraph
    findings: tuple[Finding, ...]


def planned(selected: Selected) -> Planned:
    """Plans a phase in this process. Raises InputError where a component refuses what the config makes of it."""
    try:
        graph = plan_config(selected.config)
    except ValueError as error:
        raise InputError([Mistake("plan", None, selected.config.name, "", str(error))]) from error
    return Planned(selected, graph, findings(selected, graph))


def to_json(plan: Planned) -> dict[str, Any]:
    """The plan as plain JSON data: phase, resources, findings and the source of every config value. No secret is in it."""
    return {
        "phase": plan.selected.config.name,
        "resources": plan.graph.to_json(),
        "findings": [asdict(finding) for finding in plan.findings],
        "provenance": {key: source.to_json() for key, source in plan.selected.provenance.items()},
    }
