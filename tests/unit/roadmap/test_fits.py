"""A cell's figures must mean something in the row that they stand in."""

from __future__ import annotations

import pytest

from tests.unit.roadmap.changed import mistakes, roadmap


@pytest.mark.parametrize(
    ("row", "cell", "allowed"),
    [
        (
            "| Application Server | 4x 8vCPU, 16GB | 8x 8vCPU, 16GB |",
            "8x 8vCPU, 16GB + 2 read replicas",
            "read replicas in the database's row; elsewhere a count of nodes (3 nodes)",
        ),
        (
            "| Redis Cache | 1x 4vCPU, 8GB | 1x 8vCPU, 16GB |",
            "1P + 2R (8vCPU, 16GB)",
            "read replicas in the database's row; elsewhere a count of nodes (3 nodes)",
        ),
        (
            "| Redis Cache | 1x 4vCPU, 8GB | 1x 8vCPU, 16GB |",
            "1x 8vCPU, 16GB (HA)",
            "two or more for what is highly available or a cluster",
        ),
        (
            "| Database Server | 1x 16vCPU, 32GB | 1x 24vCPU, 48GB |",
            "2x 24vCPU, 48GB",
            "one primary and its read replicas (1P + 2R). Further primaries are shards: write Database sharding by <key> "
            "under Architecture Changes.",
        ),
        (
            "| Database Server | 1x 16vCPU, 32GB | 1x 24vCPU, 48GB |",
            "1x 24vCPU, 48GB (active-passive)",
            "active-passive or active-active in the row Multi-Region",
        ),
    ],
)
def test_a_figure_without_a_meaning_in_its_row_is_refused(row: str, cell: str, allowed: str) -> None:
    """Guards against a count or a word that no plan follows."""
    label, _, after = row.strip("| ").split(" | ")
    line = {"Application Server": 102, "Database Server": 103, "Redis Cache": 104}[label]
    found = mistakes("mgx-ai", (row, row.replace(f"| {after} |", f"| {cell} |")))
    assert found[0] == f"r.md:{line}: {label}: got '{cell}'; allowed: {allowed}"


@pytest.mark.parametrize(
    ("old", "new", "listed"),
    [
        (
            "| Load Balancer | HA |",
            "| Load Balancer | 4 vCPU, 8GB |",
            ("4 vCPU, 8GB", "Load Balancer, which AWS sizes itself"),
        ),
        (
            "| Application Server | 8 vCPU, 16GB RAM |",
            "| Application Server | 8 vCPU, 16GB RAM, 200GB SSD |",
            ("200 GiB of disk", "Application Server"),
        ),
    ],
)
def test_what_aws_decides_is_listed_as_not_used(old: str, new: str, listed: tuple[str, str]) -> None:
    """Guards against a size that vanishes because the thing has none."""
    assert listed in {(item.text, item.heading) for item in roadmap("mgx-ai", (old, new)).unused}


@pytest.mark.parametrize(
    ("title", "message"),
    [
        (
            "#### Database: 24 vCPU, 48 GB",
            "r.md:99: section: got 'Database: 24 vCPU, 48 GB'; allowed: sizes in the infrastructure table or in a block",
        ),
    ],
)
def test_a_size_in_a_title_is_refused(title: str, message: str) -> None:
    """Guards against figures where the reader looks for words alone."""
    assert message in mistakes("mgx-ai", ("**Infrastructure Changes**:\n", f"{title}\n\n**Infrastructure Changes**:\n"))


def test_an_autoscaler_block_in_the_baseline_is_refused() -> None:
    """Guards against a range that stands where no phase reads it."""
    block = "```yaml\nkind: HorizontalPodAutoscaler\n```\n\n### Performance Characteristics"
    assert mistakes("mgx-ai", ("### Performance Characteristics", block)) == [
        "r.md:25: auto-scaling configuration: got a block outside any phase; allowed: the block under the phase it is for"
    ]
