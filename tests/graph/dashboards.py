"""The dashboard of a phase as plain data: in a plan it is unknown, since what it draws has no name yet."""

from typing import Any

from components.dashboard import DashboardArgs, Watched, body
from infra.arguments.monitoring import limits, rules_input
from tests.unit.documents import selected


def widgets(phase: str, alarms: int = 30) -> list[dict[str, Any]]:
    """The widgets of the active region's dashboard, with so many alarms."""
    config = selected(phase).config
    watched = Watched(region="us-east-1", cluster_name="c", namespace="n", load_balancer="l", databases=["d"])
    args = DashboardArgs(
        alarms=[f"arn:{number}" for number in range(alarms)],
        key_metrics=rules_input(config, "us-east-1").key_metrics,
        watched=watched,
        limits=limits(config.monitoring.objectives),
        replica_lag_ms=config.database.replica_lag_ms,
    )
    return body(args)["widgets"]
