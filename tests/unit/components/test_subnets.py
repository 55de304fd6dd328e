"""The subnet allocator."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.subnets import allocate

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d")
networks = st.builds(
    lambda second, prefix: str(ipaddress.ip_network((int(ipaddress.ip_address(f"10.{second}.0.0")), prefix))),
    st.integers(0, 255),
    st.integers(16, 24),
)


def blocks(cidr: str, count: int) -> list[ipaddress.IPv4Network]:
    return [ipaddress.IPv4Network(b) for z in allocate(cidr, ZONES[:count]) for b in (z.private, z.public, z.data)]


@given(networks, st.integers(1, 4))
def test_no_two_subnets_overlap_and_all_lie_inside_the_network(cidr: str, count: int) -> None:
    """Guards the VPC: AWS refuses an overlapping subnet only when it is created."""
    found = blocks(cidr, count)
    assert all(block.subnet_of(ipaddress.IPv4Network(cidr)) for block in found)
    assert not [(a, b) for i, a in enumerate(found) for b in found[i + 1 :] if a.overlaps(b)]


@given(networks, st.integers(1, 3))
def test_a_further_zone_moves_no_earlier_subnet(cidr: str, count: int) -> None:
    """Guards growth in place: a moved subnet is replaced, with everything in it."""
    assert blocks(cidr, count + 1)[: 3 * count] == blocks(cidr, count)


def test_private_subnets_are_the_largest() -> None:
    """Guards pods, each of which takes an address."""
    zone = allocate("10.0.0.0/16", ZONES[:3])[0]
    assert (zone.private, zone.public, zone.data) == ("10.0.0.0/19", "10.0.128.0/20", "10.0.192.0/20")


@pytest.mark.parametrize(
    ("cidr", "zones"), [("10.0.0.0/25", ZONES[:2]), ("10.0.0.0/16", ()), ("10.0.0.0/16", ("a", "a"))]
)
def test_what_cannot_be_divided_is_refused(cidr: str, zones: tuple[str, ...]) -> None:
    """Guards against subnets below AWS's smallest, and against zones that aren't different."""
    with pytest.raises(ValueError, match=r"too small|zones must be"):
        allocate(cidr, zones)
