"""The base model of every config section, and the scalar types they share."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from components import naming


class Section(BaseModel):
    """A section of a stack config or of the settings: strict types, no unknown key, immutable."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def _network(value: str) -> str:
    network = ipaddress.ip_network(value)
    if network.version != 4:
        raise ValueError("must be an IPv4 network such as 10.0.0.0/16")
    return value


def _region_network(value: str) -> str:
    network = ipaddress.IPv4Network(value)
    if not 16 <= network.prefixlen <= 20:
        raise ValueError("must be /16 to /20: a VPC takes at most a /16, and a smaller one has no room for pods")
    if not network.is_private:
        raise ValueError("must be a private range (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16)")
    return value


def _service_network(value: str) -> str:
    network = ipaddress.IPv4Network(value)
    if not 12 <= network.prefixlen <= 24 or not network.is_private:
        raise ValueError("must be a private range of /12 to /24, as EKS takes it")
    return value


Cidr = Annotated[str, AfterValidator(_network)]
RegionCidr = Annotated[str, AfterValidator(_region_network)]
ServiceCidr = Annotated[str, AfterValidator(_service_network)]
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
"""An image's tag; "latest" would be one that can't be pushed twice, since tags are immutable."""
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-gov)?-[a-z]+-[1-9]$")]
Zone = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-gov)?-[a-z]+-[1-9][a-z]$")]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Domain = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=200),
]
LABEL_LENGTH = 40
Label = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$")]
"""A Kubernetes and DNS label, at most 40 characters so that a suffix still fits in 63."""
Namespace = Annotated[Label, AfterValidator(lambda value: naming.physical(naming.NAMESPACE, value))]
PhaseName = Annotated[str, StringConstraints(pattern=r"^(baseline|phase[1-9][0-9]?)$")]
Arn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:.+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
PrefixList = Annotated[str, StringConstraints(pattern=r"^pl-[0-9a-f]{8,17}$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
Percent = Annotated[int, Field(ge=1, le=100)]
PositiveInt = Annotated[int, Field(ge=1)]
NaturalInt = Annotated[int, Field(ge=0)]
Architecture = Annotated[str, StringConstraints(pattern=r"^(arm64|amd64)$")]
SCHEMA_VERSION = 1
