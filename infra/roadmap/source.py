"""The file itself: whether it is there, and whether it is a text of a sensible size."""

from __future__ import annotations

import codecs
from pathlib import Path

from infra.errors import InputError, Mistake
from infra.roadmap.mistakes import meant

# The longest public plan we met has about 100 kB. Beyond one MiB somebody named the wrong file.
MAX_BYTES = 1024 * 1024


def read_file(path: Path) -> str:
    """The text of a roadmap file, without a byte order mark. Raises InputError if there is none to read."""
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "a pipe or a device"
            raise _refused(path, kind, "a Markdown file that can be read", _near(path))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _refused(path, _reason(error), "a Markdown file that can be read", _near(path)) from error
    if len(data) > MAX_BYTES:
        raise _refused(path, f"more than {MAX_BYTES} bytes", f"at most {MAX_BYTES} bytes (1 MiB)")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(path, "UTF-16", "Markdown text in UTF-8", "Save the file as UTF-8.")
    if b"\0" in data:
        raise _refused(path, "a binary file (it has a zero byte)", "Markdown text in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"byte 0x{data[error.start]:02x}"
        hint = "Save the file as UTF-8; it looks like Latin-1 or Windows-1252."
        raise _refused(path, found, "Markdown text in UTF-8", hint, line) from error


def _refused(path: Path, received: str, allowed: str, hint: str = "", line: int | None = None) -> InputError:
    return InputError([Mistake(str(path), line, "roadmap", received, allowed, hint)])


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else "a path that cannot be opened"


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except (OSError, ValueError):
        return ""
    return meant(path.name, names) if path.name not in names else ""
