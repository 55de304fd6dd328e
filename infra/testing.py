"""The test kit: pytest fixtures that give a test the resource graph of a program or of a phase.

A project of its own takes them with `pytest_plugins = ["infra.testing"]` in its top-level conftest.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

import pytest

from infra.graph import ResourceGraph


class GraphOf(Protocol):
    """Plans a program: what the fixture `graph_of` gives."""

    def __call__(self, program: Callable[[], object], *, config: Mapping[str, str] | None = None) -> ResourceGraph:
        """Returns what `program` registers as the stack "test" of the project "test"; raises what `infra.plan.plan` does."""
        ...


@pytest.fixture(scope="session")
def graph_of() -> GraphOf:
    """What plans a program in process: `graph = graph_of(lambda: Network("network", args, opts))`."""
    from infra.plan import plan

    def planned(program: Callable[[], object], *, config: Mapping[str, str] | None = None) -> ResourceGraph:
        return plan(program, project="test", stack="test", config=config)

    return planned


@pytest.fixture(scope="session")
def phase_graph() -> Callable[[str], ResourceGraph]:
    """What plans a phase from its committed stack config: `graph = phase_graph("phase2")`. Each is planned once a session."""
    from infra.config import load_file
    from infra.plan import plan_config
    from infra.project import stack_file

    return cache(lambda phase: plan_config(load_file(stack_file(phase))))
