"""What the tests of the engine share: the engine itself, a cloud, and workspaces with the stand-in plugins attached."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # `tests` is no installed package

from infra.project import ROOT
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


@pytest.fixture(scope="module")
def story(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Cloud]]:
    """This project and a cloud that the tests of a module share, for what happens to them step by step."""
    cloud = Cloud()
    with serve(cloud) as plugins:
        yield Workspace.copy(engine, ROOT, tmp_path_factory.mktemp("story") / "workspace", plugins), cloud


@pytest.fixture
def cloud() -> Cloud:
    """An empty cloud."""
    return Cloud()


@pytest.fixture
def workspace(engine: Engine, cloud: Cloud, tmp_path: Path) -> Iterator[Callable[[Path], Workspace]]:
    """Makes a workspace of a project, whose plugins all act on the one cloud."""
    with serve(cloud) as plugins:
        yield lambda project: Workspace.copy(engine, project, tmp_path / "workspace", plugins)
