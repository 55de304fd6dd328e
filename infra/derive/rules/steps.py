"""How a value comes from one phase to the next, and what a phase is called."""

from __future__ import annotations

from typing import Any

from infra.derive.sources import rule


@rule
def carried_on(value: Any) -> Any:
    """A figure that a phase doesn't restate is carried on from the phase before.

    The document's tables say what changes; what they leave out stays as it was.
    """
    return value


@rule
def absent_until_named(_phase: str) -> None:
    """A system is there from the phase on that the document names it in.

    A phase that doesn't need it shouldn't pay for it, and nothing that holds data begins in a shape that it must leave.
    """
    return


@rule
def current_schema(version: int) -> int:
    """The shape of the stack config is the one that this version of ramp writes.

    A file of another shape is refused when it loads.
    """
    return version


@rule
def phase_key(number: int) -> str:
    """The document's baseline is `baseline`, its phase N is `phaseN`.

    The stack and its file carry the same name.
    """
    return f"phase{number}" if number else "baseline"


@rule
def none_stated(_phase: str) -> list[object]:
    """The document states none."""
    return []


@rule
def none_until_named(_phase: str) -> list[object]:
    """There is none before the phase that the document names one in.

    A phase that doesn't need it shouldn't pay for it.
    """
    return []
