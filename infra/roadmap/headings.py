"""What a phase's heading and its target capacity say: users and months."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.roadmap.document import PHASE_TITLE, Paragraph, Section
from infra.roadmap.labels import Kind, kind_of
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Fact
from infra.roadmap.numbers import DASHES, MAX_USERS, NUMBER, user_counts

_COUNT = rf"(?:{NUMBER})(?:[.,]\d{{1,6}})?\s*[kKmM]?\+?"
_ARROW = rf"(?:→|->|=>|⇒|[{DASHES}]|\bto\b)"
_RANGE = re.compile(rf"({_COUNT})\s*{_ARROW}\s*({_COUNT})(?![\w%])", re.ASCII)
_WHO = r"(?:users?|customers?|clients?|tenants?|sessions?|nutzer|benutzer|mau|dau)\b"
_USERS = re.compile(
    rf"(?<![\w.,{DASHES}])({_COUNT})\s*(?:(?:concurrent|active|daily|monthly|simultaneous)\s+)*"
    rf"{_WHO}",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    rf"\bmon(?:ths?|ate?)\s*(\d{{1,3}})(?!\d)(?:\s*(?:{_ARROW}|bis)\s*(\d{{1,3}})(?!\d))?", re.IGNORECASE
)
_TIME = re.compile(
    rf"\b(?:(?:beyond )?(?:mon(?:th|at)e?s?|weeks?|quarters?|years?)\s*\d{{1,3}}(?:\s*(?:{_ARROW}|bis)\s*\d{{1,3}})?"
    rf"|\d{{1,3}}(?:\s*{_ARROW}\s*\d{{1,3}})?\s*(?:months?|weeks?|quarters?|years?)|q[1-4](?:\s*20\d\d)?)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(rf"\s*[\u2212{DASHES}]\s*\d")
_TIMELINE = re.compile(r"timeline|time ?frame|duration|when|months?", re.IGNORECASE)
_UNLIMITED = re.compile(r"\d[\d.,]*\s*[kKmM]?\+|\bunlimited\b|\bunbounded\b", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """The users a phase is sized for, its months, and whether it has no upper limit."""

    users: Fact[int] | None
    months: Fact[tuple[int, int]] | None
    unlimited: bool
    start: Fact[int] | None = None  # the users before the arrow


def read_heading(section: Section, reading: Reading) -> Heading:
    """What a phase section's title and its target-capacity line say; reports where the two contradict each other."""
    match = PHASE_TITLE.match(section.title)
    title = match[2] if match else section.title
    start, users = _title_users(title, section.line, reading)
    stated, unlimited = _capacity(section, reading)
    if users and stated and users.value != stated.value:
        reading.mistake(
            stated.line,
            "target capacity",
            str(stated.value),
            f"the users of the heading on line {users.line}, {users.value}",
        )
    return Heading(
        users=users or stated,
        months=_months(title, section, reading),
        unlimited=unlimited or bool(_UNLIMITED.search(title)),
        start=start,
    )


def _title_users(title: str, line: int, reading: Reading) -> tuple[Fact[int] | None, Fact[int] | None]:
    text = _TIME.sub(" ", title)
    both, one = (None, None) if _SIGNED.match(text) else (_RANGE.search(text), _USERS.search(text))
    if both:
        start = (
            None if user_counts(both[1]) == [0] else _users(both[1], line, reading)
        )  # "0-100 users" starts from none
        return start, _users(both[2], line, reading)
    if one:
        return None, _users(one[1], line, reading)
    if re.search(rf"\d.*\b{_WHO}", text, re.IGNORECASE):
        reading.mistake(line, "users", title, f"a whole number from 1 to {MAX_USERS}, as in 2,000 → 5,000 Users")
    return None, None


def _users(text: str, line: int, reading: Reading) -> Fact[int] | None:
    counts = user_counts(text)
    if counts and 1 <= counts[0] <= MAX_USERS:
        return Fact(counts[0], line)
    reading.mistake(line, "users", text, f"a whole number from 1 to {MAX_USERS}")
    return None


def _capacity(section: Section, reading: Reading) -> tuple[Fact[int] | None, bool]:
    for part in section.children:
        if kind_of(part.title) is not Kind.CAPACITY:
            continue
        for block in part.blocks:
            if not isinstance(block, Paragraph):
                continue
            reading.use(block.line)
            unlimited, counts = bool(_UNLIMITED.search(block.text)), user_counts(block.text)
            if counts and _SIGNED.match(block.text):
                reading.mistake(block.line, "target capacity", block.text, f"a whole number from 1 to {MAX_USERS}")
                return None, False
            if counts:
                return _users(block.text, block.line, reading), unlimited
            if not unlimited:
                reading.mistake(block.line, "target capacity", block.text, "a number of users, or Unlimited")
            return None, unlimited
    return None, False


def _months(title: str, section: Section, reading: Reading) -> Fact[tuple[int, int]] | None:
    """The months in the title, or else under a label such as Timeline."""
    stated = [(title, section.line)]
    for part in section.children:
        if _TIMELINE.fullmatch(part.title):
            stated += [(block.text, block.line) for block in part.blocks if isinstance(block, Paragraph)]
    for text, line in stated:
        if match := _MONTHS.search(text):
            reading.use(line)
            first, last = int(match[1]), int(match[2] or match[1])
            if 1 <= first <= last:
                reading.remark(match[0], line, section.title)  # a plan knows phases, not dates
                return Fact((first, last), line)
            reading.mistake(line, "months", match[0], "a first month from 1 and a last one not before it")
            return None
    if time := _TIME.search(title):
        reading.remark(time[0], section.line, section.title)
    return None
