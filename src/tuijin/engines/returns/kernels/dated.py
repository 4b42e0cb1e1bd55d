"""
All rates at which the present value of flows on dates is 0.

With x = ln(1 + rate) the value is a sum of exponentials. A piece of x is settled by Taylor's
theorem: no root where the value at its middle outweighs slope and curvature, at most one where the
slope outweighs the curvature; other pieces are halved (an interval Newton method; Moore, Kearfott
and Cloud, Introduction to Interval Analysis, 2009, chapter 8).
"""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels.compiling import entry, kernel
from tuijin.engines.returns.kernels.roots import count_sign_changes

_CLOSE_WIDTH = 1e-7  # pieces this small with a value of almost 0 hold one (double) root
_MOST_PIECES = 100_000


@kernel
def scaled_sign(flows: np.ndarray, years: np.ndarray, x: float) -> float:
    """The present value over a positive number that keeps it from overflowing."""
    top = max(-years[0] * x, -years[-1] * x)
    value = 0.0
    for i in range(flows.size):
        value += flows[i] * math.exp(-years[i] * x - top)
    return value


@kernel
def bound(
    flows: np.ndarray, years: np.ndarray, x: float, half: float
) -> tuple[float, float, float, float]:
    """
    Value, slope, bound of the curvature within x +- half, and size, of the value times exp(c x).

    The exponent c, which moves no root, is the one that makes the curvature least.
    """
    top = max(-years[0] * x, -years[-1] * x)
    size = moment = 0.0
    for i in range(flows.size):
        weight = abs(flows[i]) * math.exp(-years[i] * x - top)
        size += weight
        moment += weight * years[i]
    centre = moment / size
    value = slope = curvature = 0.0
    for i in range(flows.size):
        term = flows[i] * math.exp(-years[i] * x - top)
        offset = centre - years[i]
        value += term
        slope += term * offset
        # One exponent, so that a term too small to matter is not 0 times infinity.
        far = abs(flows[i]) * math.exp(abs(offset) * half - years[i] * x - top)
        curvature += far * offset * offset
    return value, slope, curvature, size


@kernel
def refine(flows: np.ndarray, years: np.ndarray, low: float, high: float) -> float:
    """The one root between low and high: Newton, halving wherever it would leave them."""
    sign_at_low = scaled_sign(flows, years, low)
    x = 0.5 * (low + high)
    for _ in range(200):
        value, slope, _, _ = bound(flows, years, x, 0.0)
        if value == 0.0:
            return x
        if (value < 0.0) == (sign_at_low < 0.0):
            low = x
        else:
            high = x
        following = x - value / slope if slope != 0.0 else low
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - x) <= 2e-16 * max(1.0, abs(x)) or following in (low, high):
            return following
        x = following
    return x


@entry
def find_all(
    flows: np.ndarray, years: np.ndarray, low: float, high: float, roots: np.ndarray
) -> int:
    """
    Write all roots x in [low, high] in rising order; return how many, -1 for too many pieces.

    Flows are not 0, and years rise from 0.
    """
    if count_sign_changes(flows) == 0:
        return 0
    starts, widths = np.empty(128), np.empty(128)
    starts[0], widths[0], top, found, pieces = low, high - low, 0, 0, 0
    while top >= 0:
        pieces += 1
        if pieces > _MOST_PIECES:
            return -1
        start, width = starts[top], widths[top]
        top -= 1
        half = 0.5 * width
        middle = start + half
        value, slope, curvature, size = bound(flows, years, middle, half)
        if abs(value) > half * abs(slope) + 0.5 * half * half * curvature:
            continue
        if abs(slope) > half * curvature:
            at_start = scaled_sign(flows, years, start)
            at_end = scaled_sign(flows, years, start + width)
            crosses = at_end != 0.0 and (at_start < 0.0) != (at_end < 0.0)
            if at_start == 0.0 or crosses:
                root = start if at_start == 0.0 else refine(flows, years, start, start + width)
                if found < roots.size:
                    roots[found] = root
                    found += 1
        elif width < 1e-14 or (width < _CLOSE_WIDTH and abs(value) <= 1e-11 * size):
            apart = found == 0 or middle - roots[found - 1] > 2.0 * _CLOSE_WIDTH
            if apart and found < roots.size:
                roots[found] = middle
                found += 1
        else:
            starts[top + 1], widths[top + 1] = middle, half
            starts[top + 2], widths[top + 2] = start, half
            top += 2
    return found
