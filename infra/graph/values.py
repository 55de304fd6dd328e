"""What a property can be: plain data, something not known yet, a secret, a file, another resource."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

TYPE_KEY: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi's wire format and its JSON files mark an object that is more than plain data."""

SECRET_MARK: Final = "1b47061264138c4ac30d75fd1eb44270"
_ASSET_MARK: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE_MARK: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_REFERENCE_MARK: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_MARK: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_MARK: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

_DIGEST_KEY: Final = os.urandom(32)
"""New in each process: equal secrets have equal digests within one process, and a digest says nothing outside of it."""


class Unknown(Enum):
    """The type of `UNKNOWN`, the one value that stands for every value that only exists after creation."""

    UNKNOWN = "[unknown]"

    def __repr__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True)
class Secret:
    """A secret, of which only a keyed digest is kept: enough to see that it changed, and nothing to read.

    `digest` compares only with digests of the same process. It is None where the source shows no plain text (a
    preview, an export without `--show-secrets`). `known` is False if any part of the secret is not known yet.
    """

    digest: str | None
    known: bool = True

    @staticmethod
    def of(value: Value) -> Secret:
        """The secret that holds `value`."""
        text = json.dumps(to_json(value), sort_keys=True, ensure_ascii=False)
        digest = hmac.new(_DIGEST_KEY, text.encode(), hashlib.sha256).hexdigest()
        return Secret(digest, known=not holds_unknown(value))

    def __repr__(self) -> str:
        return "[secret]"


@dataclass(frozen=True)
class Asset:
    """A file or a text that is uploaded. `sha256` is the digest of its contents in hex, by which two are equal."""

    sha256: str


@dataclass(frozen=True)
class Archive:
    """A set of files that is uploaded. `sha256` is in hex and as Pulumi computes it, or None where it isn't given."""

    sha256: str | None


@dataclass(frozen=True)
class Reference:
    """A resource given as a value."""

    urn: str


Value = (
    str
    | bool
    | int
    | float
    | None
    | Unknown
    | Secret
    | Asset
    | Archive
    | Reference
    | Sequence["Value"]
    | Mapping[str, "Value"]
)


def decode(raw: Any) -> Value:
    """Returns the value that `raw` describes, a property as Pulumi sends it over the wire and writes it to JSON.

    Whole floats become ints, since the wire knows floats only. Assets without a digest are read to compute it.
    """
    if isinstance(raw, str):
        return UNKNOWN if raw == UNKNOWN_MARK else raw
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() else raw
    if isinstance(raw, Mapping):
        if TYPE_KEY in raw:
            return _decode_marked(raw)
        return {key: decode(raw[key]) for key in sorted(raw)}
    if isinstance(raw, list):
        return [decode(item) for item in raw]
    return raw


def _decode_marked(raw: Mapping[str, Any]) -> Value:
    match raw[TYPE_KEY]:
        case signature if signature == SECRET_MARK:
            if "value" in raw:
                return Secret.of(decode(raw["value"]))
            return Secret.of(decode(json.loads(raw["plaintext"]))) if "plaintext" in raw else Secret(None)
        case signature if signature == _ASSET_MARK:
            return Asset(raw.get("hash") or _asset_digest(raw))
        case signature if signature == _ARCHIVE_MARK:
            return Archive(raw.get("hash"))
        case signature if signature == _REFERENCE_MARK:
            return Reference(raw["urn"])
        case signature if signature == OUTPUT_MARK:
            value = decode(raw["value"]) if "value" in raw else UNKNOWN
            return Secret.of(value) if raw.get("secret") else value
        case signature:
            raise ValueError(f"a property has the mark {signature}, which this version doesn't know")


def _asset_digest(raw: Mapping[str, Any]) -> str:
    if raw.get("uri"):
        raise ValueError(
            f"the asset {raw['uri']} would have to be fetched, which a plan doesn't do: use a file or a text"
        )
    contents = Path(raw["path"]).read_bytes() if raw.get("path") else raw.get("text", "").encode()
    return hashlib.sha256(contents).hexdigest()


def holds_unknown(value: Value) -> bool:
    """True if `value`, or any value inside it, also inside a secret, is not known yet."""
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(holds_unknown(item) for item in value)
    return value is UNKNOWN or (isinstance(value, Secret) and not value.known)


def to_json(value: Value) -> Any:
    """Returns plain JSON data; the rest is `[unknown]`, `[secret]`, `{"asset": sha256}` or `{"resource": urn}`."""
    match value:
        case Unknown():
            return value.value
        case Secret():
            return repr(value)
        case Asset():
            return {"asset": value.sha256}
        case Archive():
            return {"archive": value.sha256}
        case Reference():
            return {"resource": value.urn}
        case Mapping():
            return {key: to_json(item) for key, item in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
        case _:
            return value
