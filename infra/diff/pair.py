"""One resource on both sides: which of its properties change, and what that does to it."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from infra.diff.change import ABSENT, Absent, Change, Effect, PropertyChange, Side
from infra.diff.properties import blanks, differences, is_blank
from infra.diff.table import Rule, rule
from infra.diff.words import few
from infra.graph import Resource
from infra.graph import urn as urns
from infra.graph.values import Value

_NOT_INPUTS = ("__internal", "version")
"""What the SDK itself puts into a provider's inputs: no part of what a provider is bound to."""

Now = Callable[[str], str]
"""The key in the new graph of a resource that the old graph has under a URN."""


@dataclass
class Pair:
    """One resource on both sides, and what is known by now of how it changes, by path.

    `waiting` are values that the old side has and the new side will only have once what they hang on is there: a change
    only if that is made anew. It is so where the old side is a state whose secrets aren't shown.
    """

    old: Resource
    new: Resource
    rule: Rule | None
    mutable: bool
    properties: dict[str, PropertyChange] = field(default_factory=dict)
    waiting: dict[str, tuple[Side, Value]] = field(default_factory=dict)
    reason: str = ""

    @staticmethod
    def of(
        old: Resource, new: Resource, providers: tuple[Resource | None, Resource | None], now: Now, *, deployed: bool
    ) -> Pair:
        """Compares a resource with itself. `providers` are its old and new one; `deployed` if the old side is a state."""
        known = rule(new.type) if new.custom else None
        pair = Pair(old, new, known, _mutable(known, new, providers[1]))
        before, after = _inputs(old), _inputs(new)
        for name in sorted(before.keys() | after.keys()):
            hung, hangs = _behind(old, new, name, now)
            found = list(differences(before.get(name, ABSENT), after.get(name, ABSENT), name))
            for path, was, will_be in found:
                if deployed and hung == hangs and hangs and is_blank(will_be) and not isinstance(will_be, Absent):
                    pair.waiting[path] = was, will_be
                else:
                    pair.add(path, was, will_be)
            if hung != hangs and not deployed and not any(_explains(was, will_be) for _, was, will_be in found):
                pair.add_blanks(name, hung ^ hangs)
        pair.reason = _moved(*providers)
        return pair

    @property
    def replaced(self) -> bool:
        return bool(self.reason) or any(change.effect == "replaces" for change in self.properties.values())

    def add(self, path: str, old: Side, new: Side, why: str = "") -> None:
        """Notes a change, with what it does by the type's row; what the program ignores isn't one."""
        if _matches(path, tuple(self.properties)) or _matches(path, self.new.ignore_changes):
            return
        self.properties[path] = self._judged(PropertyChange(path, old, new, reason=why))

    def add_blanks(self, name: str, others: Collection[str]) -> None:
        """Notes that what isn't known of a property hangs on other resources than before."""
        why = f"it hangs on another resource: {few(sorted(map(_short, others)))}"
        for path, value in blanks(self.new.inputs.get(name, ABSENT), name):
            self.add(path, value, value, why)

    def spread(self, anew: Collection[str]) -> None:
        """Follows what was made anew, by key, into this resource's properties and its fate."""
        for name, dependencies in self.new.property_dependencies.items():
            cause = next((urn for urn in dependencies if urns.without_stack(urn) in anew), None)
            if cause is None or name not in self.new.inputs:
                continue
            why = f"only known once {urns.name_of(cause)} is made"
            for path, value in blanks(self.new.inputs[name], name):
                old, _ = self.waiting.get(path, (value, value))
                self.add(path, old, value, why)
        self.reason = self.reason or self._dragged(anew)

    def change(self) -> Change | None:
        """The change of the resource; None if it stays the same."""
        if not self.properties and not self.reason:
            return None
        return Change(
            action="replace" if self.replaced else "update",
            old=self.old,
            new=self.new,
            properties=tuple(self.properties.values()),
            reason=self.reason,
            holds=self.rule.row.holds if self.rule else "",
        )

    def _judged(self, change: PropertyChange) -> PropertyChange:
        def judged(effect: Effect, reason: str) -> PropertyChange:
            return replace(change, effect=effect, reason="; ".join(filter(None, (reason, change.reason))))

        if _matches(change.path, self.new.replace_on_changes):
            return judged("replaces", "the program asks for it (replaceOnChanges)")
        if self.rule is None:
            return change
        if forcing := self.rule.replacing(change.path, change.old, change.new, mutable=self.mutable):
            return judged("replaces", f"{forcing} can't be changed in place")
        if why := self.rule.interrupting(change.path):
            return judged("interrupts", why)
        if why := self.rule.restarting(change.path):
            return judged("restarts", why)
        return change

    def _dragged(self, anew: Collection[str]) -> str:
        with_it = [urn for urn in (self.new.deleted_with, *self.new.replace_with) if urn]
        causes = [urn for urn in with_it if urns.without_stack(urn) in anew]
        return f"it goes with {urns.name_of(causes[0])}, which is made anew" if causes else ""


def _behind(old: Resource, new: Resource, name: str, now: Now) -> tuple[set[str], set[str]]:
    """The keys of what a property hangs on, before and after, in the new graph's terms."""
    before = {now(urn) for urn in old.property_dependencies.get(name, ())}
    return before, {urns.without_stack(urn) for urn in new.property_dependencies.get(name, ())}


def _explains(old: Side, new: Side) -> bool:
    """True if a visible difference may be why a property hangs on other resources."""
    return isinstance(old, Absent) or isinstance(new, Absent) or is_blank(old) or is_blank(new) or isinstance(new, list)


def _moved(old: Resource | None, new: Resource | None) -> str:
    """Why another provider, or one bound elsewhere, makes a resource anew."""
    if old is None or new is None:
        return ""
    found = [change for change in differences(_inputs(old), _inputs(new)) if rule(new.type).replacing(*change)]
    return "; ".join(f"its provider's {path} changes from {a} to {b}" for path, a, b in found)


def _mutable(by: Rule | None, resource: Resource, provider: Resource | None) -> bool:
    flag = by.row.mutable_if if by else None
    told = provider is not None and flag is not None and provider.inputs.get(flag) in (True, "true")
    return told and resource.inputs.get("immutable") is not True


def _inputs(resource: Resource) -> Mapping[str, Value]:
    """The inputs as they compare: without what the SDK, or the plugin for an object with no name of its own, puts in."""
    ours = {key: item for key, item in resource.inputs.items() if not (resource.is_provider and key in _NOT_INPUTS)}
    metadata = ours.get("metadata")
    if resource.package == "kubernetes" and isinstance(metadata, Mapping):
        notes = metadata.get("annotations")
        if isinstance(notes, Mapping) and notes.get("pulumi.com/autonamed") == "true":
            rest = {key: value for key, value in notes.items() if key != "pulumi.com/autonamed"}
            named = {key: value for key, value in metadata.items() if key not in ("name", "annotations")}
            ours["metadata"] = {**named, "annotations": rest} if rest else named
    return ours


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    """True if a path is at or below one of the program's property paths, in which `*` is any item."""
    return any(path == p or path.startswith((f"{p}.", f"{p}[")) or fnmatch.fnmatchcase(path, p) for p in patterns)


def _short(key: str) -> str:
    return key.rpartition("::")[2]
