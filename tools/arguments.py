"""Renews the arguments shown on the components' pages: each block behind `<!-- arguments: FILE -->` is that file's class.

`python tools/arguments.py` rewrites docs/components; `tests/unit/components/test_pages.py` holds it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "components"
BLOCK = re.compile(r"(<!-- arguments: (?P<file>[^\n]+) -->\n```python\n).*?(^```$)", re.DOTALL | re.MULTILINE)


def renewed(text: str) -> str:
    """The page with every block's content replaced by the classes as they are."""
    return BLOCK.sub(lambda block: f"{block[1]}{arguments(ROOT / block['file'])}{block[3]}", text)


def shown(text: str) -> list[str]:
    """The files whose arguments a page shows."""
    return [block["file"] for block in BLOCK.finditer(text)]


def arguments(file: Path) -> str:
    """The source of a component's `…Args` class, without its decorator."""
    source = file.read_text(encoding="utf-8")
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return "".join(f"{ast.get_source_segment(source, node)}\n" for node in classes if node.name.endswith("Args"))


def components() -> list[str]:
    """The files, from the project's root, in which a component is."""
    files = sorted((ROOT / "components").glob("*.py"))
    return [str(f.relative_to(ROOT)) for f in files if "(pulumi.ComponentResource)" in f.read_text(encoding="utf-8")]


if __name__ == "__main__":
    for page in sorted(PAGES.glob("*.md")):
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
