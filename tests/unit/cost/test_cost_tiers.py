"""Charges at their tiers: against published sums, and that nothing is lost or used twice between tiers."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from infra.catalogue.prices import PriceBook
from infra.cost.bill import price
from infra.cost.items import Charge, Group
from infra.cost.span import Span, total

BOOK = PriceBook.load(("us-east-1",))
GIB = st.integers(0, 400_000)


def out(gib: int, resource: str = "vpc") -> Charge:
    return Charge(
        resource=resource, group=Group.NETWORK, region="us-east-1", service="transfer", item="to internet", unit="GB",
        quantity=Span.of(gib), basis="", fixed=False,
    )  # fmt: skip


def dollars(*gib: int) -> Decimal:
    return total(i.amount for i in price([out(g, f"vpc{n}") for n, g in enumerate(gib)], BOOK)).expected


def test_data_to_the_internet_costs_what_each_tier_says() -> None:
    """Worked example: infracost, data_transfer_test, us-east-2 (the same rates): 157,000 GB in four tiers.

    It has 10,240 GB for $921.60, 40,960 for $3,481.60, 102,400 for $7,168.00, 3,400 for $170.00, and leaves out the
    100 GB that are free ($9.00).
    """
    items = price([out(157_000)], BOOK)
    amounts = [(f"{i.quantity.expected:f}", f"{i.amount.expected:.2f}") for i in items]
    assert amounts == [
        ("100", "0.00"), ("10140", "912.60"), ("40960", "3481.60"), ("102400", "7168.00"), ("3400", "170.00"),
    ]  # fmt: skip


@given(first=GIB, second=GIB)
def test_two_that_share_a_tier_pay_together_what_one_would(first: int, second: int) -> None:
    """Guards against giving each of two regions' ways out the free allowance, or each the first tier's price."""
    assert dollars(first, second) == dollars(first + second)


@given(gib=GIB)
def test_the_parts_in_all_tiers_add_up_to_the_whole_quantity(gib: int) -> None:
    """Guards against a gap or an overlap between tiers."""
    assert total(i.quantity for i in price([out(gib)], BOOK)).expected == gib


@given(gib=GIB, more=st.integers(1, 100_000))
def test_more_never_costs_less(gib: int, more: int) -> None:
    """Guards against a tier's price being applied to the whole quantity."""
    assert dollars(gib + more) >= dollars(gib)
    assert gib < 100 or dollars(gib + more) > dollars(gib)
