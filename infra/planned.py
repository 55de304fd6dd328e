"""A planned phase: what was selected, the resources that it leads to, and what was found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

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
    """Plans a phase in this process."""
    graph = plan_config(selected.config)
    return Planned(selected, graph, findings(selected, graph))


def to_json(plan: Planned) -> dict[str, Any]:
    """The plan as plain JSON data: phase, resources, findings and the source of every config value. No secret is in it."""
    return {
        "phase": plan.selected.config.name,
        "resources": plan.graph.to_json(),
        "findings": [asdict(finding) for finding in plan.findings],
        "provenance": {key: source.to_json() for key, source in plan.selected.provenance.items()},
    }
