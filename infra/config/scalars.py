"""The base model of every config section, and the scalar types they share."""

from __future__ import annotations

import difflib
import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from components import naming
from infra import patterns
from infra.catalogue.endpoints import endpoints
from infra.catalogue.specs import NoInstanceClass, find
from infra.catalogue.versions import versions
from infra.catalogue.zones import zones


class Section(BaseModel):
    """A section of a stack config or of the settings: strict types, no unknown key, immutable."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


def _network(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError("an IPv4 network such as 10.0.0.0/16") from None
    if value != str(network):
        raise ValueError(f"an IPv4 network such as 10.0.0.0/16; probably {network}")
    return value


def _region_network(value: str) -> str:
    network = ipaddress.IPv4Network(_network(value))
    if not 16 <= network.prefixlen <= 20:
        raise ValueError("a /16 to a /20: a VPC takes at most a /16, and a smaller one has no room for pods")
    if not network.is_private:
        raise ValueError("a private network, within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return value


def _service_network(value: str) -> str:
    network = ipaddress.IPv4Network(_network(value))
    if not 12 <= network.prefixlen <= 24 or not network.is_private:
        raise ValueError("a private network of /12 to /24, as EKS takes it")
    return value


def _namespace(value: str) -> str:
    try:
        return naming.physical(naming.NAMESPACE, value)
    except ValueError:
        raise ValueError("a name that Kubernetes doesn't keep for itself: not default, not kube-…") from None


def _application(value: str) -> str:
    try:
        return naming.physical(naming.APPLICATION, value)
    except ValueError as error:
        raise ValueError(f"a name that AWS doesn't keep for itself, with single hyphens: {error}") from None


def _sql_name(rule: naming.NameRule) -> AfterValidator:
    def free(value: str) -> str:
        if naming.reserved(rule, value):
            raise ValueError("a name that PostgreSQL and RDS don't keep for themselves: not admin, user or pg_…")
        return value

    return AfterValidator(free)


def _region(value: str) -> str:
    if value not in zones():
        raise ValueError(f"one of {', '.join(zones())}")
    return value


def _no_blank(value: str) -> str:
    if value != value.strip():
        raise ValueError("text that begins and ends with something else than a blank")
    return value


def _lasting_tag(value: str) -> str:
    if value == "latest":
        raise ValueError(
            "the tag of one image; `latest` would be another one each time, and a tag can't be pushed twice"
        )
    return value


def _lasting_image(value: str) -> str:
    if value.endswith(":latest"):
        raise ValueError("an image by another tag or a digest; `latest` would be another one each time")
    return value


def _endpoint(value: str) -> str:
    if value not in endpoints():
        near = difflib.get_close_matches(value, endpoints(), n=3)
        hint = f"; probably {' or '.join(near)}" if near else ""
        raise ValueError(f"a service of infra/catalogue/data/endpoints.csv{hint}")
    return value


def _public_network(value: str) -> str:
    if any(ipaddress.IPv4Network(_network(value)).overlaps(reserved) for reserved in _RESERVED if value != "0.0.0.0/0"):
        raise ValueError("a network as the internet sees it, such as 203.0.113.0/24: EKS takes no reserved addresses")
    return value


def version_from(least: tuple[int, int], name: str) -> AfterValidator:
    """A validator of an image whose tag tells its version: not older than `least`. A tag that tells none is taken."""

    def recent(value: str) -> str:
        found = _TAGGED.search(value)
        if found and (int(found[1]), int(found[2])) < least:
            raise ValueError(f"an image of {name} {least[0]}.{least[1]} or newer")
        return value

    return AfterValidator(recent)


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f"each entry once; {', '.join(twice)} is there twice")
    return values


def version_of(engine: str) -> AfterValidator:
    """A validator of a version of "eks", "rds" or "valkey": the catalogue has it. It tells those of the major."""

    def known(value: str) -> str:
        if value not in versions(engine):
            near = [one for one in versions(engine) if one.split(".")[0] == value.split(".")[0]]
            raise ValueError(f"one of {', '.join(near or versions(engine))} (infra/catalogue/data/versions.csv)")
        return value

    return AfterValidator(known)


def offered(service: str) -> AfterValidator:
    """A validator of an instance class of "ec2", "rds" or "elasticache": the catalogue has it."""

    def known(value: str) -> str:
        try:
            return find(service, value).name
        except NoInstanceClass:
            raise ValueError(f"a class of infra/catalogue/data/specs/{service}.csv") from None

    return AfterValidator(known)


def check_zones(region: str, chosen: tuple[str, ...]) -> None:
    """Raises ValueError unless the zones are all of the region, which some account has, and no two the same."""
    foreign = [zone for zone in chosen if zone not in zones()[region]]
    if foreign:
        raise ValueError(f"zones: {', '.join(foreign)} is not in {region}, which has {', '.join(zones()[region])}")
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"zones: {', '.join(chosen)} are not all different")


_TAGGED = re.compile(r":v?(\d{1,4})\.(\d{1,4})")
_RESERVED = tuple(
    map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"))
)
Cidr = Annotated[str, AfterValidator(_network)]
PublicCidr = Annotated[str, AfterValidator(_public_network)]
"""[EKS User Guide, configure network access to cluster API server endpoint: no reserved addresses]"""
MOST_PUBLIC_CIDRS = 40
"""Of one cluster's endpoint; AWS raises it for nobody. [EKS quotas, L-93A74D60]"""
RegionCidr = Annotated[str, AfterValidator(_region_network)]
ServiceCidr = Annotated[str, AfterValidator(_service_network)]
Tag = Annotated[str, StringConstraints(pattern=patterns.TAG), AfterValidator(_lasting_tag)]
Image = Annotated[str, StringConstraints(pattern=patterns.IMAGE, max_length=512), AfterValidator(_lasting_image)]
"""An image with a tag or a digest: without one it would be another image each time."""
Email = Annotated[str, StringConstraints(pattern=patterns.EMAIL, max_length=254)]
Endpoint = Annotated[str, StringConstraints(pattern=patterns.ENDPOINT, max_length=100), AfterValidator(_endpoint)]
TagValue = Annotated[str, StringConstraints(pattern=patterns.TAG_VALUE, max_length=256), AfterValidator(_no_blank)]
"""[Tagging AWS resources, tag naming limits: what every service takes]"""
Distinct = AfterValidator(_distinct)
Region = Annotated[str, StringConstraints(pattern=patterns.REGION), AfterValidator(_region)]
Zone = Annotated[str, StringConstraints(pattern=patterns.ZONE)]
AccountId = Annotated[str, StringConstraints(pattern=patterns.ACCOUNT_ID)]
Domain = Annotated[str, StringConstraints(pattern=patterns.DOMAIN, max_length=200)]
ZoneDomain = Annotated[Domain, Field(max_length=64)]
"""A domain that a certificate is for: ACM takes at most 64 characters as its first name. [RequestCertificate, DomainName]"""
LABEL_LENGTH = 40
Label = Annotated[str, StringConstraints(pattern=patterns.LABEL)]
"""A Kubernetes and DNS label, at most 40 characters so that a suffix still fits in 63."""
Application = Annotated[Label, AfterValidator(_application)]
Namespace = Annotated[Label, AfterValidator(_namespace)]
PhaseName = Annotated[str, StringConstraints(pattern=patterns.PHASE)]
Identity = Annotated[str, StringConstraints(pattern=patterns.IDENTITY)]
"""[CreateAccessEntry, principalArn: a role or a user]"""
_SqlName = Annotated[str, StringConstraints(pattern=patterns.SQL_NAME)]
DatabaseName = Annotated[_SqlName, _sql_name(naming.DATABASE)]
Login = Annotated[_SqlName, _sql_name(naming.LOGIN)]
Administrator = Annotated[Login, Field(max_length=naming.MASTER_LOGIN.longest)]
UrlPath = Annotated[str, StringConstraints(pattern=patterns.PATH, max_length=100)]
Port = Annotated[int, Field(ge=1, le=65535)]
PrefixList = Annotated[str, StringConstraints(pattern=patterns.PREFIX_LIST)]
HeaderName = Annotated[str, StringConstraints(pattern=patterns.HEADER)]
VolumeGib = Annotated[int, Field(ge=1, le=65536)]
"""[ModifyVolume, Size: gp3 1 to 65,536 GiB]"""
Percent = Annotated[int, Field(ge=1, le=100)]
LARGEST_INT = 2**31 - 1
PositiveInt = Annotated[int, Field(ge=1, le=LARGEST_INT)]
NaturalInt = Annotated[int, Field(ge=0, le=LARGEST_INT)]
Architecture = Annotated[str, StringConstraints(pattern=patterns.ARCHITECTURE)]
SCHEMA_VERSION = 1
