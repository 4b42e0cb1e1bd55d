"""Which prices move together, as a correlation matrix that draws can have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuijin.engines.markets.observed import Observed
from tuijin.engines.markets.processes import Process

LEAST_COMMON = 12  # steps that two prices share
_ROUNDS = 500
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Together:
    """
    Rank correlations of what the processes did not foresee.

    Parameters
    ----------
    rank_ratio
        Spearman's correlation, shape (n_series, n_series); 0 for a pair with too few common steps.
    n_common
        Steps between dates that a pair shares, shape (n_series, n_series).
    """

    rank_ratio: np.ndarray
    n_common: np.ndarray

    @property
    def unknown(self) -> tuple[tuple[int, int], ...]:
        """Pairs taken as independent because too little is known."""
        few = np.argwhere(np.triu(self.n_common < LEAST_COMMON, 1))
        return tuple((int(i), int(j)) for i, j in few)


def find_shocks(process: Process, observed: Observed) -> np.ndarray:
    """What each step brought beyond the expected, in standard deviations; (n_points - 1,)."""
    mean, variance = process.moments(observed.logs[:-1], observed.gaps_days)
    found: np.ndarray = (observed.logs[1:] - mean) / np.sqrt(variance)
    return found


def correlate(prices: Sequence[tuple[Observed, Process]]) -> Together:
    """Correlate the shocks of each pair, over the dates that both have."""
    n_series = len(prices)
    rank, common = np.eye(n_series), np.zeros((n_series, n_series), dtype=int)
    for i, (left, left_process) in enumerate(prices):
        common[i, i] = max(len(left) - 1, 0)
        for j in range(i + 1, n_series):
            right, right_process = prices[j]
            days = np.intersect1d(left.days, right.days)
            common[i, j] = common[j, i] = max(days.size - 1, 0)
            if common[i, j] < LEAST_COMMON:
                continue
            shocks = (
                find_shocks(left_process, _at(left, days)),
                find_shocks(right_process, _at(right, days)),
            )
            rank[i, j] = rank[j, i] = rank_correlation(*shocks)
    return Together(rank, common)


def _at(observed: Observed, days: np.ndarray) -> Observed:
    return Observed(days, observed.logs[np.isin(observed.days, days)])


def rank_correlation(left: np.ndarray, right: np.ndarray) -> float:
    """Spearman's; equal values share their mean rank."""
    first, second = _mean_ranks(left), _mean_ranks(right)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _mean_ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: np.ndarray = (ends - (counts - 1) / 2)[place]
    return found


def to_normal(rank_ratio: np.ndarray) -> np.ndarray:
    """Correlation of normal variables whose ranks correlate so: Pearson 1907, 2 sin(pi r / 6)."""
    found = 2 * np.sin(np.pi / 6 * np.asarray(rank_ratio, dtype=float))
    np.fill_diagonal(found, 1.0)
    return found


def nearest_correlation(matrix: np.ndarray) -> np.ndarray:
    """
    The correlation matrix nearest to a symmetric one, in the Frobenius norm.

    Correlations estimated pair by pair can contradict each other: no draws can have all of them.

    References
    ----------
    Higham, "Computing the nearest correlation matrix: a problem from finance", IMA Journal of
    Numerical Analysis 22(3), 2002, algorithm 3.3 (alternating projections with Dykstra's
    correction).
    """
    found = np.array(matrix, dtype=float)
    correction = np.zeros_like(found)
    for _ in range(_ROUNDS):
        before = found
        wanted = found - correction
        positive = _positive_part(wanted)
        correction = positive - wanted
        found = positive.copy()
        np.fill_diagonal(found, 1.0)
        if np.abs(found - before).max() < _CLOSE:
            break
    return _with_unit_diagonal(_positive_part(found))


def _positive_part(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    found: np.ndarray = (vectors * np.maximum(values, 0)) @ vectors.T
    return found


def _with_unit_diagonal(matrix: np.ndarray) -> np.ndarray:
    scale = 1 / np.sqrt(np.diag(matrix))
    found = matrix * np.outer(scale, scale)
    np.fill_diagonal(found, 1.0)
    return found
