"""Config of the proxies beside the application: the API gateway before it, the egress proxy behind it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from components.envoy_config import ADMIN_PORT, METRICS_PORT
from infra import patterns
from infra.config.scalars import Distinct, Domain, Image, Label, Percent, Port, PositiveInt, Section

ApiVersion = Annotated[str, StringConstraints(pattern=patterns.API_VERSION)]
ContentType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
Replicas = Annotated[int, Field(ge=2, le=50)]


class GatewayLimits(Section):
    """How the gateway routes and limits; every figure is of one of its pods."""

    api_versions: Annotated[tuple[ApiVersion, ...], Distinct] = Field(
        min_length=1, description="Versions that every path is routed in."
    )
    timeout_seconds: PositiveInt = Field(description="How long an answer may take as a whole.")
    retries: int = Field(ge=0, le=5)
    retry_budget_percent: Percent = Field(description="Most retries, of the requests that are underway.")
    max_requests: PositiveInt = Field(description="Requests to one service at once.")
    requests_per_second: PositiveInt = Field(description="To one route.")
    burst: PositiveInt
    user_requests_per_second: PositiveInt
    user_burst: PositiveInt
    consecutive_errors: PositiveInt = Field(description="Of one pod, before it is left out.")
    ejection_seconds: PositiveInt
    max_ejection_percent: Percent
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt

    @model_validator(mode="after")
    def _bursts_hold_a_second(self) -> GatewayLimits:
        for rate, burst in (("requests_per_second", "burst"), ("user_requests_per_second", "user_burst")):
            if getattr(self, burst) < getattr(self, rate):
                raise ValueError(f"{burst} {getattr(self, burst)} is below {rate} {getattr(self, rate)}")
        return self


class GatewayConfig(GatewayLimits):
    """Envoy between the load balancer and the services."""

    image: Image
    replicas: Replicas
    idle_seconds: PositiveInt = Field(description="How long it keeps a connection that nothing happens on.")


class CompressionLimits(Section):
    """Which responses are compressed, and how the proxy that does it behaves; counts are of one of its pods."""

    content_types: Annotated[tuple[ContentType, ...], Distinct] = Field(
        min_length=1, description="Types of responses that are compressed; a stream of events is better left out."
    )
    least_bytes: PositiveInt = Field(description="Shorter responses stay as they are.")
    max_requests: PositiveInt = Field(description="Underway at once.")
    retries: int = Field(ge=0, le=5)
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt


class CompressorConfig(CompressionLimits):
    """Envoy that compresses responses; where there is an API gateway, that one does it."""

    image: Image
    replicas: Replicas
    idle_seconds: PositiveInt = Field(description="How long it keeps a connection that nothing happens on.")


class FormerCompressorConfig(Section):
    """The compressor's pods while a step removes them, which it does last."""

    replicas: Replicas
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt


class ExternalServiceConfig(Section):
    """A service of others, and the breaker in front of it; counts are of one proxy pod."""

    host: Domain
    port: Port
    listen_port: int = Field(ge=1024, le=65535, description="The proxy's own port for it.")
    max_connections: PositiveInt
    max_pending_requests: PositiveInt
    max_requests: PositiveInt
    max_retries: PositiveInt
    consecutive_errors: PositiveInt = Field(description="Before it is left alone.")
    ejection_seconds: PositiveInt
    timeout_seconds: int = Field(ge=1, le=900)
    retries: int = Field(ge=0, le=5)


class EgressServices(Section):
    """What the egress proxy stands in front of."""

    cpu_millicores: PositiveInt
    memory_mib: PositiveInt
    services: dict[Label, ExternalServiceConfig] = Field(min_length=1)

    @model_validator(mode="after")
    def _ports_are_free(self) -> EgressServices:
        taken: dict[int, str] = {ADMIN_PORT: "the proxy's admin interface", METRICS_PORT: "the proxy's metrics"}
        for name, service in self.services.items():
            if service.listen_port in taken:
                raise ValueError(
                    f"services.{name}.listen_port {service.listen_port} is that of {taken[service.listen_port]}"
                )
            taken[service.listen_port] = name
        return self


class EgressConfig(EgressServices):
    """Envoy between the application and external services."""

    image: Image
    replicas: Replicas
