"""Quantile of Student's t, for the half-width of a confidence interval."""

from __future__ import annotations

import math
from functools import cache


@cache
def quantile(probability_ratio: float, n_degrees: int) -> float:
    """
    Return t with P(T <= t) = probability, 0.5 < probability < 1; accurate to 1e-10.

    References
    ----------
    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1 and 26.5.8 (the incomplete
    beta function by its continued fraction), solved by bisection.
    """
    low, high = 0.0, 1.0
    while _cdf(high, n_degrees) < probability_ratio:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _cdf(middle, n_degrees) < probability_ratio:
            low = middle
        else:
            high = middle
        if high - low < 1e-13 * high:
            break
    return (low + high) / 2


def _cdf(t: float, n_degrees: int) -> float:
    x = n_degrees / (n_degrees + t * t)
    return 1.0 - 0.5 * _incomplete_beta(n_degrees / 2, 0.5, x)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    return front * _continued_fraction(a, b, x) / a


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d or tiny)
            c = 1.0 + term / c or tiny
            value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value
