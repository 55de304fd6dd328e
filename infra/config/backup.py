"""Config of daily backups, beside those that the databases take themselves."""

from __future__ import annotations

from pydantic import Field

from infra.config.scalars import Section
from infra.config.times import DayTime


class BackupConfig(Section):
    """AWS Backup: one backup of each database a day, and a copy in each standby region."""

    start: DayTime = Field(description="UTC. AWS Backup can't work while a database backs itself up or is maintained.")
    retention_days: int = Field(ge=1, le=36500)
    copy_retention_days: int = Field(ge=1, le=36500, description="Of a copy in a standby region.")

    @property
    def min_retention_days(self) -> int:
        """What each vault's lock holds: a region takes backups of its own and copies."""
        return min(self.retention_days, self.copy_retention_days)
