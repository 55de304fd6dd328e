"""What a node leaves to pods, by the formula that EKS nodes reserve with.

Source: awslabs/amazon-eks-ami, nodeadm (kubelet's kubeReserved), and Karpenter's instance-type overhead: 255 MiB plus
11 MiB a pod, 100 MiB for eviction; CPU 6 % of the first core, 1 % of the second, 0.5 % of the third and fourth, 0.25 %
of each further one. The hypervisor keeps part of the memory before the kubelet sees it: Karpenter reckons 7.5 %,
after 64 MiB that Graviton's kernel sets aside.
"""

from __future__ import annotations

from dataclasses import dataclass

_VM_OVERHEAD_PERMILLE = 75
_EVICTION_MIB = 100
_ARM64_CMA_MIB = 64


@dataclass(frozen=True)
class Capacity:
    """CPU in millicores and memory in MiB."""

    cpu_millicores: int
    memory_mib: int

    def less(self, other: Capacity) -> Capacity:
        """What remains beside `other`. Raises ValueError when nothing does."""
        rest = Capacity(self.cpu_millicores - other.cpu_millicores, self.memory_mib - other.memory_mib)
        if rest.cpu_millicores <= 0 or rest.memory_mib <= 0:
            raise ValueError(f"{other} leaves nothing of {self}")
        return rest

    def share(self, percent: int) -> Capacity:
        """`percent` of it, rounded down so that the shares of a whole never exceed it."""
        return Capacity(self.cpu_millicores * percent // 100, self.memory_mib * percent // 100)


def allocatable(vcpu: int, memory_gib: int, architecture: str, max_pods: int) -> Capacity:
    """What a node of `vcpu`, `memory_gib` (GiB) and `architecture` ("arm64", "amd64") leaves to up to `max_pods`."""
    seen = memory_gib * 1024 - (_ARM64_CMA_MIB if architecture == "arm64" else 0)
    memory = seen * (1000 - _VM_OVERHEAD_PERMILLE) // 1000
    return Capacity(vcpu * 1000 - _reserved_cpu(vcpu), memory - 255 - 11 * max_pods - _EVICTION_MIB)


def _reserved_cpu(vcpu: int) -> int:
    """Millicores that the kubelet keeps; the fractions of single cores are added up before they are rounded down."""
    tenths_of_millicores = 600 + (100 if vcpu > 1 else 0) + 50 * max(0, min(vcpu, 4) - 2) + 25 * max(0, vcpu - 4)
    return tenths_of_millicores // 10
