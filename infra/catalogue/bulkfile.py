"""Reads AWS's bulk price files entry by entry: EC2's has hundreds of megabytes, and memory stays at one chunk.

The format is AWS's own ("Reading the service price list file for an AWS service", AWS Billing user guide): `products`
by SKU, then `terms`, by type ("OnDemand", "Reserved") and SKU.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

Path = tuple[str, ...]
_OPENED: frozenset[Path] = frozenset({(), ("products",), ("terms",), ("terms", "OnDemand"), ("terms", "Reserved")})
_DECODER = json.JSONDecoder()


class BrokenPriceFile(ValueError):
    """The text is not the JSON that AWS publishes, or ends early."""


def entries(text: TextIO, chunk: int = 1 << 20) -> Iterator[tuple[Path, object]]:
    """Each entry of a price file with its path, in the file's order: `("products", sku)`, `("terms", "OnDemand", sku)`.

    `chunk` is how many characters are read at once. Raises BrokenPriceFile.
    """
    yield from _Reader(text, chunk).object(())


class _Reader:
    def __init__(self, text: TextIO, chunk: int) -> None:
        self._text = text
        self._chunk = chunk
        self._buffer = ""
        self._at = 0

    def object(self, path: Path) -> Iterator[tuple[Path, object]]:
        self._expect("{")
        if self._next() == "}":
            self._at += 1
            return
        while True:
            here = (*path, str(self._value()))
            self._expect(":")
            if here in _OPENED and self._next() == "{":
                yield from self.object(here)
            else:
                yield here, self._value()
            if self._expect(",}") == "}":
                return

    def _value(self) -> object:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    raise BrokenPriceFile(f"not a price file: {error.msg}") from error
                continue
            if end < len(self._buffer) or not self._more():
                self._at = end
                return value

    def _expect(self, allowed: str) -> str:
        found = self._next()
        if not found or found not in allowed:
            raise BrokenPriceFile(f"not a price file: expected {' or '.join(allowed)}, got {found or 'the end'}")
        self._at += 1
        return found

    def _next(self) -> str:
        """The next character that is no blank, left where it is; "" at the end."""
        while True:
            while self._at < len(self._buffer):
                if not self._buffer[self._at].isspace():
                    return self._buffer[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        text = self._text.read(self._chunk)
        self._buffer = self._buffer[self._at :] + text
        self._at = 0
        return bool(text)
