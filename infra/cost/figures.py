"""Figures as people read them. Rounding happens here and nowhere else, half away from zero."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal


def money(amount: Decimal, decimals: int = 2) -> str:
    """US dollars: "$1,234.56", "-$0.50"."""
    return f"{_sign(amount, decimals)}${number(abs(amount), decimals)}"


def signed(amount: Decimal, decimals: int = 2) -> str:
    """A change in US dollars, with its sign: "+$1,234.56", "-$0.50", "$0.00" for none."""
    text = money(amount, decimals)
    return text if text.startswith("-") or not _rounded(amount, decimals) else f"+{text}"


def percentage(value: Decimal | None, decimals: int = 1, *, sign: bool = False) -> str:
    """A percentage: "12.3%", with its sign "+12.3%"; "new" where there is nothing to compare with."""
    if value is None:
        return "new"
    mark = _sign(value, decimals) or ("+" if sign and _rounded(value, decimals) else "")
    return f"{mark}{number(abs(value), decimals)}%"


def number(value: Decimal, decimals: int = 0) -> str:
    """A number with thousands separated: "1,234.50"."""
    return f"{_rounded(value, decimals):,.{decimals}f}"


def above(value: Decimal, decimals: int) -> Decimal:
    """The next number of so many decimals that is above `value`."""
    step = Decimal(1).scaleb(-decimals)
    rounded = value.quantize(step, ROUND_CEILING)
    return rounded if rounded > value else rounded + step


def quantity(value: Decimal) -> str:
    """A quantity with the decimals that it has, at most three: "5,840", "0.5", "1,234.568"."""
    text = number(value, 3).rstrip("0").rstrip(".")
    return text if text != "0" or not value else f"{value:.2g}"


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _sign(value: Decimal, decimals: int) -> str:
    return "-" if _rounded(value, decimals) < 0 else ""
