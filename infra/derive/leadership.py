"""Which region leads in a phase: the document's first one, or the one that took over last."""

from __future__ import annotations

from typing import Any

from infra.derive.rules import geography
from infra.derive.sources import Sourced, fact
from infra.derive.step import Step
from infra.errors import InputError, Mistake
from infra.roadmap.model import MultiRegion

Tree = dict[str, Any]

_KEY = "regions.take_overs"


def words(step: Step, plan: MultiRegion) -> list[Sourced[str]]:
    """The document's words for a phase's regions: the one that leads first, then the others in the document's order."""
    stated = [fact(region.name) for region in plan.regions]
    leader = _leaders(step, plan)[-1]
    return [leader, *(word for word in stated if word.value != leader.value)]


def take_overs(step: Step) -> list[Tree] | Sourced[Any]:
    """Every take-over so far, from the phase on that has regions to take over."""
    plan = step.latest(lambda phase: phase.multi_region)
    if plan is None:
        return step.absent_list()
    leaders = _leaders(step, plan)
    trees = [
        {
            "region": _aws_name(step, leaders[number + 1]),
            "led_before": _aws_name(step, leaders[number]),
            "servers": step.setting(f"{_KEY}.{number}.servers"),
            "former": step.setting(f"{_KEY}.{number}.former"),
        }
        for number in range(len(leaders) - 1)
    ]
    return trees or step.setting(_KEY)


def _leaders(step: Step, plan: MultiRegion) -> list[Sourced[str]]:
    """The words of those that led, in order. Raises InputError for one that the document doesn't have."""
    stated = [region.name.value for region in plan.regions]
    count = len(step.settings.settings.regions.take_overs)
    later = [step.setting(f"{_KEY}.{number}.to") for number in range(count)]
    for number, word in enumerate(later):
        if word.value not in stated:
            key = f"{_KEY}.{number}.to"
            what = f"a region of {step.phase.key}: {', '.join(stated)}"
            raise InputError([Mistake(step.settings.path, step.settings.line(key), key, word.value, what)])
    return [fact(plan.regions[0].name), *later]


def _aws_name(step: Step, word: Sourced[str]) -> Sourced[str]:
    return geography.region_behind(word, step.setting(f"regions.names.{word.value}.region"))
