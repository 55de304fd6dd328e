"""Reads the engine's own JSON: `pulumi preview --json` and `pulumi stack export`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.errors import InputError, Mistake
from infra.graph import urn as urns
from infra.graph.resource import Resource
from infra.graph.values import Value, decode


def read_preview(source: Mapping[str, Any] | Path) -> Iterator[Resource]:
    """Yields each resource that is there after the preview's steps, once."""
    steps = _document(source, "steps", "the output of `pulumi preview --json`")["steps"]
    states = {step["urn"]: step["newState"] for step in steps if step.get("newState")}
    return map(_resource, states.values())


def read_export(source: Mapping[str, Any] | Path) -> Iterator[Resource]:
    """Yields each resource of the deployment that isn't waiting to be deleted."""
    deployment = _document(source, "deployment", "the output of `pulumi stack export`")["deployment"]
    return (_resource(state) for state in deployment.get("resources") or () if not state.get("delete"))


def _document(source: Mapping[str, Any] | Path, key: str, allowed: str) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        path, document = "(JSON)", source
    else:
        path = str(source)
        try:
            document = json.loads(source.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError([Mistake(path, None, "file", str(error), allowed)]) from error
    if not isinstance(document, Mapping) or key not in document:
        raise InputError([Mistake(path, None, key, "nothing", allowed)])
    return document


def _resource(state: Mapping[str, Any]) -> Resource:
    return Resource(
        urn=state["urn"],
        type=state["type"],
        name=urns.name_of(state["urn"]),
        custom=state["custom"],
        inputs=_properties(_without_defaults(state.get("inputs") or {})),
        parent=state.get("parent"),
        provider=provider_urn(state.get("provider", "")),
        dependencies=tuple(sorted(state.get("dependencies") or ())),
        property_dependencies={
            key: tuple(sorted(deps)) for key, deps in sorted((state.get("propertyDependencies") or {}).items()) if deps
        },
        aliases=tuple(sorted(state.get("aliases") or ())),
        protect=state.get("protect", False),
        retain_on_delete=state.get("retainOnDelete", False),
        deleted_with=state.get("deletedWith"),
        replace_with=tuple(sorted(state.get("replaceWith") or ())),
        ignore_changes=tuple(sorted(state.get("ignoreChanges") or ())),
        replace_on_changes=tuple(sorted(state.get("replaceOnChanges") or ())),
        additional_secret_outputs=tuple(sorted(state.get("additionalSecretOutputs") or ())),
        custom_timeouts=state.get("customTimeouts") or {},
        import_id=state.get("importID"),
        outputs=_properties(state.get("outputs") or {}),
        id=state.get("id"),
    )


def provider_urn(reference: str) -> str | None:
    """Returns the URN in a provider reference (`<urn>::<id>`), None for an empty one."""
    return reference.rpartition("::")[0] or None


def _properties(raw: Mapping[str, Any]) -> dict[str, Value]:
    return {key: decode(item) for key, item in sorted(raw.items())}


def _without_defaults(raw: Any) -> Any:
    """Returns the program's own part of checked inputs: bridged plugins list at each level, in `__defaults`, what they added."""
    if isinstance(raw, Mapping):
        added = {"__defaults", *raw.get("__defaults", ())}
        return {key: _without_defaults(item) for key, item in raw.items() if key not in added}
    if isinstance(raw, list):
        return [_without_defaults(item) for item in raw]
    return raw
