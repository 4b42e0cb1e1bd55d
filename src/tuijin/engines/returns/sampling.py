"""
Draws of what is uncertain, stratified, with the rank correlations asked for.

Each factor's values are one from each of n equal parts of its distribution (Latin hypercube), put
in the order of correlated normal scores (Iman and Conover, Communications in Statistics B 11(3),
1982). The distributions stay exactly as they are; only their order is chosen.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from tuijin.engines.returns.spec import Project, Uncertain
from tuijin.errors import ParameterOutOfRange

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)


def draw_factors(
    project: Project, *, n_draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Factor by name, shape (n_draws,), of everything the project says is uncertain."""
    names = list(project.uncertain)
    if not names:
        return {}
    places = order_by_rank(_correlation(project, names), n_draws=n_draws, rng=rng)
    found = {}
    for k, name in enumerate(names):
        parts = (np.arange(n_draws) + rng.random(n_draws)) / n_draws
        found[name] = quantiles(project.uncertain[name], parts)[places[:, k]]
    return found


def order_by_rank(
    correlation_ratio: np.ndarray, *, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """
    Ranks from 0 of each variable in each draw, shape (n_draws, n_variables).

    Raises
    ------
    ParameterOutOfRange
        If the correlations contradict each other (the matrix is not positive definite).
    """
    n_variables = len(correlation_ratio)
    scores = normal_scores(n_draws)
    shuffled = np.stack([rng.permutation(scores) for _ in range(n_variables)], axis=1)
    if n_draws > 2 * n_variables:  # take out what correlation the shuffling left by chance
        chance = np.linalg.cholesky(np.corrcoef(shuffled, rowvar=False).reshape(n_variables, -1))
        shuffled = np.linalg.solve(chance, shuffled.T).T
    wanted = shuffled @ _cholesky(_to_pearson(correlation_ratio)).T
    return wanted.argsort(axis=0).argsort(axis=0)


def normal_scores(n_draws: int) -> np.ndarray:
    """Van der Waerden's: the normal quantile of i / (n + 1)."""
    return np.array([_NORMAL.inv_cdf(i / (n_draws + 1)) for i in range(1, n_draws + 1)])


def quantiles(uncertain: Uncertain, shares: np.ndarray) -> np.ndarray:
    """Values below which the shares of the distribution lie; shares are within (0, 1)."""
    low, high, mode = uncertain.low_ratio, uncertain.high_ratio, uncertain.mode_ratio
    if uncertain.kind == "uniform":
        return low + (high - low) * shares
    if uncertain.kind == "normal":
        middle, deviation = (low + high) / 2, (high - low) / (2 * _Z95)
        z = np.array([_NORMAL.inv_cdf(float(share)) for share in shares])
        return np.maximum(0.0, middle + deviation * z)
    rising = (mode - low) / (high - low)
    left = low + np.sqrt(shares * (high - low) * (mode - low))
    right = high - np.sqrt((1 - shares) * (high - low) * (high - mode))
    return np.where(shares < rising, left, right)


def _correlation(project: Project, names: list[str]) -> np.ndarray:
    matrix = np.eye(len(names))
    for pair in project.correlations:
        i, j = names.index(pair.of), names.index(pair.with_)
        matrix[i, j] = matrix[j, i] = pair.rank_ratio
    return matrix


def _to_pearson(rank_ratio: np.ndarray) -> np.ndarray:
    """Correlation of normal variables whose ranks correlate so (Pearson 1907)."""
    return 2 * np.sin(np.pi / 6 * rank_ratio)


def _cholesky(matrix: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.cholesky(matrix + 1e-12 * np.eye(len(matrix)))
    except np.linalg.LinAlgError as error:
        raise ParameterOutOfRange(
            "the rank correlations contradict each other: no draws can have all of them"
        ) from error
