"""Instance classes by size: the smallest that holds what a roadmap asks for, or all of precisely one size.

The data stands in `data/specs/<service>.csv`, one row a class with its source. EC2 and RDS memory is what the class
is sold with. ElastiCache memory is what a node can use for data, after AWS's reserve (`cache.m7g.2xlarge` is sold
with 32 GiB and can use 26.04), so that a cache asked to hold 16 GiB holds them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

Architecture = Literal["arm64", "amd64"]
SERVICES = ("ec2", "rds", "elasticache")
_DATA = Path(__file__).parent / "data" / "specs"


class NoInstanceClass(LookupError):
    """No class of the catalogue answers the question; the message says what was asked and what there is."""


@dataclass(frozen=True)
class InstanceClass:
    """One class as AWS names it: virtual CPUs, memory in GiB (usable for ElastiCache), and where both were read."""

    name: str
    vcpu: int
    memory_gib: float
    architecture: Architecture
    source: str

    @property
    def family(self) -> str:
        """The family of the class without the service's prefix: `m7g` of `db.m7g.8xlarge`."""
        return self.name.split(".")[-2]


def smallest(
    service: str, vcpu: int, memory_gib: float, architecture: str, *, families: tuple[str, ...]
) -> InstanceClass:
    """The smallest class with at least `vcpu` and at least `memory_gib` (GiB), of the architecture and families given.

    Smaller means fewer vCPUs, then less memory, then the earlier of `families`. Raises NoInstanceClass when none is
    large enough, or a family is not in the catalogue.
    """
    there = offered(service, architecture, families)
    enough = [c for c in there if c.vcpu >= vcpu and c.memory_gib >= memory_gib]
    if not enough:
        largest = max(there, key=lambda c: (c.vcpu, c.memory_gib))
        raise NoInstanceClass(
            f"no {service} class of {_families(architecture, families)} has {vcpu} vCPU and {memory_gib:g} GiB; "
            f"the largest is {largest.name} with {largest.vcpu} vCPU and {largest.memory_gib:g} GiB"
        )
    return min(enough, key=lambda c: (c.vcpu, c.memory_gib, families.index(c.family)))


def exact(
    service: str, vcpu: int, memory_gib: float, architecture: str, families: tuple[str, ...]
) -> tuple[InstanceClass, ...]:
    """Every class of precisely `vcpu` and `memory_gib` (GiB), in the order of `families`.

    Raises NoInstanceClass when there is none, or a family is not in the catalogue.
    """
    there = offered(service, architecture, families)
    same = [c for c in there if c.vcpu == vcpu and c.memory_gib == memory_gib]
    if not same:
        sizes = ", ".join(f"{v}/{m:g}" for v, m in sorted({(c.vcpu, c.memory_gib) for c in there}))
        raise NoInstanceClass(
            f"no {service} class of {_families(architecture, families)} has precisely {vcpu} vCPU and "
            f"{memory_gib:g} GiB; there are {sizes}"
        )
    return tuple(sorted(same, key=lambda c: families.index(c.family)))


def find(service: str, name: str) -> InstanceClass:
    """The class of a name (`db.m7g.8xlarge`). Raises NoInstanceClass when the catalogue has none of that name."""
    for candidate in classes(service):
        if candidate.name == name:
            return candidate
    raise NoInstanceClass(f"no {service} class is named {name}; {_file(service).name} lists those that there are")


@cache
def classes(service: str) -> tuple[InstanceClass, ...]:
    """All classes of "ec2", "rds" or "elasticache", in the file's order. Raises NoInstanceClass for another service."""
    if service not in SERVICES:
        raise NoInstanceClass(f"no instance classes for {service}; allowed: {', '.join(SERVICES)}")
    with _file(service).open(newline="", encoding="utf-8") as file:
        return tuple(_class(row) for row in csv.DictReader(file))


def offered(service: str, architecture: str, families: tuple[str, ...]) -> tuple[InstanceClass, ...]:
    """Every class of the families, in the file's order. Raises NoInstanceClass for a family that the catalogue lacks."""
    known = {c.family for c in classes(service) if c.architecture == architecture}
    unknown = [family for family in families if family not in known]
    if unknown or not families:
        raise NoInstanceClass(
            f"no {service} family {', '.join(unknown) or '(none given)'} of {architecture}; "
            f"allowed: {', '.join(sorted(known)) or 'none'}"
        )
    return tuple(c for c in classes(service) if c.family in families and c.architecture == architecture)


def _class(row: dict[str, str]) -> InstanceClass:
    return InstanceClass(
        name=row["class"],
        vcpu=int(row["vcpu"]),
        memory_gib=float(row["memory_gib"]),
        architecture=cast(Architecture, row["architecture"]),
        source=row["source"],
    )


def _families(architecture: str, families: tuple[str, ...]) -> str:
    return f"{architecture} family {', '.join(families)}"


def _file(service: str) -> Path:
    return _DATA / f"{service}.csv"
