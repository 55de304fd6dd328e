"""What a test does where a server isn't installed: it is skipped with one line, and in CI it fails."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest


def require(find: Callable[[str], str | None], *programs: str) -> None:
    """Skips the test that calls it if `find` gives no path for one of `programs`; fails it where CI=true."""
    absent = [name for name in programs if find(name) is None]
    if absent:
        text = f"missing: {', '.join(absent)}"
        if os.environ.get("CI") == "true":
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
