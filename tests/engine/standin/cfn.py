"""AWS's own resource schemas, as cfn-lint ships them: allowed values, patterns, lengths and bounds."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from jsonschema import validators

from .shape import Failure
from .wire import Props, is_marked, is_unknown

_spec = importlib.util.find_spec("cfnlint")
assert _spec is not None and _spec.submodule_search_locations, "cfn-lint, which ships AWS's schemas, is not installed"
SCHEMAS = Path(_spec.submodule_search_locations[0]) / "data" / "schemas"  # found, not imported: that takes seconds

MAPPING: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "cfn.yaml").read_text(encoding="utf-8")
)

Keyword = Callable[..., Iterator[jsonschema.ValidationError]]


@cache
def _types(region: str) -> dict[str, str]:
    return json.loads((SCHEMAS / "providers" / f"{region}.json").read_text(encoding="utf-8"))


@cache
def schema(cfn_type: str, region: str) -> Props | None:
    """Returns AWS's schema of a CloudFormation type; None if the region doesn't have it."""
    name = _types(region).get(cfn_type)
    return json.loads((SCHEMAS / "resources" / f"{name}.json").read_text(encoding="utf-8")) if name else None


def check(token: str, props: Props, region: str) -> Iterator[Failure]:
    """Yields (path, reason) for each value outside AWS's schema of the type; unknown values pass."""
    row = MAPPING.get(token)
    if row is None:
        return
    whole = schema(row["type"], region)
    if whole is None:
        yield "", f"{row['type']} does not exist in {region}"
        return
    translated = _translate(props, root(row, whole), whole, row.get("names", {}), row.get("skip", []))
    for error in _Values({**whole, **root(row, whole)}).iter_errors(translated):
        yield _path(error), f"{error.message} [AWS's schema of {row['type']}]"
    for name, extension in row.get("values", {}).items():
        allowed = _extension(extension, region)["enum"]
        if name in translated and not is_unknown(translated[name]) and translated[name] not in allowed:
            yield name, f"{translated[name]!r} is none of the {len(allowed)} values in {region} [{extension}]"
    for extension in row.get("extensions", []):
        for error in jsonschema.Draft7Validator(_extension(extension, region)).iter_errors(translated):
            yield _path(error), f"{_short(error)} [{extension}]"


def create_only(token: str) -> frozenset[str]:
    """Returns the CloudFormation names, in lower case, of the type's top properties that AWS can't change."""
    row = MAPPING.get(token)
    whole = schema(row["type"], "us-east-1") if row else None
    if not row or not whole:
        return frozenset()
    paths = [path.removeprefix("/properties/").split("/") for path in whole.get("createOnlyProperties", [])]
    if "root" in row:
        paths = [path[1:] for path in paths if path[0] == row["root"] and len(path) > 1]
    return frozenset(path[0].lower() for path in paths)


def cfn_name(token: str, key: str) -> str:
    """Returns the CloudFormation name of a Pulumi property, in lower case."""
    name: str = MAPPING.get(token, {}).get("names", {}).get(key) or key
    return name.lower()


def root(row: Props, whole: Props) -> Props:
    """Returns the part of a schema that describes what Pulumi has at the top."""
    return _resolve(whole["properties"][row["root"]], whole) if "root" in row else whole


def _translate(value: Any, part: Props, whole: Props, names: dict[str, str], skip: list[str]) -> Any:
    """Returns the value under CloudFormation's names and scalar types; what has no counterpart is left out."""
    part = _resolve(part, whole)
    if is_unknown(value):
        return value
    if isinstance(value, dict):
        by_name = {name.lower(): name for name in part.get("properties", {})}
        result = {}
        for key, item in value.items():
            name = by_name.get((names.get(key) or str(key)).lower())
            if name is None or key in skip or is_marked(item):
                continue
            counterpart = _resolve(part["properties"][name], whole)
            if _fits(item, counterpart):
                result[name] = _translate(item, counterpart, whole, {}, [])
        return result
    if isinstance(value, list):
        return [_translate(item, part.get("items", {}), whole, {}, []) for item in value]
    if part.get("type") == "string" and not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _fits(value: Any, part: Props) -> bool:
    kind = part.get("type")
    if isinstance(value, dict):
        return "properties" in part
    if isinstance(value, list):
        return kind == "array"
    return kind not in ("object", "array")


def _resolve(part: Any, whole: Props) -> Props:
    while isinstance(part, dict) and "$ref" in part:
        target: Any = whole
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = target
    return part if isinstance(part, dict) else {}


def _unless_unknown(keyword: Keyword) -> Keyword:
    def checked(validator: Any, argument: Any, instance: Any, part: Props) -> Iterator[jsonschema.ValidationError]:
        if not is_unknown(instance):
            yield from keyword(validator, argument, instance, part) or ()

    return checked


# Presence and types are the SDK's to judge: CloudFormation's differ from Terraform's.
_KEYWORDS = (
    *("$ref", "properties", "items", "enum", "const", "pattern"),
    *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"),
)
_Values = validators.create(
    jsonschema.Draft7Validator.META_SCHEMA,
    {name: _unless_unknown(jsonschema.Draft7Validator.VALIDATORS[name]) for name in _KEYWORDS},
)


@cache
def _extension(name: str, region: str) -> Props:
    content = json.loads((SCHEMAS / "extensions" / f"{name}.json").read_text(encoding="utf-8"))
    return content.get(region, {}) if region in content or "us-east-1" in content else content


def _path(error: jsonschema.ValidationError) -> str:
    return ".".join(str(step) for step in error.absolute_path)


def _short(error: jsonschema.ValidationError) -> str:
    return error.message if len(error.message) < 200 else f"{error.instance!r} is not one of the values that AWS allows"
