"""A quantity or an amount that has a range: at the fewest pods, as the document counts, at the most pods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

Number = Decimal | int


@dataclass(frozen=True)
class Span:
    """Low, expected and high, exact decimals. A figure without a range has all three equal."""

    low: Decimal
    expected: Decimal
    high: Decimal

    @staticmethod
    def of(expected: Number, low: Number | None = None, high: Number | None = None) -> Span:
        """A span around `expected`; a bound that isn't given is `expected` itself."""
        bounds = (expected if bound is None else bound for bound in (low, high))
        low_bound, high_bound = (Decimal(bound) for bound in bounds)
        return Span(low_bound, Decimal(expected), high_bound)

    def map(self, function: Callable[[Decimal], Number]) -> Span:
        """The span of `function` of each of the three."""
        return Span(Decimal(function(self.low)), Decimal(function(self.expected)), Decimal(function(self.high)))

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.expected + other.expected, self.high + other.high)

    def __sub__(self, other: Span) -> Span:
        return Span(self.low - other.low, self.expected - other.expected, self.high - other.high)

    def __mul__(self, factor: Number) -> Span:
        return self.map(lambda value: value * factor)

    def __bool__(self) -> bool:
        return any((self.low, self.expected, self.high))

    @property
    def ranges(self) -> bool:
        """Whether the three differ."""
        return self.low != self.expected or self.high != self.expected


ZERO = Span(Decimal(0), Decimal(0), Decimal(0))


def total(spans: Iterable[Span]) -> Span:
    """The exact sum; zero for none."""
    result = ZERO
    for span in spans:
        result += span
    return result
