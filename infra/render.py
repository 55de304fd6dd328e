"""Rendering stack configs: a Jinja2 template over a config and its provenance, and the files as they stand on disk."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from infra import textfile
from infra.config import CONFIG_KEY
from infra.derive import Derived
from infra.errors import InputError, Mistake
from infra.project import shown
from infra.stackfile import Foreign, foreign
from infra.textfile import read_text

_WRITTEN_BY = "# Written by `ramp generate`"
"""What the template begins a stack config with."""


@dataclass(frozen=True)
class Rendered:
    """One stack config as it should stand: its path, its text, and the text that stands there now (None: no file)."""

    path: Path
    text: str
    current: str | None

    @property
    def changed(self) -> bool:
        return self.text != self.current

    def difference(self) -> str:
        """A unified diff from what stands there to what should."""
        name = shown(self.path)
        before, after = (text.splitlines(keepends=True) for text in (self.current or "", self.text))
        return "".join(difflib.unified_diff(before, after, name, f"{name} (generated)"))


def render(derived: Derived, roadmap: str, settings: str, kept: Foreign) -> str:
    """The text of a stack config. `roadmap` and `settings` name the sources; `kept` is what others wrote into the file.

    Every value carries a comment with its source. Raises jinja2.UndefinedError where the template names a value that
    isn't there.
    """
    config = derived.config.model_dump(mode="json")
    template = _environment().get_template("stack.yaml.j2")
    text = template.render(
        config=config,
        provenance=derived.provenance,
        config_key=CONFIG_KEY,
        roadmap=roadmap,
        settings=settings,
        kept=kept,
    )
    return text.rstrip("\n") + "\n"


def render_all(derived: Iterable[Derived], roadmap: Path, settings: Path, out: Path) -> tuple[Rendered, ...]:
    """Every phase's stack config for the folder `out`, with what Pulumi added to the file that stands there.

    Raises InputError where a file stands there that can't be read, so that nothing in it is lost.
    """
    rendered = []
    for phase in derived:
        path = out / f"Pulumi.{phase.config.name}.yaml"
        current = _current(path)
        text = render(phase, roadmap.name, settings.name, Foreign())
        if current and current != text:  # one that is as it was generated holds nothing of others: no need to parse it
            text = render(phase, roadmap.name, settings.name, foreign(current, shown(path)))
        rendered.append(Rendered(path, text, current))
    return tuple(rendered)


def write_all(rendered: Iterable[Rendered]) -> None:
    """Write those that changed, all or none. Raises InputError where the folder can't be written to."""
    changed = [(file.path, file.text.encode()) for file in rendered if file.changed]
    textfile.write_all(changed, "--out", "a folder that can be written to")


def left_behind(rendered: Sequence[Rendered]) -> tuple[Path, ...]:
    """Stack configs beside these of phases that the document no longer has. Raises InputError for an unreadable one."""
    ours = {file.path for file in rendered}
    there = sorted(path for folder in {path.parent for path in ours} for path in folder.glob("Pulumi.phase*.yaml"))
    return tuple(path for path in there if path not in ours and _WRITTEN_BY in (_current(path) or ""))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    environment.filters["scalar"] = scalar
    environment.tests["records"] = lambda value: isinstance(value, list) and any(isinstance(v, dict) for v in value)
    return environment


def scalar(value: Any) -> str:
    """A scalar, or an empty collection, as YAML that every YAML version reads as the same value.

    Text stays plain only where no reader could take it for something else: Pulumi reads `yes` as text and PyYAML as true.
    A whole number has no point, as Pulumi writes it.
    """
    if isinstance(value, str) and not _plain(value):
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _plain(text: str) -> bool:
    """Whether text may stand unquoted: a word or a path of plain characters that isn't one of YAML's own words."""
    if text.lower() in {"yes", "no", "on", "off", "true", "false", "null", "y", "n", "nan", "inf"}:
        return False
    return re.fullmatch(r"/?[A-Za-z][A-Za-z0-9_./@-]*", text) is not None


def _current(path: Path) -> str | None:
    try:
        there = path.exists()
    except (OSError, ValueError) as error:
        raise InputError([Mistake(repr(str(path.parent)), None, "--out", str(error), "a folder")]) from None
    return read_text(path, "a stack config, or no file,") if there else None
