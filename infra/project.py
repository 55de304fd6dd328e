"""Where this project's own files are: found from this file, never from the working directory."""

from __future__ import annotations

from pathlib import Path

from infra.errors import InputError, Mistake

ROOT = Path(__file__).resolve().parent.parent
ROADMAPS = ROOT / "roadmap"
SETTINGS = ROADMAPS / "settings.yaml"
SCHEMA = ROOT / "stack.schema.json"


def own_roadmap() -> Path:
    """The project's roadmap: the one Markdown file in `roadmap/`. Raises InputError where there isn't exactly one."""
    found = sorted(ROADMAPS.glob("*.md"))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        hint = "Name the document on the command line."
        raise InputError([Mistake(str(ROADMAPS), None, "roadmap", names, "exactly one Markdown file", hint)])
    return found[0]


def stack_file(phase: str) -> Path:
    """The committed stack config of a phase."""
    return ROOT / f"Pulumi.{phase}.yaml"


def shown(path: Path) -> str:
    """A path as a person would type it: relative to the working directory where it is below it. No link is followed."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)
