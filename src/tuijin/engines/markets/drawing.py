"""Draw what prices may be, several at once, so that they move together as they did."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from tuijin.engines.markets.correlation import nearest_correlation, to_normal
from tuijin.engines.markets.processes import Process
from tuijin.errors import ParameterOutOfRange

_NORMAL = NormalDist()


def draw_prices(
    processes: Sequence[Process],
    *,
    last_days: Sequence[float],
    last_logs: Sequence[float],
    days: Sequence[float],
    rank_ratio: np.ndarray,
    n_draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """
    Draw paths at the days given, each from its last price on.

    Steps are exact: the marginal distribution at each day is the process's own, however far apart
    the days are. The shocks of a step are normal with these rank correlations, repaired to the
    nearest matrix that draws can have.

    Parameters
    ----------
    last_days, last_logs
        When each price was last seen, and its logarithm; shape (n_series,).
    days
        Rising days, none before a last day; shape (n_days,).
    rank_ratio
        Shape (n_series, n_series), as `correlate` gives it.

    Returns
    -------
    shape (n_draws, n_days, n_series)
        Prices, in the unit they came in.

    Raises
    ------
    ParameterOutOfRange
        If a day comes before the last price that is known.
    """
    ahead = np.asarray(days, dtype=float)
    if not (np.diff(ahead) > 0).all() or (ahead[0] <= np.asarray(last_days)).any():
        raise ParameterOutOfRange("days must rise, and come after the last price of every series")
    root = _root(nearest_correlation(to_normal(rank_ratio)))
    logs = np.tile(np.asarray(last_logs, dtype=float), (n_draws, 1))
    seen = np.asarray(last_days, dtype=float)
    found = np.empty((n_draws, ahead.size, len(processes)))
    for step, day in enumerate(ahead):
        shocks = rng.standard_normal((n_draws, len(processes))) @ root.T
        for k, process in enumerate(processes):
            mean, variance = process.moments(logs[:, k], day - seen[k])
            found[:, step, k] = mean + np.sqrt(variance) * shocks[:, k]
        logs, seen = found[:, step].copy(), np.full(len(processes), day)
    return np.exp(found)


def _root(matrix: np.ndarray) -> np.ndarray:
    """A matrix whose product with its transpose this is; it may be singular."""
    values, vectors = np.linalg.eigh(matrix)
    found: np.ndarray = vectors * np.sqrt(np.maximum(values, 0))
    return found


def quantiles_ahead(
    process: Process, *, from_log: float, gap_days: float, shares: Sequence[float]
) -> np.ndarray:
    """Prices below which these shares of the process lie after a gap; no drawing needed."""
    mean, variance = process.moments(from_log, gap_days)
    z = np.array([_NORMAL.inv_cdf(share) for share in shares])
    found: np.ndarray = np.exp(mean + np.sqrt(variance) * z)
    return found
