"""A roadmap in a few words, as the `.reads.yaml` files beside the test documents state it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.roadmap.model import Behavior, Capacity, Hpa, MultiRegion, Phase, Roadmap, Row


@pytest.fixture
def summary() -> Callable[[Roadmap], dict[str, Any]]:
    """What turns a roadmap into its few words."""
    return _summary


def _summary(roadmap: Roadmap) -> dict[str, Any]:
    """Every fact of the document that a `.reads.yaml` file may state; what is empty is left out."""
    blanks = len(roadmap.placeholders)
    return _present(
        application=roadmap.application.value,
        owner=roadmap.owner and roadmap.owner.value,
        phases={phase.key: _phase(phase) for phase in roadmap.phases},
        triggers=[
            _words(t.direction, t.metric, t.comparator, f"{t.value:g}", t.unit, t.for_seconds and f"{t.for_seconds}s")
            for t in roadmap.triggers
        ],
        horizon=len(roadmap.horizon),
        risks=len(roadmap.risks),
        placeholders=blanks,
        unused=[item.text for item in roadmap.unused],
    )


def _phase(phase: Phase) -> dict[str, Any]:
    return _present(
        users=phase.users.value,
        months=phase.months and f"{phase.months.value[0]}-{phase.months.value[1]}",
        rows={str(row.role): _row(row, phase) for row in phase.rows},
        hpa=phase.hpa and _hpa(phase.hpa),
        hosts=[
            _words(h.role, f"{h.host.value}:{h.port.value}", h.lag_ms and f"{h.lag_ms.value}ms")
            for h in phase.replication
        ],
        regions=[
            _words(r.role, r.name.value, r.pods and str(r.pods.value))
            for r in (phase.multi_region.regions if phase.multi_region else ())
        ],
        failover=phase.multi_region and _failover(phase.multi_region),
        optimizations=len(phase.optimizations),
        architecture=len(phase.architecture),
        targets=[_words(t.metric, t.comparator, f"{t.value:g}", t.unit) for t in phase.targets],
        shard_key=phase.shard_key and phase.shard_key.value,
    )


def _capacity(cell: Capacity) -> str:
    """A cell as count, size (vCPU/memory/storage in GiB), replicas and words: `1x 8/32/512 2R ha`."""
    if cell.absent:
        return "none"
    size = cell.size and "/".join(str(n) for n in (cell.size.vcpu, cell.size.memory_gib, cell.size.storage_gib) if n)
    text = _words(
        cell.count and f"{cell.count}x",
        size,
        cell.read_replicas and f"{cell.read_replicas}R",
        cell.clustered and "cluster",
        cell.highly_available and "ha",
        cell.region_mode,
    )
    return text or "some"


def _row(row: Row, phase: Phase) -> str:
    after = _capacity(row.after.value)
    return after if phase.number == 0 else f"{_capacity(row.before.value)} -> {after}"


def _hpa(hpa: Hpa) -> str:
    return _words(
        hpa.name.value,
        hpa.target.value != hpa.name.value and f"for {hpa.target.value}",
        hpa.namespace and f"in {hpa.namespace.value}",
        f"{hpa.min_replicas.value}-{hpa.max_replicas.value}",
        hpa.cpu_percent and f"cpu {hpa.cpu_percent.value}",
        hpa.memory_percent and f"memory {hpa.memory_percent.value}",
        _behavior("up", hpa.scale_up),
        _behavior("down", hpa.scale_down),
    )


def _behavior(direction: str, behavior: Behavior) -> str:
    said = _words(
        behavior.window_seconds and str(behavior.window_seconds.value),
        *(f"{p.value}{'%' if p.kind == 'Percent' else ' pods'}/{p.period_seconds}s" for p in behavior.policies),
        behavior.select and behavior.select.value,
    )
    return said and f"{direction} {said}"


def _failover(plan: MultiRegion) -> str:
    return _words(
        plan.check_interval_seconds and f"check {plan.check_interval_seconds.value}s",
        plan.failover_seconds and f"switch {plan.failover_seconds.value}s",
        plan.replication_lag_ms and f"lag {plan.replication_lag_ms.value}ms",
    )


def _words(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)


def _present(**facts: Any) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value}
