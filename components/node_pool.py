"""A node pool of an EKS Auto Mode cluster: which instance types, how many, for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

POOL_LABEL = "ramp/pool"
"""The node label and taint key by which pods choose a pool; its value is the name of the pool, or of the one it helps."""


@dataclass(frozen=True, kw_only=True)
class NodePoolArgs:
    """`max_nodes` nodes at most, of `instance_types` that all have `vcpu` and `memory_gib`.

    `serves` is what pods select the pool by, where that isn't its own name: of several pools that serve the same pods,
    the one of the greatest `weight` is filled first, up to its limit.

    `expire_after` and `termination_grace_period` are Go durations; Auto Mode lets no node live longer than 21 days.
    """

    pool: str
    node_class: str
    instance_types: Sequence[str]
    architecture: str
    vcpu: int
    memory_gib: int
    max_nodes: int
    serves: str | None = None
    weight: int | None = None
    capacity_types: Sequence[str] = ("on-demand",)
    expire_after: str = "336h"
    termination_grace_period: str = "24h"
    consolidate: bool = True


class NodePool(pulumi.ComponentResource):
    """A Karpenter NodePool, tainted so that only pods which ask for it run there.

    Creates: one `karpenter.sh/v1` NodePool. Outputs: `pool` (what tolerations name), `selector` (node labels to select by).
    """

    pool: str
    selector: dict[str, str]

    def __init__(self, name: str, args: NodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:nodepool:NodePool", name, None, opts)
        self.pool = args.serves or args.pool
        self.selector = {POOL_LABEL: self.pool}
        k8s.apiextensions.CustomResource(
            f"{name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata=k8s.meta.v1.ObjectMetaArgs(name=args.pool),
            spec=node_pool_spec(args),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"pool": self.pool})


def node_pool_spec(args: NodePoolArgs) -> dict[str, object]:
    """The NodePool's spec. Its limits stop it at `max_nodes` by CPU and by memory alike."""
    requirements = {
        "node.kubernetes.io/instance-type": list(args.instance_types),
        "kubernetes.io/arch": [args.architecture],
        "karpenter.sh/capacity-type": list(args.capacity_types),
    }
    served = args.serves or args.pool
    return {
        **({"weight": args.weight} if args.weight is not None else {}),
        "template": {
            "metadata": {"labels": {POOL_LABEL: served}},
            "spec": {
                "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": args.node_class},
                "requirements": [
                    {"key": key, "operator": "In", "values": values} for key, values in requirements.items()
                ],
                "taints": [{"key": POOL_LABEL, "value": served, "effect": "NoSchedule"}],
                "expireAfter": args.expire_after,
                "terminationGracePeriod": args.termination_grace_period,
            },
        },
        "limits": {"cpu": str(args.max_nodes * args.vcpu), "memory": f"{args.max_nodes * args.memory_gib}Gi"},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized" if args.consolidate else "WhenEmpty",
            "consolidateAfter": "5m",
            "budgets": [{"nodes": "10%"}],
        },
    }


def tolerations(pool: str) -> list[k8s.core.v1.TolerationArgs]:
    """What a pod needs to be let onto the pool's nodes."""
    return [k8s.core.v1.TolerationArgs(key=POOL_LABEL, operator="Equal", value=pool, effect="NoSchedule")]


def addon_tolerations(pool: str) -> list[dict[str, str]]:
    """The same, as the configuration of an EKS add-on takes it; it needs no selector, since every pool is tainted."""
    return [{"key": POOL_LABEL, "operator": "Equal", "value": pool, "effect": "NoSchedule"}]
