"""Values as the Pulumi protocol carries them: structs with marked unknowns, secrets and assets."""

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

Props = dict[str, Any]


def decode(struct: struct_pb2.Struct) -> Props:
    """Returns the struct as plain Python values; whole numbers are ints, marks stay as they are."""
    return {key: _plain(value) for key, value in struct.fields.items()}


def _plain(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "struct_value":
            return decode(value.struct_value)
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "number_value":
            return int(value.number_value) if value.number_value.is_integer() else value.number_value
        case "bool_value":
            return value.bool_value
        case "string_value":
            return value.string_value
        case _:
            return None


def encode(props: Mapping[str, Any]) -> struct_pb2.Struct:
    """Returns the protocol's struct of plain Python values."""
    return json_format.ParseDict(dict(props), struct_pb2.Struct())


def is_unknown(value: Any) -> bool:
    """Returns whether the value is one that only a creation will tell."""
    return isinstance(value, str) and value in UNKNOWNS


def is_marked(value: Any) -> bool:
    """Returns whether the value is an asset, an archive or a reference: an object with a signature of its own."""
    return isinstance(value, dict) and SIGNATURE in value


def reveal(value: Any) -> Any:
    """Returns the value with every secret's mark taken off, at any depth."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return reveal(value["value"])
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def secret(value: Any) -> Props:
    """Returns the value marked as a secret."""
    return {SIGNATURE: SECRET, "value": value}


def has_unknown(value: Any) -> bool:
    """Returns whether an unknown hides anywhere in the value."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return is_unknown(value)
