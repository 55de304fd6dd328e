"""Checks a wire value against an SDK's type hint, as strictly as a real plugin's schema."""

import collections.abc
import difflib
import enum
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any

from pulumi import _types

from .wire import Props, is_marked, is_unknown

Failure = tuple[str, str]

_ASSETS = ("Asset", "Archive")


def check_object(value: Props, hints: Props, required: frozenset[str], path: str) -> Iterator[Failure]:
    """Yields (path, reason) for each unknown, missing or ill-typed property of an object."""
    for key in sorted(required - value.keys()):
        yield _join(path, key), f"missing required property {key!r}"
    for key, item in value.items():
        if key in hints:
            yield from check(item, hints[key], _join(path, key))
        elif not key.startswith("__"):
            near = difflib.get_close_matches(key, hints, n=3, cutoff=0.4) or sorted(hints)[:5]
            yield _join(path, key), f"unknown property {key!r}; near it are {', '.join(near)}"


def check(value: Any, hint: Any, path: str) -> Iterator[Failure]:
    """Yields (path, reason) for each way in which the value is not what the hint allows; unknown values pass."""
    if is_unknown(value):
        return
    members = list(_members(hint))
    if value is None:
        if type(None) not in members:
            yield path, "null where a value is needed"
        return
    best: list[Failure] | None = None
    for member in members:
        if member is type(None):
            continue
        failures = list(_check_member(value, member, path))
        if not failures:
            return
        # The most telling complaint is the one from the member that got furthest into the value.
        if best is None or max(len(p) for p, _ in failures) > max(len(p) for p, _ in best):
            best = failures
    yield from best or []


def allows_string(hint: Any) -> bool:
    """Returns whether a string is among what the hint allows."""
    return str in _members(hint)


def _members(hint: Any) -> Iterator[Any]:
    """Yields what a hint allows, without the SDK's wrappers for values that come later."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        for argument in typing.get_args(hint):
            if not _types._is_plumbing_arg(argument):
                yield from _members(argument)
    else:
        yield hint


def _check_member(value: Any, hint: Any, path: str) -> Iterator[Failure]:
    origin = typing.get_origin(hint)
    if hint is Any or isinstance(hint, typing.TypeVar):
        return
    if is_marked(value):
        if getattr(hint, "__name__", "") not in _ASSETS:
            yield path, f"an asset or reference where {_name(hint)} is needed"
    elif origin is typing.Literal:
        if value not in typing.get_args(hint):
            yield path, f"{value!r} is not one of {list(typing.get_args(hint))}"
    elif hint is list or origin in (list, collections.abc.Sequence):
        if not isinstance(value, list):
            yield path, _mismatch(value, hint)
            return
        for index, item in enumerate(value):
            yield from check(item, (typing.get_args(hint) or (Any,))[0], f"{path}[{index}]")
    elif hint is dict or origin in (dict, collections.abc.Mapping):
        if not isinstance(value, dict):
            yield path, _mismatch(value, hint)
            return
        for key, item in value.items():
            if not key.startswith("__"):
                yield from check(item, (typing.get_args(hint) or (str, Any))[1], _join(path, key))
    elif inspect.isclass(hint) and _types.is_input_type(hint):
        if not isinstance(value, dict):
            yield path, _mismatch(value, hint)
            return
        yield from check_object(value, _types._raw_return_hints(hint), _types._required_property_names(hint), path)
    elif inspect.isclass(hint) and issubclass(hint, enum.Enum):
        if value not in [member.value for member in hint]:
            yield path, f"{value!r} is not one of {[member.value for member in hint]}"
    elif not _scalar(value, hint):
        yield path, _mismatch(value, hint)


def _scalar(value: Any, hint: Any) -> bool:
    if hint is bool:
        return isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) if hint is str else not inspect.isclass(hint)


def _mismatch(value: Any, hint: Any) -> str:
    return f"{value!r} is a {type(value).__name__}; {_name(hint)} is needed"


def _name(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
