"""In which range pods are kept, and when there are more or fewer of them."""

from __future__ import annotations

import math

from infra.derive.sources import rule


@rule
def fixed_count(servers: int) -> int:
    """Before the document introduces auto-scaling, the range is the count itself.

    The object is there from the first phase, so that the Deployment never carries a replica count.
    """
    return servers


@rule
def range_keeps_ratio(servers: int, bound: int, servers_of_range: int) -> int:
    """HPA range keeps the document's ratio of range to server count.

    The document gives one range, for one count; a later phase has more servers and no range of its own.
    """
    return max(1, math.ceil(servers * bound / servers_of_range))


@rule
def range_from_settings(servers: int, ratio: float) -> int:
    """Without an HPA block, the range is the settings' ratio of the server count.

    The document then leaves the range open.
    """
    return max(1, math.ceil(servers * ratio))


@rule
def down_tolerance(up_percent: int, down_percent: int) -> str:
    """The HPA's scale-down tolerance is the gap between the two CPU thresholds, as a part of the upper one.

    The HPA has one target; a tolerance below it makes the band between scaling up and down.
    """
    return f"{max(0.0, (up_percent - down_percent) / up_percent):.4f}"


@rule
def metric_not_listed(_hpa: str) -> None:
    """An autoscaler follows the metrics that its block or a trigger names, and no other.

    A further metric would hold more pods than the document asks for.
    """
    return


@rule
def no_policies(_phase: str) -> list[object]:
    """Without policies in the HPA block, pods come and go as fast as Kubernetes lets them by itself.

    It doubles them, or adds four, every 15 seconds, and removes as many as the window allows.
    """
    return []


@rule
def no_policy_selected(_phase: str) -> None:
    """Without a word in the HPA block, the policy decides that Kubernetes takes by itself.

    Of several, the one that changes most.
    """
    return


@rule
def whole(value: float) -> int:
    """A threshold of the document as the whole number that the HPA takes.

    autoscaling/v2 has no fractions in a utilization.
    """
    return round(value)


@rule
def main_share(*other_shares: int) -> int:
    """The application's own service takes what the other services leave of a server.

    One pod of every service then fits on each server, and the document's server count holds for all of them.
    """
    return 100 - sum(other_shares)
