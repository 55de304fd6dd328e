"""Weekly maintenance windows as AWS writes them (`sun:05:00-sun:06:00`, UTC): shifted and compared, pure arithmetic."""

from __future__ import annotations

import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
_WEEKLY = re.compile(r"([a-z]{3}):([0-2][0-9]):([0-5][0-9])")


def staggered(window: str, member: int, row: int = 0) -> str:
    """The window of a group's member number `member`, the first being 0: each a day after the one before.

    After a week's seven members, and for each `row` of members, it begins where the window before it ends. So no two
    members are maintained on one day as long as there are at most seven.
    """
    start, minutes = _span(window)
    return _written(start + (member % 7) * DAY + (member // 7 + row) * minutes, minutes)


def overlap(one: str, other: str) -> bool:
    """Whether two weekly windows have a minute in common."""
    (start, minutes), (begin, length) = _span(one), _span(other)
    return (begin - start) % WEEK < minutes or (start - begin) % WEEK < length


def overlaps_daily(window: str, daily: str) -> bool:
    """Whether a weekly window meets a daily one (`03:00-04:00`), such as that of backups: RDS refuses it."""
    first, last = (f"{day}:{time}" for day, time in zip(("mon", "mon"), daily.split("-"), strict=True))
    start, end = _minute(first), _minute(last)
    begins, minutes = _span(window)
    length = (end - start) % DAY or DAY
    return any(overlap(_written(start + day * DAY, length), _written(begins, minutes)) for day in range(7))


def _span(window: str) -> tuple[int, int]:
    """The minute of the week in which a window begins, and its length in minutes."""
    first, last = window.split("-")
    start = _minute(first)
    return start, (_minute(last) - start) % WEEK


def _minute(moment: str) -> int:
    found = _WEEKLY.fullmatch(moment)
    if not found or found[1] not in DAYS or int(found[2]) > 23:
        raise ValueError(f"{moment} is no moment of a week such as sun:05:00")
    return DAYS.index(found[1]) * DAY + int(found[2]) * 60 + int(found[3])


def _written(start: int, minutes: int) -> str:
    def moment(minute: int) -> str:
        day, rest = divmod(minute % WEEK, DAY)
        return f"{DAYS[day]}:{rest // 60:02}:{rest % 60:02}"

    return f"{moment(start)}-{moment(start + minutes)}"
