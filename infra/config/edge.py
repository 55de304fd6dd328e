"""Config of what stands between the users and the application."""

from __future__ import annotations

from pydantic import Field

from infra.config.scalars import PositiveInt, Section


class LoadBalancerConfig(Section):
    """The Application Load Balancer of each region."""

    zones: PositiveInt = Field(ge=2, description="Availability zones it stands in.")
    idle_timeout_seconds: PositiveInt = Field(le=4000)
