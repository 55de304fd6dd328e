"""What a secret's value would look like in the open, and where it stands so."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.engine.standin import Cloud
from tests.engine.standin.wire import SECRET, SIGNATURE, reveal

GENERATED = {
    "random:index/randomPassword:RandomPassword": ("result", "bcryptHash"),
    "tls:index/privateKey:PrivateKey": ("privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"),
}
"""The outputs by which something secret comes to be."""
_WORD = re.compile(r"[0-9A-Za-z]{24,}")


def generated(cloud: Cloud) -> dict[str, str]:
    """Returns the words of everything secret that was ever generated, plain and in base64, each with who made it."""
    found = {}
    for thing in (*cloud.things.values(), *cloud.deleted):
        for output in GENERATED.get(thing.token, ()):
            value = reveal(thing.outputs)[output]
            encoded = base64.b64encode(value.encode()).decode()
            found |= dict.fromkeys([*_WORD.findall(value), *_WORD.findall(encoded)], f"{thing.urn} {output}")
    return found


def marked(cloud: Cloud) -> dict[str, str]:
    """Returns every text that came to a plugin marked as a secret, with the URN of its resource; certificates are public."""
    return {
        text: thing.urn
        for thing in cloud.things.values()
        for text in _secrets(thing.inputs)
        if len(text) >= 24 and "BEGIN CERTIFICATE" not in text
    }


def words_in_the_open(text: str, words: dict[str, str]) -> set[str]:
    """Returns who made the words that stand in the text."""
    return {words[word] for word in words.keys() & set(_WORD.findall(text))}


def texts_in_the_open(text: str, secrets: dict[str, str]) -> set[str]:
    """Returns whose secrets stand in the text, as they are or as JSON writes them."""
    return {owner for secret, owner in secrets.items() if secret in text or json.dumps(secret)[1:-1] in text}


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            yield from _texts(reveal(value))
        else:
            yield from _of_each(value.values())
    elif isinstance(value, list):
        yield from _of_each(value)


def _of_each(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _secrets(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
