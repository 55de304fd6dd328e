"""Findings about the message queue."""

from __future__ import annotations

from collections.abc import Iterator

from infra.config.queue import tolerated_failures
from infra.findings.finding import Finding, Situation, lines
from infra.roadmap.model import Role


def two_nodes_called_ha(situation: Situation) -> Iterator[Finding]:
    """A majority of two is two."""
    queue, row = situation.config.queue, situation.selected.phase.row(Role.QUEUE)
    if queue is None or queue.replicas < 2 or tolerated_failures(queue.replicas):
        return
    said = f" ({row.after.value.text})" if row else ""
    message = (
        f"A RabbitMQ cluster of {queue.replicas} nodes{said} tolerates no failure: a quorum needs more than half. It "
        "keeps messages safe on both nodes and stops when either is down; three nodes are the least that go on. Queues from "
        "before the second node are let onto it by hand (`ramp diff`)."
    )
    source = lines(row.after.line) if row else situation.source("queue.replicas")
    yield Finding("queue-no-quorum-to-spare", "warning", message, source)


def single_node(situation: Situation) -> Iterator[Finding]:
    """One broker is down whenever its node is replaced."""
    queue = situation.config.queue
    if queue is not None and queue.replicas == 1:
        message = "One RabbitMQ node: the queue is down whenever its node is replaced, at least every 21 days."
        yield Finding("queue-single-node", "info", message, situation.source("queue.replicas"))


def even_nodes(situation: Situation) -> Iterator[Finding]:
    """An even cluster tolerates no more than the odd one below it."""
    queue = situation.config.queue
    if queue is None or queue.replicas < 4 or queue.replicas % 2:
        return
    message = (
        f"{queue.replicas} RabbitMQ nodes tolerate {tolerated_failures(queue.replicas)} failures, as {queue.replicas - 1} "
        f"do: the {queue.replicas}th adds throughput alone. Each quorum queue has {queue.quorum_group_size} members."
    )
    yield Finding("queue-even-nodes", "info", message, situation.source("queue.replicas"))


def federation_is_no_replication(situation: Situation) -> Iterator[Finding]:
    """The standby's queue receives copies, and knows nothing of what was consumed."""
    queue, plan = situation.config.queue, situation.selected.phase.multi_region
    if queue is None or not situation.config.standby_regions or plan is None:
        return
    message = (
        "The standby's queue is federated, not replicated: at a failover messages still on the way are lost, and those "
        f"of the last {queue.federation_window_seconds} s that were consumed already arrive again. Consumers must be "
        "idempotent."
    )
    source = lines(*(item.line for region in plan.regions for item in region.items if "queue" in item.value.lower()))
    yield Finding("queue-federation", "warning", message, source or situation.source("queue.federation_window_seconds"))
