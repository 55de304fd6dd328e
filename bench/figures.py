"""The arithmetic of a measurement: medians, ratios of paired runs, and how time grows with size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import linear_regression, median


def paired_ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of each run's ratio to the run that was made beside it, so that a slow moment weighs on both."""
    return median(this / that for this, that in zip(these, those, strict=True))


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The power of the size with which time grows: the slope of a line through the logarithms; 1 is linear."""
    return linear_regression([math.log(size) for size in sizes], [math.log(second) for second in seconds]).slope
