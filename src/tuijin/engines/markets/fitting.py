"""
Fit the two processes to prices at any dates, by maximum likelihood given the first price.

The random walk has a closed form. For mean reversion, level and spread have one at each rate, so
that one number is left to search: first on a grid, then between the neighbours of the best.
"""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.markets.observed import Observed
from tuijin.engines.markets.processes import MeanReversion, RandomWalk
from tuijin.errors import ParameterOutOfRange

LEAST_FITTED = 4  # points
LEAST_VARIANCE = 1e-12  # a price listed without a change for years is not known for certain
_GRID, _ZOOM, _ZOOMS = 33, 9, 8
_CHI2_95 = 3.841458820694124  # of one degree of freedom
_UNIT_ROOT_95 = 2.86**2  # Dickey and Fuller's statistic with a constant, squared


def fit_random_walk(observed: Observed) -> RandomWalk:
    """Drift from first to last price; variance without bias (n - 2 for n prices)."""
    _check_length(observed)
    gaps, steps = observed.gaps_days, np.diff(observed.logs)
    drift = (observed.logs[-1] - observed.logs[0]) / (observed.days[-1] - observed.days[0])
    variance = float(((steps - drift * gaps) ** 2 / gaps).sum() / (steps.size - 1))
    return RandomWalk(float(drift), max(variance, LEAST_VARIANCE))


def fit_mean_reversion(observed: Observed) -> MeanReversion:
    """
    Rate, level and spread.

    The half-life is sought from a fifth of the shortest gap to twice the whole span; at the upper
    end the prices show no pull, and the process is a random walk in all but name.
    """
    _check_length(observed)
    low, high = _bounds(observed)
    rates = np.geomspace(low, high, _GRID)
    for _ in range(_ZOOMS):
        best = int(np.argmax(_profile(observed, rates)[0]))
        low, high = rates[max(best - 1, 0)], rates[min(best + 1, rates.size - 1)]
        if best in (0, rates.size - 1) and rates.size == _GRID:
            break
        rates = np.geomspace(low, high, _ZOOM)
    likelihoods, levels, variances = _profile(observed, rates)
    best = int(np.argmax(likelihoods))
    n_steps = len(observed) - 1
    variance = max(variances[best] * n_steps / max(n_steps - 2, 1), LEAST_VARIANCE)
    return MeanReversion(float(rates[best]), float(levels[best]), math.sqrt(variance))


def half_life_interval_days(observed: Observed) -> tuple[float, float]:
    """
    95 % interval by the profile likelihood; infinite above where the prices may know no pull.

    A walk looks as if it were pulled back, so that "no pull" is given up only where the likelihood
    falls short of the best by more than a walk of its own makes it in 95 of 100 records.

    References
    ----------
    Dickey and Fuller, Journal of the American Statistical Association 74, 1979; quantile with a
    constant of MacKinnon, "Critical values for cointegration tests", 1991 (-2.86).
    """
    rates = np.geomspace(*_bounds(observed), 200)
    likelihoods = _profile(observed, rates)[0]
    short = 2 * (likelihoods.max() - likelihoods)
    inside = np.flatnonzero(short <= _CHI2_95)
    is_walk = short[0] <= _UNIT_ROOT_95
    longest = math.inf if is_walk else math.log(2) / float(rates[inside[0]])
    return math.log(2) / float(rates[inside[-1]]), longest


def _check_length(observed: Observed) -> None:
    if len(observed) < LEAST_FITTED:
        raise ParameterOutOfRange(f"needs {LEAST_FITTED} prices or more, got {len(observed)}")


def _bounds(observed: Observed) -> tuple[float, float]:
    span = observed.days[-1] - observed.days[0]
    return math.log(2) / (2 * span), math.log(2) / (0.2 * observed.gaps_days.min())


def _profile(observed: Observed, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Log-likelihood (but for a constant), level and long-run variance at each rate.

    Each step is normal with mean level + (x - level) a and variance spread² (1 - a²), where
    a = exp(-rate gap). Level follows by weighted least squares, then the variance.
    """
    now, after = observed.logs[:-1], observed.logs[1:]
    exponent = rates[:, None] * observed.gaps_days
    decay, pull, share = np.exp(-exponent), -np.expm1(-exponent), -np.expm1(-2 * exponent)
    rest = after - decay * now
    level = (pull * rest / share).sum(axis=1) / (pull**2 / share).sum(axis=1)
    variance = ((rest - level[:, None] * pull) ** 2 / share).mean(axis=1)
    variance = np.maximum(variance, LEAST_VARIANCE)
    likelihood = -0.5 * (after.size * np.log(variance) + np.log(share).sum(axis=1))
    return likelihood, level, variance
