"""A document's phases priced: what the other modules need, from a roadmap and its settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from infra.catalogue.prices import MissingPrice, MissingRegions, PriceBook
from infra.config import PhaseConfig
from infra.cost.estimate import Estimate, estimate
from infra.cost.items import Group
from infra.cost.subject import Plan
from infra.cost.usage import Usage, UsageSettings
from infra.derive.step import Step
from infra.errors import InputError, Mistake, together
from infra.graph import ResourceGraph
from infra.plan import plan_config
from infra.roadmap.model import Role, Size
from infra.selection import Document, load_document, select

_AWS = "pulumi:providers:aws"
_SIZED = {
    Role.APPLICATION: Group.APPLICATION,
    Role.DATABASE: Group.DATABASE,
    Role.CACHE: Group.CACHE,
    Role.QUEUE: Group.QUEUE,
}


@dataclass(frozen=True)
class PricedPhase:
    """One phase: its plan, its bill, and the sizes that the document gives."""

    plan: Plan
    estimate: Estimate
    sizes: Mapping[Group, Size]


def priced(
    roadmap: Path | None = None, settings: Path | None = None, chosen: Sequence[str] = ()
) -> tuple[Document, tuple[PricedPhase, ...]]:
    """A document's phases, priced as `ramp plan` plans them: from the document where one is named, else as committed.

    Of `chosen` phases (none: all) only these are priced, each with the one before it. Raises InputError for one that
    the document doesn't have, and where a price is missing.
    """
    document = load_document(roadmap, settings)
    places = [document.keys.index(document.derived(key).config.name) for key in chosen]
    needed = {place - back for place in places for back in (0, 1)}
    keys = [key for place, key in enumerate(document.keys) if not chosen or place in needed]
    selected = together(*(partial(select, key, document, straight=bool(roadmap or settings)) for key in keys))
    configs = [one.config for one in selected]
    _book({config.name: config.regions for config in configs})  # before anything is planned
    return document, tuple(price_phase(config, document) for config in configs)


def price_document(document: Document) -> tuple[PricedPhase, ...]:
    """Every phase of a document, priced. Raises InputError where the book lacks a price."""
    return tuple(price_phase(phase.config, document) for phase in document.phases)


def price_phase(config: PhaseConfig, document: Document, graph: ResourceGraph | None = None) -> PricedPhase:
    """One phase priced; `graph` is its plan where that is made already. Raises InputError where a price is missing."""
    plan, bill = price_plan(config, graph or plan_config(config), document.settings.settings.usage)
    return PricedPhase(plan, bill, sizes(document, config.name))


def price_plan(config: PhaseConfig, graph: ResourceGraph, usage: UsageSettings) -> tuple[Plan, Estimate]:
    """The bill of a config's plan, and what it was made of. Raises InputError where a price is missing."""
    book = _book({config.name: [*config.regions, *_regions(graph)]})
    plan = Plan(graph, config, Usage(usage.of(config.name), config.users), book)
    try:
        return plan, estimate(plan)
    except MissingPrice as error:
        hint = "Add it to infra/catalogue/data/prices with its source, or run `ramp prices refresh`."
        raise InputError([Mistake("price book", None, config.name, str(error), "a price for it", hint)]) from error


def _regions(graph: ResourceGraph) -> list[str]:
    """The regions that a plan has resources in, also the one that the CDN's must stand in."""
    return [str(one.inputs["region"]) for one in graph.of_type(_AWS) if one.inputs.get("region")]


def _book(regions: Mapping[str, Collection[str]]) -> PriceBook:
    """The prices of the regions of some phases, by the phase. Raises InputError where the book has none of a region."""
    try:
        return PriceBook.load(dict.fromkeys(region for each in regions.values() for region in each))
    except MissingRegions as error:
        names = ", ".join(phase for phase, each in regions.items() if not set(each).isdisjoint(error.missing))
        command = " ".join(["ramp prices refresh", *(f"--region {region}" for region in error.missing)])
        allowed = f"{', '.join(error.known)}, whose prices the project carries"
        hint = f"`{command}` reads theirs from AWS, with no account."
        raise InputError([Mistake("price book", None, names, ", ".join(error.missing), allowed, hint)]) from error


def sizes(document: Document, phase: str) -> dict[Group, Size]:
    """The size of one server of each kind in a phase, this phase's or carried on."""
    step = Step(document.roadmap, document.roadmap.phase(phase), document.settings)
    stated = {group: step.stated(role, lambda cell: cell.size) for role, group in _SIZED.items()}
    return {group: size.value for group, size in stated.items() if size}
