"""Which process a price follows: the one that would have forecast it better."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tuijin.engines.markets.fitting import fit_mean_reversion, fit_random_walk
from tuijin.engines.markets.observed import Observed
from tuijin.engines.markets.processes import MeanReversion, Process, RandomWalk
from tuijin.engines.markets.scoring import crps_normal, normal_cdf

LEAST_TRAINED, LEAST_SCORED = 20, 10  # points
LEAST_POINTS = LEAST_TRAINED + LEAST_SCORED
HORIZONS = (1, 4)  # points ahead
_MOST_ORIGINS = 60
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Undecided:
    """Too little is known; `needs_count` more prices would do, 0 where the price never moved."""

    n_points: int
    needs_count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Both processes fitted to all points, and how they forecast.

    Parameters
    ----------
    walk_score_log, reversion_score_log
        Mean CRPS over the origins, the horizons added, in units of the logarithm.
    lead_error_log
        Standard error of the difference of the two scores.
    n_origins
        Dates at which both were fitted to the past alone and asked about the future.
    """

    walk: RandomWalk
    reversion: MeanReversion
    walk_score_log: float
    reversion_score_log: float
    lead_error_log: float
    n_origins: int

    @property
    def process(self) -> Process:
        """The better forecaster; the random walk, which assumes less, if neither is."""
        return self.reversion if self.reversion_score_log < self.walk_score_log else self.walk

    @property
    def is_clear(self) -> bool:
        """Whether the difference is more than chance would make of it in 95 of 100 cases."""
        lead = abs(self.walk_score_log - self.reversion_score_log)
        return lead > _Z95 * self.lead_error_log


def choose_process(observed: Observed) -> Choice | Undecided:
    """
    Fit both processes, and score their forecasts from rolling origins.

    At each origin both are fitted to what was known then. No origin sees what comes after it.

    References
    ----------
    Tashman, "Out-of-sample tests of forecasting accuracy", International Journal of Forecasting 16,
    2000. The error of the difference: Diebold and Mariano, Journal of Business and Economic
    Statistics 13(3), 1995, with the weights of Newey and West, Econometrica 55, 1987.
    """
    n_points = len(observed)
    if n_points < LEAST_POINTS:
        return Undecided(n_points, LEAST_POINTS - n_points)
    if np.ptp(observed.logs) == 0:
        return Undecided(n_points, 0)
    origins = _origins(n_points)
    walk = np.array([_score(fit_random_walk, observed, origin) for origin in origins])
    reversion = np.array([_score(fit_mean_reversion, observed, origin) for origin in origins])
    return Choice(
        fit_random_walk(observed),
        fit_mean_reversion(observed),
        float(walk.mean()),
        float(reversion.mean()),
        _error_of_mean(walk - reversion, lags=max(HORIZONS) - 1),
        len(origins),
    )


def _origins(n_points: int) -> list[int]:
    """Numbers of points known at each origin, evenly spread where there are many."""
    possible = np.arange(LEAST_TRAINED, n_points)
    if possible.size > _MOST_ORIGINS:
        possible = possible[np.linspace(0, possible.size - 1, _MOST_ORIGINS).astype(int)]
    return [int(origin) for origin in possible]


def _score(fit: Callable[[Observed], Process], observed: Observed, origin: int) -> float:
    """CRPS at each horizon that lies within the record, added up."""
    process = fit(observed.first(origin))
    ahead = np.array([origin - 1 + h for h in HORIZONS if origin - 1 + h < len(observed)])
    gaps = observed.days[ahead] - observed.days[origin - 1]
    mean, variance = process.moments(observed.logs[origin - 1], gaps)
    return float(crps_normal(mean, variance, observed.logs[ahead]).sum())


def _error_of_mean(values: np.ndarray, *, lags: int) -> float:
    """Standard error of a mean of values that may go together with their neighbours."""
    rest = values - values.mean()
    total = float(rest @ rest)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(rest[lag:] @ rest[:-lag])
    return math.sqrt(max(total, 0.0)) / values.size


def percentile_of_move(
    process: Process, *, from_log: float, to_log: float, gap_days: float
) -> float:
    """
    Share of moves over the gap that the process expects to end below this one.

    Near 0 or 1 the move is unusual. The process must be fitted to what was known before the move.
    """
    mean, variance = process.moments(from_log, gap_days)
    return float(normal_cdf((to_log - mean) / np.sqrt(variance)))
