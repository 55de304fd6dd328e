"""What a cell may say in the row that it stands in: what would have no effect there is refused, or listed as not used."""

from __future__ import annotations

from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Capacity, Role

_MANAGED = (Role.LOAD_BALANCER, Role.CDN)  # AWS sizes these itself
_SERVERS = (Role.APPLICATION, Role.CACHE, Role.QUEUE)
_DISKS = (Role.DATABASE, Role.QUEUE)


def check_fit(role: Role, label: str, cell: Capacity, line: int, reading: Reading) -> bool:
    """Whether every figure of a cell has a meaning for its role; reports one that has none, and lists what AWS decides."""
    before = len(reading.mistakes)
    _refuse(role, label, cell, line, reading)
    if role in _MANAGED and (cell.size or (role is Role.CDN and cell.count)):
        reading.remark(cell.text, line, f"{label}, which AWS sizes itself")
    elif cell.size and cell.size.storage_gib and role not in _DISKS:
        reading.remark(f"{cell.size.storage_gib} GiB of disk", line, label)
    return len(reading.mistakes) == before


def _refuse(role: Role, label: str, cell: Capacity, line: int, reading: Reading) -> None:
    if cell.read_replicas and role is not Role.DATABASE:
        allowed = "read replicas in the database's row; elsewhere a count of nodes (3 nodes)"
        reading.mistake(line, label, cell.text, allowed)
    if cell.region_mode and role is not Role.REGIONS:
        reading.mistake(line, label, cell.text, "active-passive or active-active in the row Multi-Region")
    if role is Role.DATABASE and (cell.count or 1) > 1:
        hint = "Further primaries are shards: write Database sharding by <key> under Architecture Changes."
        reading.mistake(line, label, cell.text, "one primary and its read replicas (1P + 2R)", hint)
    if role is Role.REGIONS and cell.size:
        reading.mistake(
            line, label, cell.text, "a count of regions and how they share the work (2 regions (active-passive))"
        )
    if role in _SERVERS and cell.count == 1 and (cell.highly_available or cell.clustered):
        reading.mistake(line, label, cell.text, "two or more for what is highly available or a cluster")
