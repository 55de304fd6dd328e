"""Findings of a planned phase: what contradicts, what was chosen in the document's place, what can't be as it says."""

from __future__ import annotations

from infra.findings import compute, cost, data, document, edge, monitoring, products, queue, recovery, services
from infra.findings.finding import Finding, Rule, Situation
from infra.graph import ResourceGraph
from infra.selection import Selected

__all__ = ["Finding", "Situation", "findings"]

RULES: tuple[Rule, ...] = (
    document.config_edited,
    document.availability_differs,
    compute.range_below_count,
    compute.range_derived,
    compute.scaling_band,
    compute.scaling_windows,
    compute.trigger_differs,
    compute.server_overshoot,
    services.unrouted_services,
    services.images_copied_elsewhere,
    data.database_overshoot,
    data.cache_overshoot,
    data.single_cache_node,
    data.replica_lags,
    queue.two_nodes_called_ha,
    queue.single_node,
    queue.even_nodes,
    queue.federation_is_no_replication,
    edge.balancer_zones,
    edge.failover_promotion,
    edge.failover_resolvers,
    edge.standby_capacity,
    recovery.recovery_time,
    recovery.recovery_point,
    edge.check_interval,
    edge.further_standbys,
    edge.active_active,
    products.other_product,
    edge.rate_limit_figure,
    monitoring.unknown_metrics,
    monitoring.nobody_told,
    monitoring.budget_by_tag,
    cost.not_in_the_bill,
)
"""Every rule, in the order in which findings are told; within it warnings come first."""


def findings(selected: Selected, graph: ResourceGraph) -> tuple[Finding, ...]:
    """Everything found in a planned phase, warnings first."""
    situation = Situation(selected, graph)
    found = [finding for rule in RULES for finding in rule(situation)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "warning"))
