"""The names in a plan: each with where it stands, and what it may be or whose it is (tests/graph/name_table.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.naming import NameRule
from infra.graph import Resource, ResourceGraph
from infra.graph.values import Value
from tests.engine.standin import sdk
from tests.graph import name_table as table

_LOOKS_LIKE_ONE = re.compile(
    r"(name|names|identifier|id|ids|suffix|prefix|alias|aliases|key|bucket|repository|group|groups|account)(\.\*)?$",
    re.I,
)
Path = tuple[str, ...]
Verdict = NameRule | tuple[str, str] | None
"""A rule, or (type or kind, input) of what the name belongs to, or None for what no table has."""


@dataclass(frozen=True)
class Name:
    """A name in an input of a resource."""

    resource: Resource
    path: str
    text: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.resource.type} {self.resource.name}: {self.path}: {self.text}"


def names(graph: ResourceGraph, application: str) -> list[Name]:
    """Every name that the inputs of a plan of `application` hold, also those that no table has."""
    found = []
    for resource in (resource for resource in graph if resource.custom):
        if resource.package == "aws":
            found += [Name(resource, path, text, verdict) for path, text, verdict in _aws(resource, application)]
        if resource.package == "kubernetes" and not resource.is_provider:
            found += [Name(resource, path, text, verdict) for path, text, verdict in _kubernetes(resource)]
    return found


def made(graph: ResourceGraph) -> list[Resource]:
    """The resources whose names Pulumi makes: their type has an input for one, which the program leaves out."""
    return [resource for resource in graph if resource.package == "aws" and _is_made(resource)]


def given(name: Name) -> bool:
    """Whether it is the name of the resource itself, given by the program."""
    if name.resource.package == "kubernetes":
        return name.path == "metadata.name"
    return isinstance(table.GIVEN.get(name.resource.type, {}).get(name.path), NameRule) and "." not in name.path


def type_or_kind(resource: Resource) -> str:
    """What `name_table` calls it: AWS's by type, Kubernetes' by kind."""
    return resource.type.rsplit(":", 1)[1] if resource.package == "kubernetes" else resource.type


def _is_made(resource: Resource) -> bool:
    known = sdk.resource_type(resource.type)
    assert known is not None, resource.type
    return any(key in known.inputs and key not in resource.inputs for key in ("name", "bucket"))


def _aws(resource: Resource, application: str) -> Iterator[tuple[str, str, Verdict]]:
    for keys, text in _texts(resource.inputs):
        path = ".".join(keys)
        if path in table.PROSE or (path in table.WORDS and application not in text):
            continue
        verdict = table.GIVEN.get(resource.type, {}).get(path)
        verdict = verdict or table.REFERENCES.get(path) or table.DERIVED.get(path) or table.FIXED.get(path)
        if verdict or _LOOKS_LIKE_ONE.search(path) or application in text:
            yield path, text, verdict


def _kubernetes(resource: Resource) -> Iterator[tuple[str, str, Verdict]]:
    kind = type_or_kind(resource)
    yield "metadata.name", str(resource.inputs["metadata"]["name"]), table.OBJECTS.get(kind, table.OBJECT)
    for keys, value in _keyed(resource.inputs):
        key_rule, value_rule = table.KEYED[keys[-1]]
        for key, item in value.items():
            yield ".".join(keys), key, key_rule
            if value_rule and isinstance(item, str):
                yield f"{'.'.join(keys)}.{key}", item, value_rule
    for keys, text in _texts(resource.inputs):
        path = ".".join(keys)
        if path == "metadata.name" or any(key in table.KEYED for key in keys):
            continue
        ends = [end for end in table.BY_END if path == end or path.endswith(f".{end}")]
        if ends:
            rule = table.BY_END[max(ends, key=len)]
            yield path, text, rule if isinstance(rule, NameRule) else (rule, "metadata.name")
        elif _LOOKS_LIKE_ONE.search(path):
            yield path, text, None


def _texts(value: Value, keys: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every known text in an input, with the keys that lead to it."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*keys, key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, (*keys, "*"))


def _keyed(value: Value, keys: Path = ()) -> Iterator[tuple[Path, Mapping[str, Value]]]:
    """Every object in an input whose keys are names."""
    if isinstance(value, Mapping):
        if keys and keys[-1] in table.KEYED:
            yield keys, value
            return
        for key, item in value.items():
            yield from _keyed(item, (*keys, key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _keyed(item, (*keys, "*"))
