"""What the tests of the engine share: the engine itself, a cloud, and workspaces with the stand-in plugins attached."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # `tests` is no installed package

from tests.engine.engine import Engine, EngineMissing, Workspace, find_engine
from tests.engine.standin import Cloud, serve

FIXTURE = Path(__file__).parent / "fixtures" / "program"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The Pulumi engine; without one the test is skipped with a line that names what is missing, and in CI it fails."""
    try:
        return find_engine()
    except EngineMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture
def cloud() -> Cloud:
    """An empty cloud."""
    return Cloud()


@pytest.fixture
def workspace(engine: Engine, cloud: Cloud, tmp_path: Path) -> Iterator[Callable[[Path], Workspace]]:
    """Makes a workspace of a project, whose plugins all act on the one cloud."""
    with serve(cloud) as plugins:
        yield lambda project: Workspace.copy(engine, project, tmp_path / "workspace", plugins)
