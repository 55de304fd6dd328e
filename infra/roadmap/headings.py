"""What a phase's heading and its target capacity say: users and months."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.roadmap.document import PHASE_TITLE, Paragraph, Section
from infra.roadmap.labels import Kind, kind_of
from infra.roadmap.mistakes import Reading
from infra.roadmap.model import Fact
from infra.roadmap.numbers import ARROW, DASHES
from infra.roadmap.users import MAX_USERS, TIME, WHO, Users, read_users

_MONTHS = re.compile(
    rf"\bmon(?:ths?|ate?)\s*(\d{{1,3}})(?!\d)(?:\s*(?:{ARROW}|[{DASHES}]|\bto\b|bis)\s*(\d{{1,3}})(?!\d))?",
    re.IGNORECASE,
)
_SIGNED = re.compile(rf"\s*[\u2212{DASHES}]\s*\d")
_TIMELINE = re.compile(r"timeline|time ?frame|duration|when|months?", re.IGNORECASE)
_UNLIMITED = re.compile(r"\d[\d.,]*\s*[kKmM]?\+|\bunlimited\b|\bunbounded\b", re.IGNORECASE)
_ALLOWED = f"a whole number from 1 to {MAX_USERS}"


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
    """The users before and after the arrow; a figure that counts something else is listed as not used."""
    allowed = f"{_ALLOWED}, as in 2,000 → 5,000 Users"
    try:
        found = None if _SIGNED.match(title) else read_users(title)
    except ValueError:
        reading.mistake(line, "users", title, f"{allowed}, once")
        return None, None
    if found is None:
        if re.search(rf"\d.*\b{WHO}", TIME.sub(" ", title), re.IGNORECASE):
            reading.mistake(line, "users", title, allowed)
        return None, None
    if re.search(r"\d", found.rest):
        reading.remark(found.rest, line, title)
    return Fact(found.start, line) if found.start else None, _bounded(found, line, reading)  # "0-100 users": from none


def _bounded(found: Users, line: int, reading: Reading) -> Fact[int] | None:
    if 1 <= found.end <= MAX_USERS:
        return Fact(found.end, line)
    reading.mistake(line, "users", found.written, _ALLOWED)
    return None


def _capacity(section: Section, reading: Reading) -> tuple[Fact[int] | None, bool]:
    for part in section.children:
        if kind_of(part.title) is not Kind.CAPACITY:
            continue
        for block in part.blocks:
            if isinstance(block, Paragraph):
                reading.use(block.line)
                unlimited = bool(_UNLIMITED.search(block.text))
                return _one_count(block, unlimited, reading), unlimited
    return None, False


def _one_count(block: Paragraph, unlimited: bool, reading: Reading) -> Fact[int] | None:
    """The users of a target-capacity line, which may say that there is no limit in their place."""
    try:
        found = None if _SIGNED.match(block.text) else read_users(block.text, single=True)
    except ValueError:
        reading.mistake(block.line, "target capacity", block.text, "one number of users, or Unlimited")
        return None
    if found:
        reading.remark(found.rest if re.search(r"\w", found.rest) else "", block.line, "target capacity")
        return _bounded(found, block.line, reading)
    if not unlimited:
        allowed = _ALLOWED if _SIGNED.match(block.text) else "a number of users, or Unlimited"
        reading.mistake(block.line, "target capacity", block.text, allowed)
    return None


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
    for time in TIME.finditer(title):
        reading.remark(time[0], section.line, section.title)
    return None
