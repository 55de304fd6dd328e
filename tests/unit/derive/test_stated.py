"""What a document states reaches the stack config of the phase that it is stated for."""

from __future__ import annotations

from infra.config import PhaseConfig
from infra.derive import derive
from infra.project import SETTINGS
from infra.settings import load_settings
from tests.unit.roadmap.changed import roadmap
from tests.unit.roadmap.test_agreement import PHASE2_LISTS, SECOND_HPA


def config(stem: str, phase: str, *changes: tuple[str, str]) -> PhaseConfig:
    """A phase's config of a document with changes."""
    derived = derive(roadmap(stem, *changes), load_settings(SETTINGS))
    return next(each.config for each in derived if each.config.name == phase)


def test_a_later_autoscaler_block_holds_from_its_phase_on() -> None:
    """Guards against a second block whose thresholds and range nobody follows."""
    change = (PHASE2_LISTS, SECOND_HPA + PHASE2_LISTS)
    scaling = {phase: config("mgx-ai", phase, change) for phase in ("phase1", "phase2", "phase3")}
    assert [each.app.scaling.cpu_percent for each in scaling.values()] == [70, 60, 60]
    ranges = [(r.min_replicas, r.max_replicas) for each in scaling.values() if (r := each.regions["us-east-1"])]
    assert ranges == [(4, 10), (9, 30), (23, 75)]


def test_the_strictest_lag_of_several_replicas_holds() -> None:
    """Guards against the first replica's lag standing for all."""
    second = "  host: db-replica-2.internal\n  port: 5432\n  lag: "
    change = (f"{second}< 100ms", f"{second}< 50ms")
    assert config("mgx-ai", "phase2", change).database.replica_lag_ms == 50


def test_a_database_called_highly_available_has_a_standby_whatever_the_settings_say() -> None:
    """Guards "the document wins" for the word Multi-AZ."""
    settings = load_settings(SETTINGS)
    without = settings.settings.model_copy(
        update={"database": settings.settings.database.model_copy(update={"multi_az": False})}
    )
    derived = derive(roadmap("paper-mill"), type(settings)(settings.path, without, settings.tree))
    assert {each.config.name: each.config.database.multi_az for each in derived} == {
        "baseline": False, "phase1": False, "phase2": True, "phase3": True,
    }  # fmt: skip


def test_a_queue_s_disk_is_the_document_s_from_the_baseline_on() -> None:
    """Guards a volume that can't be made larger later."""
    change = ("| 5x 8vCPU, 16GB (Cluster)", "| 5x 8vCPU, 16GB, 50GB SSD (Cluster)")
    queues = [config("kestrel-telemetry", phase, change).queue for phase in ("baseline", "phase3")]
    assert [queue.storage_gib for queue in queues if queue] == [50, 50]


def test_policies_of_the_block_reach_the_config() -> None:
    """Guards the pace that the document gives its autoscaler."""
    scaling = config("orbit-shop", "phase1").app.scaling
    assert [policy.model_dump() for policy in scaling.scale_up_policies] == [
        {"type": "Pods", "value": 2, "period_seconds": 30}
    ]
    assert scaling.scale_down_policies == ()


def test_every_latency_of_triggers_and_targets_is_followed() -> None:
    """Guards quantiles other than the ones of the project's own document."""
    monitoring = config("paper-mill", "phase1").monitoring
    assert [(signal.metric, signal.up, signal.up_seconds) for signal in monitoring.signals] == [
        ("p99_latency", 0.9, 300)
    ]
    assert [(each.name, each.target) for each in monitoring.objectives] == [
        ("p95_latency", 0.4),
        ("availability", 99.5),
    ]
