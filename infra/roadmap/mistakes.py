"""What a reading gathers as it goes: the mistakes, and which lines have been made use of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from infra.errors import Mistake
from infra.roadmap.model import Item, Role


@dataclass
class Reading:
    """One document being read. Every part of the reader reports here and goes on, so that all mistakes come at once."""

    path: str
    mistakes: list[Mistake] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    unused: list[Item] = field(default_factory=list)
    gaps: list[tuple[int, Role | None]] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)  # lines that were meant as a table's
    unread: set[int] = field(default_factory=set)  # the phases of which a block could not be read

    def mistake(self, line: int | None, key: str, received: str, allowed: str, hint: str = "") -> None:
        """Notes a mistake in a value, which the message quotes."""
        self.report(line, key, shown(received), allowed, hint)

    def report(self, line: int | None, key: str, found: str, allowed: str, hint: str = "") -> None:
        """Notes a mistake that is told in words ("no table"); its line counts as used, for it is spoken of."""
        self.mistakes.append(Mistake(self.path, line, key, found, allowed, hint))
        if line is not None:
            self.used.add(line)

    def gap(self, phase: int, role: Role | None = None) -> None:
        """Notes that a phase's row (or its whole table) could not be read, so that no later row is held against it."""
        self.gaps.append((phase, role))

    def use(self, *lines: int) -> None:
        """Notes that what stands on these lines has become a fact."""
        self.used.update(lines)

    def remark(self, text: str, line: int, heading: str) -> None:
        """Notes a part of a used line that no fact was read from, so that it is listed as not used."""
        if text:
            self.unused.append(Item(text, line, heading))


def shown(value: str, limit: int = 80) -> str:
    """A value as a message quotes it: in one line, cut where it is long, and named when there is nothing to see."""
    text = " ".join(value.split())
    if not text:
        return "nothing"
    return f"'{text if len(text) <= limit else text[: limit - 1] + '…'}'"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word nearest to the given one, or nothing if none is near."""
    names = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=cutoff)
    return names[close[0]] if close else ""


def meant(word: str, known: Iterable[str]) -> str:
    """The sentence "Probably meant: 'x'." for the nearest known word, or nothing if none is near."""
    name = nearest(word, known)
    return f"Probably meant: '{name}'." if name else ""
