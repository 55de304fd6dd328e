"""What the tests of bad input share."""

from pathlib import Path

import pytest

from tests.unit.folder import Folder


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)
