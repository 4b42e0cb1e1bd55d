"""Variance-based sensitivity of a model's metrics: Sobol's indices with bootstrapped intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc, sobol_indices

from tuijin.project_models import Influence, Parameter

_TAILS = (0.025, 0.975)  # of the bootstrap, whose own in scipy takes no seed
_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Design:
    """
    Where a function is to be evaluated: A, B, and A with one column of B for each parameter.

    Parameters
    ----------
    points
        Shape (d, n_points × (2 + d)), each parameter in its own range.
    """

    names: tuple[str, ...]
    n_points: int
    points: np.ndarray


def build_design(parameters: Sequence[Parameter], *, n_points: int, seed: int) -> Design:
    """
    Spread points over the ranges, scrambled Sobol sequence.

    Parameters
    ----------
    parameters
        Those that are ranges; triangular where there is a value, uniform without, as `draw` does.
    n_points
        A power of two.
    """
    n_free = len(parameters)
    sequence = qmc.Sobol(2 * n_free, rng=seed).random(n_points)
    a, b = sequence[:, :n_free].T, sequence[:, n_free:].T
    mixed = np.repeat(a[None], n_free, axis=0)
    mixed[np.arange(n_free), np.arange(n_free)] = b
    unit = np.concatenate([a, b, *mixed], axis=1)
    points = [quantile(p, row) for p, row in zip(parameters, unit, strict=True)]
    return Design(tuple(p.name for p in parameters), n_points, np.array(points))


def design_over(
    parameters: Sequence[Parameter], *, n_points: int, seed: int
) -> tuple[Design, dict[str, np.ndarray]]:
    """
    Build the design over those parameters that are ranges, and say what each is at its points.

    Returns
    -------
    design, values
        Values by name, shape (n_points × (2 + d),); (0,) if not known.
    """
    ranges = [p for p in parameters if p.is_known and p.ends[0] < p.ends[1]]
    design = build_design(ranges, n_points=n_points, seed=seed)
    size = design.points.shape[1]
    values = {p.name: np.full(size, p.ends[0]) if p.is_known else np.empty(0) for p in parameters}
    return design, values | dict(zip(design.names, design.points, strict=True))


def quantile(parameter: Parameter, ratio: np.ndarray) -> np.ndarray:
    """Value of a range below which a share of its distribution lies."""
    low, high = parameter.ends
    if parameter.value is None:
        return low + ratio * (high - low)
    split = (parameter.value - low) / (high - low)
    rising = low + np.sqrt(ratio * split) * (high - low)
    falling = high - np.sqrt((1 - ratio) * (1 - split)) * (high - low)
    return np.where(ratio < split, rising, falling)


def spread(parameters: Sequence[Parameter], *, n_points: int, seed: int) -> dict[str, np.ndarray]:
    """
    Name → shape (n_points,), over the ranges; constant where it is none, (0,) if not known.

    Parameters
    ----------
    n_points
        A power of two.
    """
    unit = qmc.Sobol(len(parameters), rng=seed).random(n_points).T
    return {
        p.name: np.empty(0) if not p.is_known
        else quantile(p, row) if p.ends[0] < p.ends[1] else np.full(n_points, p.ends[0])
        for p, row in zip(parameters, unit, strict=True)
    }  # fmt: skip


def find_influences(
    design: Design, values: np.ndarray, *, rng: np.random.Generator
) -> tuple[Influence, ...]:
    """
    Sobol's indices of one metric, the largest total first.

    Parameters
    ----------
    values
        Shape (n_points × (2 + d),), the metric at the points of the design.

    Returns
    -------
    Parameters that do not move the metric are left out; the interval (95 %) is of the total.

    References
    ----------
    A. Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, estimators of table 2, as
    `scipy.stats.sobol_indices` has them. Worked case: Ishigami's function.
    """
    parts = (values - values.mean()).reshape(2 + len(design.names), design.n_points)
    moves = [n for n, column in enumerate(parts[2:]) if not np.array_equal(column, parts[0])]
    if not moves or not np.isfinite(values).all():
        return ()
    if len(moves) == 1:
        return (Influence(design.names[moves[0]], 1.0, 1.0, 1.0, 1.0),)
    kept = parts[[0, 1, *(2 + n for n in moves)]]
    first, total = _indices(kept)
    picks = rng.integers(design.n_points, size=(_RESAMPLES, design.n_points))
    totals = np.array([_indices(kept[:, pick])[1] for pick in picks])
    low, high = np.quantile(totals, _TAILS, axis=0)
    influences = [
        Influence(design.names[n], *(float(number) for number in row))
        for n, row in zip(moves, np.array([first, total, low, high]).T, strict=True)
    ]
    return tuple(sorted(influences, key=lambda one: -one.total_ratio))


def _indices(parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and total indices from values at A, B and the mixed points, shape (2 + d, n)."""
    func = {"f_A": parts[:1], "f_B": parts[1:2], "f_AB": parts[2:, None, :]}
    found = sobol_indices(func=func, n=parts.shape[1])
    return np.ravel(found.first_order), np.ravel(found.total_order)


def explain(
    func: Callable[[np.ndarray], np.ndarray],
    parameters: Sequence[Parameter],
    *,
    n_points: int,
    rng: np.random.Generator,
) -> tuple[Influence, ...]:
    """Sobol's indices of a function of shape (d, n) → (n,)."""
    design = build_design(parameters, n_points=n_points, seed=int(rng.integers(2**53)))
    return find_influences(design, func(design.points), rng=rng)
