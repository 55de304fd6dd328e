"""Property values between protobuf's structs and plain Python data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2


def plain(properties: struct_pb2.Struct) -> dict[str, Any]:
    """Returns the same data as dicts, lists, strings, floats, booleans and None."""
    return {key: _plain(item) for key, item in properties.fields.items()}


def struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Returns the struct that `plain` turns into the same data."""
    result = struct_pb2.Struct()
    result.update(properties)
    return result


def _plain(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "struct_value":
            return plain(value.struct_value)
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case _:
            return None
