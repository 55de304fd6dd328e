"""The bills of the project's own document."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from infra.cost.estimate import Estimate
from infra.cost.phases import PricedPhase, price_document
from tests.unit.documents import document


@cache
def _priced() -> tuple[PricedPhase, ...]:
    return price_document(document())


@pytest.fixture(scope="session")
def priced() -> Callable[[str], PricedPhase]:
    """A phase of the project's own document, priced: `priced("phase3")`. All are planned once a session."""
    return lambda phase: next(one for one in _priced() if one.estimate.phase == phase)


@pytest.fixture(scope="session")
def bills() -> tuple[Estimate, ...]:
    """The bills of all phases of the project's own document, in order."""
    return tuple(one.estimate for one in _priced())
