"""Config of who led: every take-over of a region by another, and what follows for the databases of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from infra.config.scalars import PositiveInt, Region, Section


class TakeOverConfig(Section):
    """One region that took over from another, by its runbook."""

    region: Region = Field(description="The region that has led since.")
    led_before: Region
    servers: PositiveInt = Field(description="Database servers that were promoted then, the first ones.")
    former: Literal["keep", "remove"] = Field(
        description="What led before: kept as it is beside its successor, or left to be deleted on purpose."
    )


def generation(take_overs: Sequence[TakeOverConfig], region: str, server: int) -> int:
    """Which instance of a server leads or follows in a region: the next one each time that the region lost the lead.

    A promoted instance can't be made a replica again, nor can what led before: RDS creates replicas, and converts none.
    """
    return 1 + len(_lost(take_overs, region, server))


def kept(take_overs: Sequence[TakeOverConfig], region: str, server: int) -> tuple[int, ...]:
    """The generations of a server that led in a region once and are kept, the oldest first."""
    lost = _lost(take_overs, region, server)
    return tuple(number for number, take_over in enumerate(lost, start=1) if take_over.former == "keep")


def mistakes(take_overs: Sequence[TakeOverConfig], active: str, regions: Sequence[str], servers: int) -> list[str]:
    """Why the take-overs can't have led to a phase whose `active` region leads now; empty if they can."""
    found = []
    for number, take_over in enumerate(take_overs):
        where, before = f"take_overs.{number}", take_overs[number - 1].region if number else None
        unknown = {take_over.region, take_over.led_before} - set(regions)
        if unknown:
            found.append(f"{where}: {', '.join(sorted(unknown))} is not one of regions: {', '.join(regions)}")
        if take_over.region == take_over.led_before:
            found.append(f"{where}: {take_over.region} led already")
        if before is not None and take_over.led_before != before:
            found.append(f"{where}.led_before: {take_over.led_before}, but {before} led")
        if take_over.servers > servers:
            found.append(f"{where}.servers: {take_over.servers}, but the database has {servers}")
        if number and take_over.servers < take_overs[number - 1].servers:
            found.append(
                f"{where}.servers: {take_over.servers}, but there were {take_overs[number - 1].servers} before"
            )
    if take_overs and take_overs[-1].region != active:
        found.append(f"take_overs: {take_overs[-1].region} took over last, but active_region is {active}")
    return found


def _lost(take_overs: Sequence[TakeOverConfig], region: str, server: int) -> list[TakeOverConfig]:
    return [each for each in take_overs if each.led_before == region and server <= each.servers]
