"""Pulumi's URNs: `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`."""

from __future__ import annotations

from typing import Final

STACK_TYPE: Final = "pulumi:pulumi:Stack"


def make(stack: str, project: str, parent: str | None, type_: str, name: str) -> str:
    """Returns the URN of a resource: its parent's whole qualified type, unless that is the stack, stands in front."""
    above = qualified_type(parent) if parent else STACK_TYPE
    chain = type_ if above == STACK_TYPE else f"{above}${type_}"
    return f"urn:pulumi:{stack}::{project}::{chain}::{name}"


def qualified_type(urn: str) -> str:
    """Returns the types of a URN from the outermost component to the resource, joined by `$`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    """Returns the resource's own type."""
    return qualified_type(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """Returns the resource's logical name, which may itself contain `::`."""
    return urn.split("::", 3)[3]


def without_stack(urn: str) -> str:
    """Returns what is the same in every stack of a project: the URN from the qualified type on."""
    return urn.split("::", 2)[2]
