"""Fixtures of the graph tests."""

from functools import cache

import pytest

from tests.graph.deployed import deployed


@pytest.fixture(scope="session")
def deployed_phase():
    """What plans a phase on a stack of it that stands: `made = deployed_phase("phase2")`. Each is planned once a session."""
    return cache(deployed)
