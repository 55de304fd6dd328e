"""The bounds of one namespace: what all its pods may ask for together, and what a container gets that asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from components.allocatable import Capacity

DEFAULT = {"cpu": "100m", "memory": "128Mi"}
"""For a pod that someone starts by hand, to look at something."""


@dataclass(frozen=True, kw_only=True)
class QuotaArgs:
    """At most `pods` pods, which ask for `requests` together, and `load_balancers` Services that make one."""

    namespace: str
    pods: int
    requests: Capacity
    load_balancers: int


class Quota(pulumi.ComponentResource):
    """What a runaway autoscaler or a mistaken deployment can't go beyond.

    Memory is limited to what is asked for, so requests bound the limits too. Creates: a ResourceQuota, and a LimitRange
    without which the quota would refuse a pod that says nothing about its resources.
    """

    def __init__(self, name: str, args: QuotaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ramp:quota:Quota", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        metadata = k8s.meta.v1.ObjectMetaArgs(name="namespace", namespace=args.namespace)
        k8s.core.v1.LimitRange(
            f"{name}-limits",
            metadata=metadata,
            spec=k8s.core.v1.LimitRangeSpecArgs(
                limits=[
                    k8s.core.v1.LimitRangeItemArgs(
                        type="Container", default_request=DEFAULT, default={"memory": DEFAULT["memory"]}
                    )
                ]
            ),
            opts=child,
        )
        k8s.core.v1.ResourceQuota(
            f"{name}-quota",
            metadata=metadata,
            spec=k8s.core.v1.ResourceQuotaSpecArgs(
                hard={
                    "pods": str(args.pods),
                    "requests.cpu": f"{args.requests.cpu_millicores}m",
                    "requests.memory": f"{args.requests.memory_mib}Mi",
                    "services.loadbalancers": str(args.load_balancers),
                }
            ),
            opts=child,
        )
        self.register_outputs({})
