"""Config of what watches the system: metrics, objectives, alerts, and the signals that autoscalers follow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from infra.config.scalars import Distinct, Email, Image, Namespace, NaturalInt, PositiveInt, Section, VolumeGib

LatencyQuantile = Annotated[str, StringConstraints(pattern=r"^p[0-9]{2,3}_latency$")]


class SignalConfig(Section):
    """A pair of auto-scaling triggers that a resource metric can't express, with the document's lines."""

    metric: Literal["queue_depth"] | LatencyQuantile
    up: float = Field(gt=0, description="Scale up above this: seconds of latency, or messages.")
    up_seconds: NaturalInt = Field(description="For how long it must be exceeded.")
    down: float | None = Field(description="Scale down below this; null: it never holds a scale-down back.")
    down_seconds: NaturalInt
    lines: tuple[PositiveInt, ...] = Field(min_length=1)


class ObjectiveConfig(Section):
    """One objective of the phase: a latency such as p99_latency in seconds, error rate or availability in percent."""

    name: Literal["error_rate", "availability"] | LatencyQuantile
    target: float = Field(gt=0)
    line: PositiveInt


class KeyMetricConfig(Section):
    """A metric that the document wants watched."""

    metric: str
    label: str
    line: PositiveInt


class MonitoringSettings(Section):
    """What no document says of monitoring."""

    namespace: Namespace
    prometheus_image: Image
    alertmanager_image: Image
    adapter_image: Image
    sql_exporter_image: Image
    cpu_millicores: PositiveInt = Field(description="What one Prometheus asks for.")
    memory_mib: PositiveInt
    storage_gib: VolumeGib
    retention_days: PositiveInt
    emails: Annotated[tuple[Email, ...], Distinct] = Field(description="Who is told of alerts by mail.")
    budget_usd_per_user: float = Field(
        gt=0, le=100_000, description="What a month may cost, divided by the phase's users."
    )
    budget_counts: Literal["account", "application"] = Field(
        description="Whether the budget counts the account's whole bill or what carries the application's tag."
    )
    revenue_per_hour_usd: NaturalInt = Field(description="For the revenue impact of downtime.")


class MonitoringConfig(MonitoringSettings):
    """Prometheus, Alertmanager, the adapter for autoscalers, CloudWatch alarms and a dashboard, in each region."""

    signals: tuple[SignalConfig, ...]
    objectives: tuple[ObjectiveConfig, ...]
    key_metrics: tuple[KeyMetricConfig, ...]
