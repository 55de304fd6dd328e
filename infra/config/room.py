"""What the nodes of each pool leave to pods, and whether what runs on the platform's fits on one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.allocatable import Capacity, allocatable

if TYPE_CHECKING:
    from infra.config.compute import PoolConfig, ServerConfig
    from infra.config.phase import PhaseConfig
    from infra.config.queue import QueueConfig


def too_large(config: PhaseConfig) -> list[str]:
    """A sentence for each pool whose nodes are too small for any pod, and for each figure that is too much for one."""
    pools = {"platform": config.platform, "app.server": config.app.server, "queue": config.queue}
    found = [
        f"{name}.memory_gib {pool.memory_gib} with {pool.vcpu} vCPU leaves nothing to pods beside the cluster's daemons"
        for name, pool in pools.items()
        if pool and not _room(config, pool)
    ]
    return found or _too_much(config, _room(config, config.platform))


def _room(config: PhaseConfig, pool: PoolConfig | ServerConfig | QueueConfig) -> Capacity | None:
    """What a node leaves to pods beside the cluster's daemons, if anything."""
    server = config.app.server
    daemons = Capacity(server.daemon_cpu_millicores, server.daemon_memory_mib)
    try:
        return allocatable(pool.vcpu, pool.memory_gib, pool.architecture, server.max_pods).less(daemons)
    except ValueError:
        return None


def _too_much(config: PhaseConfig, room: Capacity | None) -> list[str]:
    if room is None:
        return []
    limits = {"cpu_millicores": room.cpu_millicores, "memory_mib": room.memory_mib}
    return [
        f"{key} {asked} is more than a platform node has for pods: {limits[key.rsplit('.', 1)[1]]}"
        for key, asked in _asked(config)
        if asked > limits[key.rsplit(".", 1)[1]]
    ]


def _asked(config: PhaseConfig) -> Iterator[tuple[str, int]]:
    """What one pod of each kind asks for, by the key to change; a pooler's pod has its read proxy beside it."""
    for name in ("compressor", "gateway", "egress", "monitoring", "pooler"):
        section = getattr(config, name)
        for figure in ("cpu_millicores", "memory_mib") if section else ():
            yield f"{name}.{figure}", getattr(section, figure) + getattr(section, f"proxy_{figure}", 0)
