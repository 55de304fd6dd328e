"""Which older URNs a resource goes by: its own aliases and those it inherits, as the engine computes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pulumi.runtime.proto import alias_pb2

from infra.graph import urn as urns


def alias_urns(
    *,
    stack: str,
    project: str,
    parent: str | None,
    type_: str,
    name: str,
    own: Iterable[alias_pb2.Alias],
    inherited: Sequence[str],
) -> tuple[str, ...]:
    """Returns every URN that the resource may have had, sorted.

    `own` are the aliases that it was given and `inherited` those of its parent. Without an older state nobody can tell
    which of its aliases a parent really had, so each one counts; the engine keeps only the one that it finds.
    """
    chosen = [_collapse(alias, stack, project, parent, type_, name) for alias in own]
    shapes = [(type_, name), *((urns.type_of(alias), urns.name_of(alias)) for alias in chosen)]
    parent_name = urns.name_of(parent) if parent else ""
    multiplied = [
        urns.make(stack, project, above, shape, _renamed(given, parent_name, urns.name_of(above)))
        for above in inherited
        for shape, given in shapes
    ]
    return tuple(sorted({*chosen, *multiplied}))


def _collapse(alias: alias_pb2.Alias, stack: str, project: str, parent: str | None, type_: str, name: str) -> str:
    if alias.WhichOneof("alias") == "urn":
        return alias.urn
    spec = alias.spec
    above = None if spec.noParent else spec.parentUrn or parent
    return urns.make(spec.stack or stack, spec.project or project, above, spec.type or type_, spec.name or name)


def _renamed(name: str, parent_name: str, older_parent_name: str) -> str:
    if not name.startswith(parent_name):
        return name
    return older_parent_name + name.removeprefix(parent_name)
