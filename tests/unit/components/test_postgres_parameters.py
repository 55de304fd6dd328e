"""The parameters of a database server, by its memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.postgres_parameters import apply_method, max_connections, parameters, work_mem_kib

MEMORY = st.sampled_from([1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 512, 1024])


@pytest.mark.parametrize(("memory_gib", "connections"), [(16, 1802), (32, 3604), (64, 5000), (192, 5000)])
def test_connections_are_rds_own_default(memory_gib: int, connections: int) -> None:
    """Guards the pools, which are cut out of this number."""
    assert max_connections(memory_gib) == connections


@given(MEMORY)
def test_all_sorts_together_take_a_quarter_of_the_memory_or_postgresqls_least(memory_gib: int) -> None:
    """Guards the server against running out of memory while every connection sorts."""
    taken = work_mem_kib(memory_gib) * max_connections(memory_gib)
    assert work_mem_kib(memory_gib) == 4096 or taken <= memory_gib * 2**20 // 4
    assert work_mem_kib(memory_gib) >= 4096


def test_what_a_running_server_cannot_take_over_waits_for_its_restart() -> None:
    """Guards an update that RDS refuses: a static parameter with `immediate`."""
    waiting = {name for name in parameters(64) if apply_method(name) == "pending-reboot"}
    assert waiting == {"max_connections", "rds.force_ssl", "rds.logical_replication", "shared_preload_libraries"}
