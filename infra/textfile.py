"""Files that people name: read if they are texts of a sensible size, written whole or not at all."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from infra.errors import InputError, Mistake
from infra.project import shown

MAX_BYTES = 1024 * 1024


def read_text(path: Path, wanted: str, most_bytes: int | None = MAX_BYTES) -> str:
    """The UTF-8 text of a regular file, without a byte order mark. `wanted` says in errors what it should be.

    Raises InputError. A pipe is refused: it can be read only once, and waiting for it could last for ever.
    """
    try:
        if kind := _no_file(path):
            raise InputError([Mistake(str(path), None, "file", kind, wanted)])
        with path.open("rb") as file:
            raw = file.read() if most_bytes is None else file.read(most_bytes + 1)
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or type(error).__name__)
        raise InputError([Mistake(str(path), None, "file", reason.lower(), wanted)]) from None
    except ValueError:
        raise InputError([Mistake(repr(str(path)), None, "file", "a name that no file can have", wanted)]) from None
    if most_bytes is not None and len(raw) > most_bytes:
        most = f"{most_bytes // 1024} KiB"
        raise InputError([Mistake(str(path), None, "file", f"more than {most}", f"{wanted} of at most {most}")])
    return _decoded(raw, str(path), wanted)


def _no_file(path: Path) -> str:
    """What stands at a path where it is no regular file; empty where it is one, or nothing."""
    if not path.exists() or path.is_file():
        return ""
    return "a folder" if path.is_dir() else "a pipe or a device"


def _decoded(raw: bytes, path: str, wanted: str) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError([Mistake(path, None, "file", "UTF-16", f"{wanted} in UTF-8", "Save the file as UTF-8.")])
    if b"\0" in raw:
        raise InputError([Mistake(path, None, "file", "a binary file (it has a zero byte)", f"{wanted} in UTF-8")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found, hint = f"byte 0x{raw[error.start]:02x}", "Save the file as UTF-8."
        raise InputError([Mistake(path, line, "file", found, f"{wanted} in UTF-8", hint)]) from None


def check_place(path: Path, option: str, wanted: str) -> None:
    """Raises InputError where no file can be written: what is there is no file, or what it would be in is no folder.

    `option` is what named the file, and `wanted` says in errors what it should be.
    """
    folder = next(above for above in path.absolute().parents if os.path.lexists(above))
    strange, kind = (path, _no_file(path)) if folder.is_dir() else (folder, _no_file(folder) or "a file")
    if kind:
        raise InputError([Mistake(shown(strange), None, option, kind, wanted)])


def write_all(files: Iterable[tuple[Path, bytes]], option: str, wanted: str) -> None:
    """Writes all files or none: each through a file beside it, that takes its place when all are there.

    A link stays one: what it leads to is written. `option` is what named the files, and `wanted` says in errors what it
    should be. Raises InputError.
    """
    written: list[tuple[Path, Path]] = []
    path = Path()
    try:
        for path, content in files:
            check_place(path, option, wanted)
            target = Path(os.path.realpath(path))
            written.append((_beside(target, content), target))
        for beside, path in written:
            beside.replace(path)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError([Mistake(shown(path), None, option, reason, wanted)]) from error
    finally:
        for beside, _ in written:
            beside.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    """A new file beside `path` with its mode and the content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
