"""Pool sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.pool_sizes import pool_sizes


def sizes(**changed: int):
    usual = {
        "max_connections": 5000, "reserved_percent": 10, "poolers": 3, "databases": 1,
        "replicas": 0, "app_pods": 10, "connections_per_pod": 20,
    }  # fmt: skip
    return pool_sizes(**{**usual, **changed})


@given(
    st.integers(100, 5000), st.integers(0, 90), st.integers(2, 10), st.integers(1, 100),
    st.integers(0, 5), st.integers(1, 500), st.integers(1, 100),
)  # fmt: skip
def test_all_pools_together_never_exceed_what_a_server_gives(
    connections: int, reserved: int, poolers: int, databases: int, replicas: int, pods: int, per_pod: int
) -> None:
    """Guards "too many clients" on the primary and on each replica, also while a rollout adds a pooler."""
    try:
        made = sizes(
            max_connections=connections, reserved_percent=reserved, poolers=poolers, databases=databases,
            replicas=replicas, app_pods=pods, connections_per_pod=per_pod,
        )  # fmt: skip
    except ValueError:
        return
    budget = connections * (100 - reserved) / 100
    on_primary = (poolers + 1) * databases * (made.write + (0 if replicas else made.read))
    assert made.write >= 1 and made.read >= 1
    assert on_primary <= budget
    assert not replicas or (poolers + 1) * databases * made.read <= budget * replicas


def test_a_pool_is_no_larger_than_what_the_applications_can_use() -> None:
    """Guards idle connections, each of which costs the server memory: 10 pods × 20 over 3 poolers are 67."""
    assert (sizes().write, sizes().read, sizes().clients) == (67, 67, 400)


def test_shards_share_a_server_and_replicas_add_up_for_reads() -> None:
    """Guards the formula by a figure of phase 3's size: 4500 over 4 poolers and 65 databases, four times as much for reads."""
    made = sizes(databases=65, replicas=4, app_pods=63)
    assert (made.write, made.read) == (17, 69)


def test_a_pool_without_a_connection_is_refused() -> None:
    """Guards a pooler that would start and serve nobody."""
    with pytest.raises(ValueError, match=r"less than one each\. Use fewer shards a server"):
        sizes(max_connections=225, databases=65)
