"""Instance classes: what `smallest` and `exact` answer, and that the data they answer from is plausible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.catalogue import specs

RDS_FAMILIES = ("m7g", "r7g")
GIB_PER_VCPU = {"c": 2, "m": 4, "r": 8}


@pytest.mark.parametrize(
    ("vcpu", "memory_gib", "expected"),
    [
        (16, 32, "db.m7g.4xlarge"),
        (24, 48, "db.m7g.8xlarge"),
        (32, 64, "db.m7g.8xlarge"),
        (48, 96, "db.m7g.12xlarge"),
        (8, 64, "db.r7g.2xlarge"),
    ],
)
def test_every_database_of_the_roadmap_gets_the_smallest_class_that_holds_it(
    vcpu: int, memory_gib: int, expected: str
) -> None:
    """Guards against a class that is too small in one of the two, or dearer than needed (24 vCPU exists nowhere)."""
    assert specs.smallest("rds", vcpu, memory_gib, "arm64", families=RDS_FAMILIES).name == expected


def test_cache_memory_is_what_a_node_can_use_and_not_what_it_is_sold_with() -> None:
    """Guards against a node that is sold with 8 GiB (cache.m7g.large, 6.38 usable) holding an 8 GiB cache on paper."""
    chosen = specs.smallest("elasticache", 2, 8, "arm64", families=("m7g",))
    assert (chosen.name, chosen.memory_gib) == ("cache.m7g.xlarge", 12.93)


def test_equal_sizes_go_to_the_family_named_first() -> None:
    """Guards against a choice that depends on the order of rows in a file rather than on the settings."""
    assert specs.smallest("ec2", 8, 16, "arm64", families=("c8g", "c7g")).name == "c8g.2xlarge"
    assert specs.smallest("ec2", 8, 16, "arm64", families=("c7g", "c8g")).name == "c7g.2xlarge"


def test_exact_lists_every_type_of_precisely_that_size_in_the_order_of_families() -> None:
    """Guards against a node pool that would be filled with larger servers than the document counts."""
    assert [c.name for c in specs.exact("ec2", 8, 16, "arm64", ("c8g", "m7g", "c7g"))] == ["c8g.2xlarge", "c7g.2xlarge"]
    assert [c.name for c in specs.exact("ec2", 8, 16, "amd64", ("c7i",))] == ["c7i.2xlarge"]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda: specs.smallest("rds", 128, 256, "arm64", families=("m7g",)),
            "no rds class of arm64 family m7g has 128 vCPU and 256 GiB; "
            "the largest is db.m7g.16xlarge with 64 vCPU and 256 GiB",
        ),
        (
            lambda: specs.exact("elasticache", 8, 16, "arm64", ("r7g",)),
            "no elasticache class of arm64 family r7g has precisely 8 vCPU and 16 GiB; "
            "there are 2/13.07, 4/26.32, 8/52.82",
        ),
        (
            lambda: specs.smallest("elasticache", 2, 4, "amd64", families=("m7g",)),
            "no elasticache family m7g of amd64; allowed: none",
        ),
        (
            lambda: specs.smallest("ec2", 2, 4, "amd64", families=("c7g",)),
            "no ec2 family c7g of amd64; allowed: c6a, c6i, c7a, c7i, c8a, c8i, m6i, m7a, m7i, r7i, t3",
        ),
        (lambda: specs.classes("lambda"), "no instance classes for lambda; allowed: ec2, rds, elasticache"),
        (
            lambda: specs.find("rds", "db.m7g.6xlarge"),
            "no rds class is named db.m7g.6xlarge; rds.csv lists those that there are",
        ),
    ],
)
def test_a_question_without_an_answer_says_what_there_is(ask: Callable[[], object], message: str) -> None:
    """Guards against an IndexError or an empty node pool where the settings name what the catalogue lacks."""
    with pytest.raises(specs.NoInstanceClass) as error:
        ask()
    assert str(error.value) == message


@given(vcpu=st.integers(1, 64), memory_gib=st.integers(1, 256))
def test_smallest_is_large_enough_and_nothing_smaller_is(vcpu: int, memory_gib: int) -> None:
    """Guards the promise itself, for every size that the catalogue can hold."""
    chosen = specs.smallest("rds", vcpu, memory_gib, "arm64", families=RDS_FAMILIES)
    assert chosen.vcpu >= vcpu and chosen.memory_gib >= memory_gib
    offered = [c for c in specs.classes("rds") if c.family in RDS_FAMILIES]
    smaller = [c for c in offered if (c.vcpu, c.memory_gib) < (chosen.vcpu, chosen.memory_gib)]
    assert all(c.vcpu < vcpu or c.memory_gib < memory_gib for c in smaller)


@pytest.mark.parametrize("service", ["ec2", "rds"])
def test_each_family_keeps_its_ratio_of_memory_to_vcpu(service: str) -> None:
    """Guards against a wrong row, such as the public dump's 256 GiB for db.m8g.12xlarge (192 by its family's ratio)."""
    for c in specs.classes(service):
        if not c.family.startswith("t"):
            assert c.memory_gib == c.vcpu * GIB_PER_VCPU[c.family[0]], c


@pytest.mark.parametrize("service", specs.SERVICES)
def test_every_class_stands_once_with_a_source(service: str) -> None:
    """Guards against a second, contradicting row and against a row that nobody can check."""
    rows = specs.classes(service)
    assert len({c.name for c in rows}) == len(rows)
    assert all(c.source and c.architecture in ("arm64", "amd64") for c in rows)
