"""The copy of a roadmap with its blanks filled: each blank's bytes replaced, footnotes at the end, all else as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from infra.cost.estimate import Estimate
from infra.cost.figures import above, money, percentage, signed
from infra.cost.fill.figure import Bills, Figure, bills, figure, per_user_target, share
from infra.roadmap.model import CostRow, Placeholder, Roadmap

_NEWLINE = re.compile(r"\r\n|\r|\n")
_PIPE = re.compile(r"(?<!\\)\|")
_DECIMALS = re.compile(r"[.,]([A-Z])\1*")
_COST_OF_A_USER = re.compile(r"cost per user\W*<", re.IGNORECASE)


@dataclass(frozen=True)
class Unknown:
    """A blank that stays, and why: what the load test measures, a plan can't know."""

    placeholder: Placeholder
    reason: str


@dataclass(frozen=True)
class Filled:
    """The document with its costs, how many blanks were filled, and those that stay."""

    text: str
    filled: int
    unknown: tuple[Unknown, ...]


def fill(text: str, roadmap: Roadmap, estimates: Sequence[Estimate], today: date) -> Filled:
    """`text`, the document that `roadmap` was read from, with every blank that the bills know; dated `today`.

    Outside of the blanks no character changes; the footnotes that explain the figures are added at the end.
    """
    starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]
    rows = {row.line: row for row in roadmap.cost_rows}
    of = bills(estimates, roadmap.cost_rows)
    footnotes = _Footnotes(text, today)
    parts: list[str] = []
    unknown: list[Unknown] = []
    end = filled = 0
    for blank in sorted(roadmap.placeholders, key=lambda one: (one.line, one.start)):
        at = starts[blank.line - 1]
        line = text[at : starts[blank.line] if blank.line < len(starts) else len(text)]
        found = _filling(blank, line, rows.get(blank.line), of)
        if isinstance(found, str):
            unknown.append(Unknown(blank, found))
            continue
        parts += [text[end : at + blank.start], found[0], footnotes.mark(found[1])]
        end, filled = at + blank.end, filled + 1
    return Filled("".join([*parts, text[end:], footnotes.text()]), filled, tuple(unknown))


def _filling(blank: Placeholder, line: str, row: CostRow | None, of: Bills) -> tuple[str, str] | str:
    """What replaces a blank, and its footnote; or why it stays."""
    if re.search("[€£]", blank.text):
        return "the price book is in US dollars"
    if row is None:
        if _COST_OF_A_USER.search(line[: blank.start]):
            return _target(blank, per_user_target(of))
        return "a measured figure; no plan knows it" if "$" not in blank.text else "stands in no cost table"
    column = len(_PIPE.findall(line[: blank.start])) - line.lstrip().startswith("|") - 1
    if not 0 <= column < len(row.cells):
        return "stands in no column of its table"
    found = figure(row, column, of)
    return found if isinstance(found, str) else (_written(blank, found), found.note)


def _target(blank: Placeholder, found: Figure) -> tuple[str, str]:
    """The smallest figure of the blank's decimals that the computed cost is below."""
    decimals = _decimals(blank)
    return money(
        above(found.value, decimals), decimals
    ), f"{found.note} Rounded up, so that the target holds as planned."


def _written(blank: Placeholder, found: Figure) -> str:
    decimals, sign = _decimals(blank), blank.text[0] in "+-±"
    if blank.text.endswith("%"):
        return percentage(share(found), decimals, sign=sign)
    return signed(found.value, decimals) if sign else money(found.value, decimals)


def _decimals(blank: Placeholder) -> int:
    match = _DECIMALS.search(blank.text)
    return len(match[0]) - 1 if match else 0


class _Footnotes:
    """The footnotes of one copy, each said once."""

    def __init__(self, text: str, today: date) -> None:
        self._prefix = "cost"
        while f"[^{self._prefix}-" in text:
            self._prefix += "s"
        newline = _NEWLINE.search(text)
        self._newline = newline[0] if newline else "\n"
        self._ends_open = bool(text) and not text.endswith(("\n", "\r"))
        self._today = today
        self._numbers: dict[str, int] = {}

    def mark(self, note: str) -> str:
        """The mark of a footnote that says `note`."""
        number = self._numbers.setdefault(note, len(self._numbers) + 1)
        return f"[^{self._prefix}-{number}]"

    def text(self) -> str:
        """All of them, to stand at the end of the document; nothing where there is none."""
        if not self._numbers:
            return ""
        computed = f" Computed by ramp on {self._today}."
        notes = (
            f"[^{self._prefix}-{number}]: {note}{computed}{self._newline}" for note, number in self._numbers.items()
        )
        return self._newline * (2 if self._ends_open else 1) + "".join(notes)
