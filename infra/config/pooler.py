"""Config of the connection pooler and of the logical shards that it routes to."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from components import shard_map
from components.envoy_config import ADMIN_PORT, METRICS_PORT
from components.pool_sizes import PoolSizes, pool_sizes
from components.pooler_ports import EXPORTER_PORT
from infra import patterns
from infra.config.scalars import Image, NaturalInt, Port, PositiveInt, Section, version_from

DATABASE_NAMESPACE = "database"
"""Where the pooler and the Jobs run: apart from the application, which must not read their secrets."""
Moment = Annotated[str, StringConstraints(pattern=patterns.MOMENT)]
PgBouncerImage = Annotated[Image, version_from((1, 24), "PgBouncer")]
"""The first that follows prepared statements without being told. [PgBouncer changelog, 1.24: max_prepared_statements]"""
LEAST_REPLICA_ENGINE = 17
"""The first PostgreSQL that takes TLS as the proxy before the replicas begins it (components/read_proxy.py)."""


class PoolerConfig(Section):
    """PgBouncer between the application and the database, in each region."""

    image: PgBouncerImage
    replicas: int = Field(ge=2, le=20, description="Pods in each region.")
    port: Port
    max_connections: int = Field(ge=6, le=262143, description="What one database server allows.")
    reserved_percent: int = Field(ge=0, le=90, description="Of max_connections, for administrators and Jobs.")
    connections_per_pod: PositiveInt = Field(description="What one application pod may have open, for reads or writes.")
    cpu_millicores: PositiveInt
    memory_mib: PositiveInt
    proxy_image: Image = Field(description="Envoy, before the read replicas, in each pod.")
    proxy_cpu_millicores: PositiveInt
    proxy_memory_mib: PositiveInt
    exporter_image: Image

    @model_validator(mode="after")
    def _port_is_free(self) -> PoolerConfig:
        taken = {
            ADMIN_PORT: "the read proxy's admin interface",
            METRICS_PORT: "its metrics",
            EXPORTER_PORT: "the exporter",
        }
        if self.port in taken:
            raise ValueError(f"port {self.port} is that of {taken[self.port]} in the same pod")
        return self

    def sizes(self, shards: ShardLayout | None, read_replicas: int, app_pods: int) -> PoolSizes:
        """The pools of each pooler pod in a region, by the fullest database server. Raises ValueError if they don't fit."""
        placed = shard_map.routed(shards.count, shards.moves) if shards else ()
        databases = max(Counter((1, *placed)).values())
        return pool_sizes(
            max_connections=self.max_connections,
            reserved_percent=self.reserved_percent,
            poolers=self.replicas,
            databases=databases,
            replicas=read_replicas,
            app_pods=app_pods,
            connections_per_pod=self.connections_per_pod,
        )


class MoveConfig(Section):
    """Shards on their way to another database server, all in the same state."""

    shards: tuple[NaturalInt, ...] = Field(min_length=1)
    to: int = Field(ge=2, le=16, description="The number of the server that takes them over.")
    caught_up: Moment | None = Field(
        description="When the copy was seen to follow the original (UTC); null: it doesn't."
    )
    cut_over: bool = Field(description="Whether they are served by the new server.")


class ShardLayout(Section):
    """Logical shards of the database, and the physical servers that they stand on."""

    count: int = Field(ge=1, le=999, description="Logical shards; fixed for good.")
    servers: int = Field(ge=1, le=16, description="Server groups: a primary with its read replicas each.")
    moves: tuple[MoveConfig, ...] = Field(description="Every move of shards so far, the oldest first.")

    @model_validator(mode="after")
    def _moves_are_safe(self) -> ShardLayout:
        if self.servers > self.count:
            raise ValueError(f"{self.servers} servers for {self.count} shards: a server without a shard serves nothing")
        found = shard_map.mistakes(self.count, self.servers, self.moves)
        if found:
            raise ValueError("; ".join(found))
        return self


class ShardsConfig(ShardLayout):
    """The layout, and the column by whose value a row belongs to a shard."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
