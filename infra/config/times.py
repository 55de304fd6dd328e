"""Scalar types of what recurs: windows as AWS writes them, in UTC, and how long logs are kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from components.maintenance import daily_minutes, weekly_minutes
from infra import patterns

LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip
"""How long CloudWatch keeps a log group's events: it has no other periods. [PutRetentionPolicy, retentionInDays]"""


def _lasts(least: int) -> AfterValidator:
    """A validator of a window: at least so many minutes, and less than a day."""

    def window(value: str) -> str:
        minutes = weekly_minutes(value) if value[0].isalpha() else daily_minutes(value)
        if not least <= minutes < 24 * 60:
            raise ValueError(f"at least {least} minutes and less than a day; this is {minutes} minutes")
        return value

    return AfterValidator(window)


DayTime = Annotated[str, StringConstraints(pattern=patterns.DAY_TIME)]
_Daily = Annotated[str, StringConstraints(pattern=patterns.DAILY_WINDOW)]
_Weekly = Annotated[str, StringConstraints(pattern=patterns.WEEKLY_WINDOW)]
DatabaseBackupWindow = Annotated[_Daily, _lasts(30)]
"""[CreateDBInstance, PreferredBackupWindow]"""
DatabaseWindow = Annotated[_Weekly, _lasts(30)]
"""[CreateDBInstance, PreferredMaintenanceWindow]"""
SnapshotWindow = Annotated[_Daily, _lasts(60)]
"""[CreateReplicationGroup, SnapshotWindow]"""
CacheWindow = Annotated[_Weekly, _lasts(60)]
"""[CreateReplicationGroup, PreferredMaintenanceWindow]"""
