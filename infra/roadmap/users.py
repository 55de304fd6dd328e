"""How many users a text speaks of: one number or a range, and never a figure that counts something else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.roadmap.numbers import ARROW, DASHES, NUMBER, figure

MAX_USERS = 1_000_000_000
_SCALES = {"k": 1_000, "thousand": 1_000, "lakh": 100_000, "m": 1_000_000, "million": 1_000_000, "crore": 10_000_000}
_SCALE = rf"(?:{'|'.join(_SCALES)})s?"
# Not a part of a longer figure (2.50.00), nor of a word (16GB), a share (70%) or a date.
_COUNT = (
    rf"(?<!\w)(?<!\d[.,'\u2019])(?:{NUMBER}|\d{{1,9}}[.,]\d{{1,6}}(?=\s*{_SCALE}\b))(?:\s*{_SCALE}\b)?"
    r"(?!\w|\s*%|[.,'\u2019]\d)\+?"
)
_KIND = r"(?:concurrent|active|daily|monthly|simultaneous|registered|peak)\b"
WHO = (
    rf"(?:{_KIND}\s+)*(?:users?|customers?|clients?|tenants?|sessions?|seats?|subscribers?|nutzer|benutzer|"
    r"utilisateurs?|mau|dau)\b"
)
_UNTIL = rf"(?:{ARROW}|[{DASHES}]|\b(?:to|bis)\b)"
_TO = rf"{_UNTIL}\s*[~\u2248]?"
_FROM = rf"(?P<start>{_COUNT}|\d{{1,3}}[.,]\d{{1,2}}(?!\d))"  # "1.5 to 2 million": the scale stands once
_STATED = re.compile(
    rf"(?:{_FROM}\s*(?:{WHO}\s*)?{_TO}\s*|(?<![\u2212{DASHES}]))(?P<end>{_COUNT})\s*{WHO}", re.IGNORECASE
)
# Without a word for users nothing may follow that says what else is counted.
_RANGE = re.compile(rf"{_FROM}\s*{_TO}\s*(?P<end>{_COUNT})(?=\s*(?:$|[^\w\s]))", re.IGNORECASE)
_ONE = re.compile(rf"(?P<start>(?!))?(?<![\u2212{DASHES}])(?P<end>{_COUNT})(?:\s*{_KIND})*", re.IGNORECASE)

_MONTH = r"(?:jan|feb|mar|m\u00e4r|apr|may|mai|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?"
_ALONE = r"(?![\w%]|[.,'\u2019-]\d)"
_YEAR = rf"(?:19|20)\d\d{_ALONE}(?!\s*{WHO})"
_SPAN = rf"\s*{_UNTIL}\s*"
TIME = re.compile(
    rf"\b(?:(?:beyond )?(?:mon(?:th|at)e?s?|mois|weeks?|quarters?|years?)\s*\d{{1,3}}(?:{_SPAN}\d{{1,3}})?"
    rf"|\d{{1,3}}(?:{_SPAN}\d{{1,3}})?\s*(?:months?|weeks?|quarters?|years?|mois)"
    rf"|(?:q[1-4]|h[12]|fy)[ \u2019']*(?:(?:20)?\d\d{_ALONE})?(?<=\d)|\d{{4}}-\d\d(?:-\d\d)?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|{_MONTH}\s*\d{{1,2}}{_ALONE}(?:,?\s*{_YEAR})?|{_MONTH}\s*{_YEAR}|(?:by|until|in|since|end of)\s+{_YEAR}"
    rf"|{_YEAR}{_SPAN}{_YEAR})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Users:
    """The users at the end of a step, at its start where the text says that too, and the text without them and without dates.

    `written` is the end as it stands in the text.
    """

    start: int | None
    end: int
    rest: str
    written: str


def read_users(text: str, *, single: bool = False) -> Users | None:
    """The users that a text states: before a word for them, else as a range, else (if `single`) as its only number.

    None if it states none. Raises ValueError if it states several, of which none can be preferred.
    """
    text = TIME.sub(" ", text)
    for pattern in (_STATED, _RANGE, _ONE)[: 3 if single else 2]:
        found = {_ends(match["start"], match["end"]): match["end"] for match in pattern.finditer(text)}
        if len(found) > 1:
            raise ValueError(text)
        if found:
            [(ends, written)] = found.items()
            return Users(*ends, " ".join(pattern.sub(" ", text).split()), written)
    return None


def sole_users(text: str, *, single: bool = False) -> Users | None:
    """The same; None too for a text that states several."""
    try:
        return read_users(text, single=single)
    except ValueError:
        return None


def _ends(start: str | None, end: str) -> tuple[int | None, int]:
    number, scale = _parts(end)
    last = round(number * scale)
    if start is None:
        return None, last
    number, own = _parts(start)
    if own == 1 and number * scale < last:  # "5-10k" is from 5,000 on
        own = scale
    return round(number * own), last


def _parts(text: str) -> tuple[float, int]:
    match = re.fullmatch(rf"(.*?)\s*({_SCALE})?\+?", text.strip(), re.IGNORECASE)
    assert match
    scale = (match[2] or "").lower().removesuffix("s")
    return figure(match[1], "%" if scale else ""), _SCALES.get(scale, 1)
