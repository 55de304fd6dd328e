"""The document's words for regions, as the settings explain them, and which of them took over from another."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from typing import Literal

from pydantic import Field, model_validator

from infra.config.scalars import PositiveInt, Region, RegionCidr, Section, Zone, check_zones


class NamedRegion(Section):
    """The AWS region behind one of the document's words, with its network and zones."""

    region: Region
    cidr: RegionCidr
    zones: tuple[Zone, ...] = Field(min_length=2, max_length=4)

    @model_validator(mode="after")
    def _zones_are_its_own(self) -> NamedRegion:
        check_zones(self.region, self.zones)
        return self


class TakeOver(Section):
    """One run of a region's take-over runbook: who led from then on, and what is to become of what led before."""

    to: str
    servers: PositiveInt
    former: Literal["keep", "remove"]


class Regions(Section):
    """Every region word that a document may use, and the one of a document that uses none."""

    home: str
    standby_ratio: float = Field(gt=0, le=1)
    names: dict[str, NamedRegion] = Field(min_length=1)
    take_overs: tuple[TakeOver, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Regions:
        if self.home not in self.names:
            raise ValueError(f"home {self.home} is not one of names: {', '.join(self.names)}")
        unknown = [each.to for each in self.take_overs if each.to not in self.names]
        if unknown:
            raise ValueError(f"take_overs: {', '.join(unknown)} is not one of names: {', '.join(self.names)}")
        for (a, one), (b, other) in combinations(self.names.items(), 2):
            if ipaddress.ip_network(one.cidr).overlaps(ipaddress.ip_network(other.cidr)):
                raise ValueError(f"names.{b}.cidr {other.cidr} overlaps the network of {a}, {one.cidr}")
            if one.region == other.region:
                raise ValueError(f"names.{b}.region {other.region} is that of {a}; a region has one word")
        return self
