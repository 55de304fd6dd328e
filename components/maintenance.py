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
    return any(overlap(window, each) for each in _each_day(daily))


def daily_overlap(one: str, other: str) -> bool:
    """Whether two daily windows have a minute in common."""
    return any(overlaps_daily(each, other) for each in _each_day(one))


def hour_from(time: str) -> str:
    """The daily window of the hour that begins at a time: `08:30-09:30` of `08:30`."""
    minute = _minute(f"mon:{time}")
    return f"{time}-{_written(minute + 60, 0)[4:9]}"


def weekly_minutes(window: str) -> int:
    """How long a weekly window lasts. Raises ValueError for what is none."""
    return _span(window)[1]


def daily_minutes(window: str) -> int:
    """How long a daily window lasts: 0 where it ends when it begins. Raises ValueError for what is none."""
    start, end = (_minute(f"mon:{time}") for time in window.split("-"))
    return (end - start) % DAY


def _each_day(daily: str) -> list[str]:
    """A daily window on each day of the week."""
    start, minutes = _minute(f"mon:{daily.split('-')[0]}"), daily_minutes(daily) or DAY
    return [_written(start + day * DAY, minutes) for day in range(7)]


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
