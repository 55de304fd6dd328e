"""What a month of use looks like: the settings' figures for one user, and what they make for a phase's users.

A roadmap says how many users a phase serves at once, and nothing of what they do; so everything that AWS bills by
use rests on these settings, is shown apart from what is fixed, and grows with the phase's users alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, create_model

from infra.catalogue.quantities import quantity
from infra.config.scalars import NaturalInt, Percent, PhaseName, PositiveInt, Section

_SECONDS_AN_HOUR = 3600
_KIB_A_GIB = 1024 * 1024
_MIB_A_GIB = 1024
_MILLIONTH = Decimal("0.000001")

Share = Annotated[int, Field(ge=0, le=100)]


class UsageFigures(Section):
    """A month of use. A figure for a user is for one of those who are there at the same time."""

    load_curve: tuple[Share, ...] = Field(
        min_length=24, max_length=24, description="Each hour's part of the phase's users in percent, midnight first."
    )
    requests_per_user_hour: PositiveInt
    requests_per_connection: PositiveInt = Field(description="HTTP requests that share a connection to the balancer.")
    connection_seconds: PositiveInt
    request_kib: NaturalInt
    response_kib: NaturalInt = Field(description="Of the API, before compression.")
    compressed_percent: Percent = Field(description="What compression leaves of a response.")
    assets_mib_per_user_hour: NaturalInt = Field(description="Scripts, styles and images that a user loads.")
    asset_requests_per_user_hour: NaturalInt
    assets_gib: PositiveInt = Field(description="What the asset store holds.")
    assets_published_gib: NaturalInt = Field(description="New and changed assets a month.")
    cdn_hit_percent: Share = Field(description="The part of asset requests that the CDN answers itself.")
    external_request_kib: NaturalInt = Field(description="Sent to language models and others for each request.")
    external_response_kib: NaturalInt = Field(description="Received from them for each request.")
    internal_kib_per_request: NaturalInt = Field(description="Between application, database, cache and queue.")
    cross_zone_percent: Share = Field(description="The part of internal traffic that changes zone.")
    written_kib_per_request: NaturalInt = Field(description="What the database's replicas receive for each request.")
    event_kib_per_request: NaturalInt = Field(description="What the queue forwards to a standby region.")
    access_log_kib_per_request: NaturalInt = Field(description="What load balancer, web ACL or CDN write of a request.")
    log_kib_per_request: NaturalInt
    idle_log_gib: NaturalInt = Field(description="Of each log group a month, with no user at all.")
    flow_log_kib_per_connection: NaturalInt = Field(
        description="What the network's flow logs note of a user's connection."
    )
    observations_per_node_minute: NaturalInt = Field(
        description="Metrics that Container Insights takes of a node and its pods."
    )
    queries_per_user_hour: NaturalInt = Field(description="DNS queries that reach Route 53.")
    notifications: NaturalInt = Field(description="Alert e-mails a month of each topic.")
    database_filled_percent: Percent = Field(description="The part of the storage that holds data.")
    daily_change_percent: Share = Field(description="The part of the data that a day's backup adds.")
    cache_filled_percent: Percent
    images_gib: PositiveInt = Field(description="The images of one service in a registry, layers that they share once.")


if TYPE_CHECKING:
    UsageChange = Section
else:
    UsageChange = create_model(
        "UsageChange",
        __base__=Section,
        **{name: (field.rebuild_annotation(), None) for name, field in UsageFigures.model_fields.items()},
    )
"""The figures that differ in one phase: those of `UsageFigures`, none of them required."""


class UsageSettings(UsageFigures):
    """The `usage` section of the settings."""

    phases: dict[PhaseName, UsageChange] = Field(description="Figures that differ in one phase, by the phase's key.")

    def of(self, phase: str) -> UsageFigures:
        """The figures that hold in a phase."""
        change = self.phases.get(phase)
        own = change.model_dump(exclude_unset=True) if change else {}
        return UsageFigures.model_validate({**self.model_dump(exclude={"phases"}), **own})


@dataclass(frozen=True)
class Usage:
    """A month of a phase: the settings applied to its users. Data in GiB; each figure to a millionth of its unit."""

    settings: UsageFigures
    users: int

    @property
    def user_hours(self) -> Decimal:
        """Hours that users spend: the phase's users by the mean of the load curve."""
        curve = self.settings.load_curve
        return self.users * quantity("month hours") * sum(curve) / (100 * len(curve))

    @property
    def requests(self) -> Decimal:
        """HTTP requests to the API."""
        return _exact(self.user_hours * self.settings.requests_per_user_hour)

    @property
    def asset_requests(self) -> Decimal:
        """HTTP requests for assets."""
        return _exact(self.user_hours * self.settings.asset_requests_per_user_hour)

    @property
    def asset_misses(self) -> Decimal:
        """HTTP requests for assets that the CDN doesn't answer itself."""
        return _exact(self.asset_requests * (100 - self.settings.cdn_hit_percent) / 100)

    @property
    def queries(self) -> Decimal:
        """DNS queries."""
        return _exact(self.user_hours * self.settings.queries_per_user_hour)

    @property
    def responses_gib(self) -> Decimal:
        """What the API sends to users, compressed."""
        return _exact(self.uncompressed_gib * self.settings.compressed_percent / 100)

    @property
    def uncompressed_gib(self) -> Decimal:
        """What the API would send to users without compression."""
        return self._per_request(self.settings.response_kib)

    @property
    def received_gib(self) -> Decimal:
        """What users send to the API."""
        return self._per_request(self.settings.request_kib)

    @property
    def assets_gib(self) -> Decimal:
        """What users load of assets."""
        return _exact(self.user_hours * self.settings.assets_mib_per_user_hour / _MIB_A_GIB)

    @property
    def external_sent_gib(self) -> Decimal:
        """Sent to services outside."""
        return self._per_request(self.settings.external_request_kib)

    @property
    def external_received_gib(self) -> Decimal:
        """Received from services outside."""
        return self._per_request(self.settings.external_response_kib)

    @property
    def cross_zone_gib(self) -> Decimal:
        """Internal traffic that changes zone, counted once."""
        return _exact(
            self._per_request(self.settings.internal_kib_per_request) * self.settings.cross_zone_percent / 100
        )

    @property
    def written_gib(self) -> Decimal:
        """What the primary sends to each of its replicas."""
        return self._per_request(self.settings.written_kib_per_request)

    @property
    def events_gib(self) -> Decimal:
        """What the queue forwards to a standby region."""
        return self._per_request(self.settings.event_kib_per_request)

    @property
    def access_logs_gib(self) -> Decimal:
        """What one place at the edge writes of who asked for what."""
        return self._per_request(self.settings.access_log_kib_per_request)

    @property
    def logs_gib(self) -> Decimal:
        """What the application logs."""
        return self._per_request(self.settings.log_kib_per_request)

    @property
    def flow_logs_gib(self) -> Decimal:
        """What the flow logs of the active region's network write."""
        connections = self.requests / self.settings.requests_per_connection
        return _exact(connections * self.settings.flow_log_kib_per_connection / _KIB_A_GIB)

    @property
    def observations_a_node(self) -> Decimal:
        """What Container Insights is charged by, of one node that runs all month."""
        return self.settings.observations_per_node_minute * quantity("month hours") * 60

    @property
    def new_connections_a_second(self) -> Decimal:
        """Connections that users open to the load balancer, on average."""
        seconds = quantity("month hours") * _SECONDS_AN_HOUR
        return _exact(self.requests / self.settings.requests_per_connection / seconds)

    @property
    def active_connections(self) -> Decimal:
        """Connections that are open at the load balancer, on average."""
        return self.new_connections_a_second * self.settings.connection_seconds

    def _per_request(self, kib: int) -> Decimal:
        return _exact(self.requests * kib / _KIB_A_GIB)


def _exact(value: Decimal) -> Decimal:
    """To a millionth: amounts of money made from it then have few enough digits to add up exactly."""
    return value.quantize(_MILLIONTH)
