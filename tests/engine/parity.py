"""Compares the planner's resources with the engine's: what both know of a resource before it exists."""

from collections.abc import Iterator
from typing import Any

from infra.graph import ResourceGraph

# What `pulumi preview --json` doesn't say of a resource.
UNSAID = frozenset({"aliases", "deleteBeforeReplace", "id", "outputs"})
UNKNOWN = "[unknown]"


def differences(planned: ResourceGraph, preview: dict[str, Any]) -> list[str]:
    """Returns a line for each resource that only one side has, and for each value in which the two sides differ.

    One thing is let through. The plugins make up the names that a program doesn't give; so the engine knows them in a
    preview, and the planner, which has no plugins, calls them unknown.
    """
    names = set(_made_up(preview))
    plan = {resource.urn: resource.to_json() for resource in planned}
    engine = {resource.urn: resource.to_json() for resource in ResourceGraph.from_preview(preview)}
    lines = [f"{urn}: only the planner has it" for urn in sorted(plan.keys() - engine.keys())]
    lines += [f"{urn}: only the engine has it" for urn in sorted(engine.keys() - plan.keys())]
    for urn in sorted(plan.keys() & engine.keys()):
        for field in sorted((plan[urn].keys() | engine[urn].keys()) - UNSAID):
            ours, theirs = plan[urn].get(field), _without(engine[urn].get(field), names)
            lines += [f"{urn}: {line}" for line in _unequal(ours, theirs, field)]
    return lines


def _unequal(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from _unequal(ours.get(key), theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            yield from _unequal(our, their, f"{path}[{index}]")
    elif ours != theirs:
        yield f"{path}: the planner has {_short(ours)}, the engine {_short(theirs)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _made_up(preview: dict[str, Any]) -> Iterator[str]:
    for step in preview["steps"]:
        inputs = step.get("newState", {}).get("inputs", {})
        yield from (inputs[key] for key in inputs.get("__defaults", []))


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return UNKNOWN if isinstance(value, str) and any(name in value for name in names) else value
