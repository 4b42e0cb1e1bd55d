"""Where a metric passes a target as one parameter walks through its range."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

PRECISION_RATIO = 0.01  # of a deciding value, to either side
_STEPS = 5
_MOST_HALVINGS = 12  # where that value is 0

Points = Mapping[str, np.ndarray]
Metric = Callable[[Points], np.ndarray]


def find_crossings(
    others: Points, name: str, *, ends: tuple[float, float], target: float, find_metric: Metric
) -> np.ndarray:
    """
    Deciding value of one parameter at each point of the others, where there is one.

    A walk in a few steps finds where the target is passed, halving finds the place: a percentile
    jumps there, so a straight line between two steps would miss it. Where the metric is a mean of
    nothing it passes no target.

    Parameters
    ----------
    others
        Parameter → shape (n,), or (0,) where it is not known.
    find_metric
        The metric at points, shape (n,); at equal points the same.
    """
    grid = np.linspace(*ends, _STEPS)
    points = {key: np.repeat(column, _STEPS) for key, column in others.items()}
    points[name] = np.tile(grid, len(others[name]))
    values = find_metric(points).reshape(-1, _STEPS)
    is_short, is_seen = values < target, np.isfinite(values)
    passed = (is_short[:, :-1] != is_short[:, 1:]) & is_seen[:, :-1] & is_seen[:, 1:]
    rows = np.flatnonzero(passed.any(axis=1))
    at = passed[rows].argmax(axis=1)
    kept = {key: column[rows] if column.size else column for key, column in others.items()}

    def is_as_low(which: np.ndarray, x: np.ndarray) -> np.ndarray:
        tried = {key: column[which] if column.size else column for key, column in kept.items()}
        found = find_metric(tried | {name: x}) < target
        return np.asarray(found == is_short[rows, at][which])

    return _halve(grid[at], grid[at + 1], is_as_low)


def _halve(
    low: np.ndarray, high: np.ndarray, is_as_low: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Halve the brackets that are too wide yet; say whether a middle is on the side of low."""
    for _ in range(_MOST_HALVINGS):
        wide = np.flatnonzero(high - low > PRECISION_RATIO * np.abs(low + high))
        if not wide.size:
            break
        middle = (low[wide] + high[wide]) / 2
        is_low = is_as_low(wide, middle)
        low[wide[is_low]], high[wide[~is_low]] = middle[is_low], middle[~is_low]
    return np.asarray((low + high) / 2)
