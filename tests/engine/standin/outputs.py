"""What a creation tells: identifiers, addresses and the rest, made up from the inputs, the same for the same seed."""

import base64
import hashlib
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml

from . import sdk
from .wire import SECRET, SIGNATURE, UNKNOWN_STRING, Props, has_unknown, reveal

ACCOUNT = "111122223333"  # the account that AWS's documentation uses
TEMPLATES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "outputs.yaml").read_text(encoding="utf-8")
)


def name_property(token: str) -> str | None:
    """Returns the input that holds the type's physical name, if it has one that a plugin would make up."""
    row = TEMPLATES.get(token, {})
    if "named" in row:
        return row["named"]
    known = sdk.resource_type(token)
    return "name" if known and "name" in known.inputs and "name" not in known.required else None


def outputs(token: str, inputs: Props, *, seed: str, region: str) -> tuple[str, Props]:
    """Returns the id and the outputs of a resource created from these inputs; unknown inputs make unknown outputs."""
    row = {key: value for key, value in TEMPLATES.get(token, {}).items() if key != "named"}
    words = _Words(seed, reveal(inputs), region=region, name=name_property(token) or "name")
    resource_id = words.fill(row.pop("id", "{name}" if words.has("name") else "{hex17}"))
    words.known["id"] = resource_id
    told = {key: words.fill(value) for key, value in row.items()}
    for key, value in _made_up(token, inputs.keys() | told.keys(), words):
        told[key] = value
    return resource_id, _under(told, {k: v for k, v in inputs.items() if not k.startswith("__")})


def expected(token: str, inputs: Props) -> Props:
    """Returns the outputs of a resource yet to be created: its inputs, and unknown within them what it will tell."""
    row = {key: value for key, value in TEMPLATES.get(token, {}).items() if key in inputs and isinstance(value, dict)}
    return _under(_blank(row), {k: v for k, v in inputs.items() if not k.startswith("__")})


class _Words:
    """The words of the templates: inputs, names, and digits drawn from a seed."""

    def __init__(self, seed: str, inputs: Props, *, region: str, name: str) -> None:
        scalars = {k: v for k, v in inputs.items() if isinstance(v, (str, int)) and not isinstance(v, bool)}
        self.digits = hashlib.sha512(seed.encode()).hexdigest()
        self.known = {"region": region, "account": ACCOUNT, **scalars}
        if name in scalars:
            self.known["name"] = scalars[name]
        self.known["uuid"] = str(uuid.UUID(self.digits[:32]))
        length = int(scalars.get("length", 16))
        drawn = hashlib.shake_256(seed.encode()).digest(length)
        self.known["base64"] = base64.b64encode(drawn).decode()
        self.known["hexadecimal"] = drawn.hex()
        self.known["password"] = drawn.hex()[:length]

    def has(self, word: str) -> bool:
        return word in self.known

    def fill(self, template: Any) -> Any:
        if isinstance(template, dict):
            return {key: self.fill(value) for key, value in template.items()}
        if isinstance(template, list):
            return [self.fill(value) for value in template]
        if not isinstance(template, str):
            return template
        words = [self._word(word) for word in re.findall(r"{(\w+)}", template)]
        if has_unknown(words):
            return UNKNOWN_STRING
        return re.sub(r"{(\w+)}", lambda match: self._word(match[1]), template)

    def _word(self, word: str) -> str:
        if word in self.known:
            return str(self.known[word])
        if word.startswith("_"):
            return f"_{self.known[word[1:]]}" if word[1:] in self.known else ""
        digits = re.fullmatch(r"(hex|HEX)(\d+)", word)
        if digits is None:
            return f"stand-in-{word}"
        text = self.digits[: int(digits[2])]
        return text.upper() if digits[1] == "HEX" else text


def _made_up(token: str, there: set[str], words: _Words) -> Iterator[tuple[str, Any]]:
    known = sdk.resource_type(token)
    service, kind = token.split(":")[1].split("/")[0], token.split(":")[-1]
    for key in sorted(known.computed - there - {"urn", "id"}) if known else ():
        hint: Any = known.outputs[key] if known else None
        if hint is str and key == "region":
            yield key, words.known["region"]
        elif hint is str and key in ("arn", f"{kind[0].lower()}{kind[1:]}Arn"):
            yield key, words.fill(f"arn:aws:{service}:{{region}}:{{account}}:{kind.lower()}/{{id}}")
        elif hint is str:
            yield key, words.fill(f"{key}-{{hex8}}")
        elif hint in (int, float):
            yield key, 1
        elif hint is bool:
            yield key, False
        elif get_origin(hint) is not None:
            yield key, {} if len(get_args(hint)) == 2 else []


def _under(told: Any, given: Any) -> Any:
    """Returns what was told with what was given laid over it, at any depth."""
    if isinstance(given, dict) and given.get(SIGNATURE) == SECRET:
        return given
    if isinstance(told, dict) and isinstance(given, dict):
        return told | {key: _under(told.get(key), value) for key, value in given.items()}
    return given


def _blank(value: Any) -> Any:
    return {key: _blank(item) for key, item in value.items()} if isinstance(value, dict) else UNKNOWN_STRING
