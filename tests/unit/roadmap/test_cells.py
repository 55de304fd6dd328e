"""The grammar of an infrastructure table's cells."""

from __future__ import annotations

import pytest

from infra.roadmap.cells import CellError, parse_cell
from infra.roadmap.model import Capacity, Size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1x 24vCPU, 48GB", {"count": 1, "size": Size(24, 48)}),
        ("12 × 8 vCPU, 16 GB", {"count": 12, "size": Size(8, 16)}),
        ("16 vCPU/32 GiB", {"size": Size(16, 32)}),
        ("16 vCPU, 32GB RAM, 1TB SSD", {"size": Size(16, 32, 1024)}),
        ("4 vCPU, 16GB, 1.5TB", {"size": Size(4, 16, 1536)}),
        ("8 vCPU, 28.8 GB memory", {"size": Size(8, 29)}),
        ("1P + 4R (48vCPU, 96GB)", {"count": 1, "read_replicas": 4, "size": Size(48, 96)}),
        ("1 primary, 2 replicas", {"count": 1, "read_replicas": 2}),
        ("1x 32vCPU, 64GB + 2 read replicas", {"count": 1, "read_replicas": 2, "size": Size(32, 64)}),
        ("Primary + read replica", {"count": 1, "read_replicas": 1}),
        ("Redis Cluster (3 nodes)", {"count": 3, "clustered": True}),
        ("6-node cluster", {"count": 6, "clustered": True}),
        ("3 nodes (cluster)", {"count": 3, "clustered": True}),
        ("3x 8vCPU, 16GB (Cluster)", {"count": 3, "size": Size(8, 16), "clustered": True}),
        ("2x 4vCPU, 8GB (HA)", {"count": 2, "size": Size(4, 8), "highly_available": True}),
        ("HA", {"highly_available": True}),
        ("2 regions (active-passive)", {"count": 2, "region_mode": "active-passive"}),
        ("3 regions (active/active)", {"count": 3, "region_mode": "active-active"}),
        ("Single region", {"count": 1}),
        ("Global CDN", {}),
        ("-", {"absent": True}),
        ("—", {"absent": True}),
        ("2.000x 8vCPU, 16GB", {"count": 2000, "size": Size(8, 16)}),
        ("8 vCPU, 32 GB, 2'000 GB", {"size": Size(8, 32, 2000)}),
        ("2 TB SSD, 8 vCPU, 32 GB", {"size": Size(8, 32, 2048)}),
        ("(8 vCPU, 16GB) × 4", {"count": 4, "size": Size(8, 16)}),
        ("2 x 8-core, 32GB", {"count": 2, "size": Size(8, 32)}),
        ("16 vCPU, 128 GiB + two read replicas", {"size": Size(16, 128), "read_replicas": 2}),
        ("16 vCPU/64 GB + read replica", {"size": Size(16, 64), "read_replicas": 1}),
        ("primary + 2 read replicas", {"count": 1, "read_replicas": 2}),
        ("1 writer, 2 readers (8 vCPU, 32 GB)", {"count": 1, "read_replicas": 2, "size": Size(8, 32)}),
        ("3 nodes (cluster mode enabled)", {"count": 3, "clustered": True}),
        ("two regions (active/passive)", {"count": 2, "region_mode": "active-passive"}),
        ("8x 8vCPU, 16GB*", {"count": 8, "size": Size(8, 16)}),
        ("8x 8vCPU, 16GB [1]", {"count": 8, "size": Size(8, 16)}),
    ],
)
def test_a_cell_reads_to_what_it_says(text: str, expected: dict[str, object]) -> None:
    """Guards each form of the grammar; a form that stops matching would size something else or nothing."""
    assert parse_cell(text) == Capacity(text=text, **expected)  # pyright: ignore[reportArgumentType]


def test_a_terabyte_is_1024_gibibytes() -> None:
    """Guards against a volume planned smaller than the one that runs today."""
    size = parse_cell("16 vCPU, 32GB RAM, 1TB SSD").size
    assert size and size.storage_gib == 1024


def test_a_cell_that_restates_only_the_vcpus_keeps_the_memory_of_before() -> None:
    """Guards `12 × 8vCPU`: the same server, more of them."""
    assert parse_cell("12 × 8vCPU", known=Size(8, 16)).size == Size(8, 16)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the cell is empty; write - for none"),
        ("some servers", "'some servers' is not understood"),
        ("4x 8vCPU, 16GB on spot", "'on spot' is not understood"),
        ("-4x 8vCPU, 16GB", "a count cannot be negative"),
        ("0x 8vCPU, 16GB", "count is 0, and must be at least 1"),
        ("99999x 8vCPU, 16GB", "count is 99999, and may be at most 10000"),
        ("4x 5000vCPU, 16GB", "vCPU is 5000, and may be at most 1024"),
        ("1P + 40R (8vCPU, 16GB)", "read replicas is 40, and may be at most 15"),
        ("4x 6-node cluster", "count is given twice, as 4 and as 6"),
        ("8vCPU", "a size needs both vCPU and memory, as in 8vCPU, 16GB"),
        ("12 × 16vCPU", "a size needs both vCPU and memory, as in 8vCPU, 16GB"),
        ("1x db.r6g.4xlarge", "'db.r6g.4xlarge' is not understood: write a machine type as its size"),
        ("8-12 servers", "'8-12 servers' is not understood: write the one number planned for"),
        ("up to 16x 8vCPU, 16GB", "'up to 16x 8vCPU, 16GB' is not understood: write the one number planned for"),
        (
            "PostgreSQL 16, 8 vCPU, 32 GB",
            "'16, 8 vCPU, 32 GB' is not understood: write what it counts, as in 4x or 4 nodes",
        ),
        (
            "3 nodes (cluster mode disabled)",
            "'disabled)' is not understood: several nodes are a cluster here, and one needs no word for it",
        ),
        ("2x 4vCPU, 8GB, 2 regions", "regions are counted in the row Multi-Region"),
        ("1 TB, 16 vCPU, 64 GB", "say which is the memory, as in 64GB RAM, 1024GB SSD"),
        ("4vCPU, 8GB, 1.024TB", "storage GiB is 1048576, and may be at most 131072"),
    ],
)
def test_a_cell_that_cannot_be_read_says_why(text: str, reason: str) -> None:
    """Guards against a slip that is quietly read as something smaller."""
    with pytest.raises(CellError) as caught:
        parse_cell(text, known=Size(8, 16) if text.startswith("12") else None)
    assert str(caught.value) == reason
