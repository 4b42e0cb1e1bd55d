"""Two ways a price may move: a random walk, and a pull back to a level; both of its logarithm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RandomWalk:
    """
    dx = drift dt + sqrt(variance) dW; x is the logarithm of the price.

    References
    ----------
    Samuelson, "Rational theory of warrant pricing", Industrial Management Review 6(2), 1965.
    """

    drift_per_day: float
    variance_per_day: float

    def moments(
        self, from_log: np.ndarray | float, gap_days: np.ndarray | float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of the logarithm after a gap; exact, whatever the gap."""
        gap = np.asarray(gap_days, dtype=float)
        return from_log + self.drift_per_day * gap, self.variance_per_day * gap


@dataclass(frozen=True, slots=True)
class MeanReversion:
    """
    dx = rate (level - x) dt + spread sqrt(2 rate) dW; x is the logarithm of the price.

    `spread_log` is the standard deviation it has in the long run.

    References
    ----------
    Uhlenbeck and Ornstein, Physical Review 36, 1930, 823. For commodity prices: Schwartz, "The
    stochastic behavior of commodity prices", Journal of Finance 52(3), 1997, model 1.
    """

    rate_per_day: float
    level_log: float
    spread_log: float

    @property
    def half_life_days(self) -> float:
        """Time after which half of a distance to the level is expected to be gone."""
        return math.log(2) / self.rate_per_day

    def moments(
        self, from_log: np.ndarray | float, gap_days: np.ndarray | float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of the logarithm after a gap; exact, whatever the gap."""
        gap = np.asarray(gap_days, dtype=float)
        mean = self.level_log + (from_log - self.level_log) * np.exp(-self.rate_per_day * gap)
        return mean, -(self.spread_log**2) * np.expm1(-2 * self.rate_per_day * gap)


Process = RandomWalk | MeanReversion
