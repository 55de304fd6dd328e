"""The message queue of a phase."""

from __future__ import annotations

from typing import Any

from infra.derive.rules import names, sizes, systems
from infra.derive.sources import Sourced, fact
from infra.derive.step import Step
from infra.roadmap.model import Fact, Phase, Role

Tree = dict[str, Any]

EVENT_DRIVEN = r"\bevent[- ]?driven\b|\bevent sourcing\b"


def _disk(phase: Phase) -> Fact[int] | None:
    row = phase.row(Role.QUEUE)
    size = row.after.value.size if row else None
    return Fact(size.storage_gib, row.line) if row and size and size.storage_gib else None


def queue(step: Step, application: Sourced[str]) -> Tree | Sourced[None]:
    """RabbitMQ, from the phase on whose table has it."""
    if not step.has(Role.QUEUE):
        return step.absent()
    copied = (
        "image", "architecture", "surge", "termination_grace_seconds", "work_queues", "max_length",
        "message_ttl_seconds", "delivery_limit", "federation_window_seconds", "password_epoch",
    )  # fmt: skip
    size = step.stated(Role.QUEUE, lambda cell: cell.size)
    vcpu = size.pick(lambda s: s.vcpu) if size else step.setting("queue.vcpu")
    memory = size.pick(lambda s: s.memory_gib) if size else step.setting("queue.memory_gib")
    replicas = step.count(Role.QUEUE) or step.setting("queue.nodes")
    events = step.named(EVENT_DRIVEN)
    return {
        **{key: step.setting(f"queue.{key}") for key in copied},
        "storage_gib": fact(disk) if (disk := step.anywhere(_disk)) else step.setting("queue.storage_gib"),
        "vcpu": vcpu,
        "memory_gib": memory,
        "instance_types": sizes.instance_types(
            vcpu, memory, step.setting("queue.architecture"), step.setting("queue.families")
        ),
        "replicas": replicas,
        "quorum_group_size": sizes.quorum_group_size(replicas),
        "virtual_host": names.virtual_host(application),
        "events": systems.events_from(events) if events else systems.no_events(replicas),
    }
