"""Text files that people name: whether there is one, and whether it is a text of a sensible size."""

from __future__ import annotations

from pathlib import Path

from infra.errors import InputError, Mistake

MAX_BYTES = 1024 * 1024


def read_text(path: Path, wanted: str, most_bytes: int | None = MAX_BYTES) -> str:
    """The UTF-8 text of a regular file, without a byte order mark. `wanted` says in errors what it should be.

    Raises InputError. A pipe is refused: it can be read only once, and waiting for it could last for ever.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "a pipe or a device"
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


def _decoded(raw: bytes, path: str, wanted: str) -> str:
    if b"\0" in raw:
        raise InputError([Mistake(path, None, "file", "a binary file (it has a zero byte)", f"{wanted} in UTF-8")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found, hint = f"byte 0x{raw[error.start]:02x}", "Save the file as UTF-8."
        raise InputError([Mistake(path, line, "file", found, f"{wanted} in UTF-8", hint)]) from None
