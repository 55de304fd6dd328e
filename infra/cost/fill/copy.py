"""The filled copy as bytes: what the file has beside its text, a byte order mark, stays too."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from infra.cost.estimate import Estimate
from infra.cost.fill.write import Filled, fill
from infra.roadmap.model import Roadmap
from infra.roadmap.source import read_file


def fill_copy(path: Path, roadmap: Roadmap, estimates: Sequence[Estimate], today: date) -> tuple[Filled, bytes]:
    """What `fill` makes of the file that `roadmap` was read from, and the bytes of the copy."""
    result = fill(read_file(path), roadmap, estimates, today)
    mark = codecs.BOM_UTF8 if path.read_bytes().startswith(codecs.BOM_UTF8) else b""
    return result, mark + result.text.encode()
