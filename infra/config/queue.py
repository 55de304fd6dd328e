"""Config of the message queue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from infra.config.compute import InstanceType
from infra.config.scalars import Architecture, Distinct, Image, Label, PositiveInt, Section, VolumeGib, version_from

RabbitImage = Annotated[Image, version_from((4, 1), "RabbitMQ")]
"""The first whose nodes find each other by ordinal, with no call to Kubernetes. [RabbitMQ 4.1 release notes]"""
RabbitSeconds = Annotated[int, Field(ge=1, le=4_294_967)]
"""RabbitMQ counts times in milliseconds and takes at most 2³² - 1. [rabbit_misc:check_expiry/1]"""


class QueueConfig(Section):
    """RabbitMQ on Kubernetes in each region: one node a server, every queue a quorum queue."""

    image: RabbitImage
    vcpu: PositiveInt
    memory_gib: PositiveInt
    architecture: Architecture
    instance_types: tuple[InstanceType, ...] = Field(min_length=1)
    replicas: int = Field(ge=1, le=9, description="Nodes of the cluster.")
    quorum_group_size: int = Field(ge=1, le=5, description="Members of each quorum queue.")
    storage_gib: VolumeGib = Field(description="A node's first volume; grow the claims, never this.")
    surge: int = Field(ge=0, le=9, description="Servers beyond the nodes, for a server's replacement.")
    termination_grace_seconds: PositiveInt
    virtual_host: Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$")]
    work_queues: Annotated[tuple[Label, ...], Distinct] = Field(min_length=1)
    events: bool = Field(description="Whether there is an event exchange, with a queue for each service.")
    max_length: PositiveInt = Field(description="Messages in a queue; then it refuses more.")
    message_ttl_seconds: RabbitSeconds
    delivery_limit: PositiveInt
    federation_window_seconds: RabbitSeconds = Field(description="Messages kept for a standby that can't be reached.")
    password_epoch: PositiveInt = Field(description="Raise it by one to rotate every password.")

    @model_validator(mode="after")
    def _quorum_is_possible(self) -> QueueConfig:
        if self.quorum_group_size > self.replicas:
            raise ValueError(
                f"quorum_group_size {self.quorum_group_size} is more than there are nodes: {self.replicas}"
            )
        return self


def tolerated_failures(members: int) -> int:
    """How many of a cluster's nodes, or of a quorum queue's members, may fail before it stops: fewer than half."""
    return (members - 1) // 2
