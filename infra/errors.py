"""The one error that bad input raises: what, where, what is allowed, what to do. The CLI prints it and exits with 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """One mistake in the input.

    `path` is the file as the user named it, `line` its 1-based line or None, `key` the config key, cell or heading,
    `received` the value as it stands, `allowed` what would be accepted, `hint` what was probably meant or what to do.
    Where `received` is empty, `allowed` is a sentence that says both.
    """

    path: str
    line: int | None
    key: str
    received: str
    allowed: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        said = f"got {self.received}; allowed: {self.allowed}" if self.received else self.allowed
        text = f"{where}: {self.key}: {said}"
        return f"{text}. {self.hint}" if self.hint else text


class InputError(Exception):
    """Input that cannot be used. Carries every mistake that was found, in the order of the lines they stand on."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda m: (m.path, m.line or 0)))
        super().__init__("\n".join(str(m) for m in self.mistakes))


def together(*readings: Callable[[], Any]) -> list[Any]:
    """What each reading returns. Raises InputError with the mistakes of all that fail, so that all are told at once."""
    found: list[Any] = []
    mistakes: list[Mistake] = []
    for reading in readings:
        try:
            found.append(reading())
        except InputError as error:
            mistakes += [mistake for mistake in error.mistakes if mistake not in mistakes]
    if mistakes:
        raise InputError(mistakes)
    return found
