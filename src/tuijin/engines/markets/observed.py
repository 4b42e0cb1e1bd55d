"""A price as it was seen: dates and logarithms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.errors import ParameterOutOfRange


@dataclass(frozen=True, slots=True)
class Observed:
    """
    One price over time.

    Parameters
    ----------
    days
        Days from any day 0, strictly rising, shape (n_points,); gaps may differ.
    logs
        Natural logarithms of the prices, shape (n_points,).
    """

    days: np.ndarray
    logs: np.ndarray

    def __len__(self) -> int:
        return int(self.days.size)

    @property
    def gaps_days(self) -> np.ndarray:
        return np.diff(self.days)

    def first(self, n_points: int) -> Observed:
        """What was known after so many points."""
        return Observed(self.days[:n_points], self.logs[:n_points])


def observe(days: np.ndarray, prices: np.ndarray) -> Observed:
    """
    Check prices and take their logarithms.

    Raises
    ------
    ParameterOutOfRange
        If the days do not rise, or a price is not finite and above zero.
    """
    days, prices = np.asarray(days, dtype=float), np.asarray(prices, dtype=float)
    if days.shape != prices.shape or days.ndim != 1:
        raise ParameterOutOfRange(f"a day for each price, got {days.shape} and {prices.shape}")
    if not (np.isfinite(days).all() and (np.diff(days) > 0).all()):
        raise ParameterOutOfRange("days must rise, each date once")
    wrong = prices[~(np.isfinite(prices) & (prices > 0))]
    if wrong.size:
        raise ParameterOutOfRange(f"a price must be finite and exceed 0, got {wrong[0]:g}")
    return Observed(days, np.log(prices))
