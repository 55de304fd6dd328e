"""AWS's bulk price lists, read in pieces."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.catalogue.bulkfile import BrokenPriceFile, entries


@given(
    products=st.dictionaries(
        st.text("ABC", min_size=1), st.dictionaries(st.text(), st.text() | st.integers()), max_size=4
    ),
    chunk=st.integers(1, 50),
    indent=st.sampled_from([None, 2]),
)
def test_reading_in_pieces_finds_what_reading_at_once_finds(
    products: dict[str, Any], chunk: int, indent: int | None
) -> None:
    """Guards the streaming reader at every place where a piece of a file may end: in names, escapes and numbers."""
    whole = {"version": 12, "products": products, "terms": {"OnDemand": products, "Reserved": {}}}
    found = dict(entries(io.StringIO(json.dumps(whole, indent=indent)), chunk))
    expected = {("version",): 12, **{("products", k): v for k, v in products.items()}}
    expected |= {("terms", "OnDemand", k): v for k, v in products.items()}
    assert found == expected


def test_a_file_that_ends_early_is_broken_wherever_it_ends() -> None:
    """Guards against a truncated download that reads as a shorter price list."""
    text = json.dumps({"products": {"A": {"sku": "A"}}, "terms": {"OnDemand": {"A": {"usd": "0.31"}}}}, indent=1)
    for end in range(len(text) - 1):
        with pytest.raises(BrokenPriceFile):
            list(entries(io.StringIO(text[:end]), 64))
