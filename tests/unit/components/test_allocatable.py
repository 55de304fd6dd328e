"""What a node leaves to pods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.allocatable import Capacity, allocatable


def test_a_c7g_2xlarge_leaves_what_eks_publishes() -> None:
    """Guards the pod's request: one that asks for more than a node leaves is never scheduled."""
    assert allocatable(8, 16, "arm64", 110) == Capacity(7910, 13531)


@given(st.integers(1, 96), st.integers(2, 384), st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_shares_of_a_node_never_exceed_it(vcpu: int, memory_gib: int, shares: list[int]) -> None:
    """Guards the rule that one pod of each service fits on a server."""
    node = Capacity(vcpu * 1000, memory_gib * 1024)
    parts = [node.share(percent) for percent in shares if sum(shares) <= 100]
    assert sum(part.cpu_millicores for part in parts) <= node.cpu_millicores
    assert sum(part.memory_mib for part in parts) <= node.memory_mib


def test_daemons_that_leave_nothing_are_refused() -> None:
    """Guards against a request of zero, which would put every pod on one node."""
    with pytest.raises(ValueError, match="leaves nothing"):
        Capacity(100, 100).less(Capacity(100, 50))
