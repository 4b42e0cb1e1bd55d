"""Which unknown moves a metric most, and where it decides a claim."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial

import numpy as np

from tuijin.project_models import Influence, Parameter
from tuijin.project_models.crossings import find_crossings
from tuijin.project_models.motor_line.metrics import LINE, NEEDS, find_samples
from tuijin.project_models.motor_line.simulation import simulate_all
from tuijin.project_models.motor_line.solving import find_corners
from tuijin.project_models.sensitivity import Design, design_over, find_influences, spread

Given = Mapping[str, Parameter]
Points = Mapping[str, np.ndarray]

N_POINTS = 32  # each costs as many simulations as the line has ranges, and two
SENSITIVITY_DAYS = 2
_N_OTHERS = 4
_N_TRIED = 2


def explain_metric(given: Given, *, metric: str, rng: np.random.Generator) -> tuple[Influence, ...]:
    """Sobol's indices of the ranges; nothing where a parameter the metric needs is not known."""
    if any(not given[name].is_known for name in NEEDS[metric]):
        return ()
    seed = int(rng.integers(2**32))
    design, samples = _evaluate_design(_without_line(given, metric), seed)
    if not design.names or samples[metric].size == 1:
        return ()
    return find_influences(design, samples[metric], rng=rng)


def find_range(
    given: Given, *, metric: str, target: float, seed: int
) -> tuple[tuple[str, float, float], ...]:
    """
    Where the most influential range, or else the next, decides.

    The others are spread, and set to their worst and best ends, all with the same random streams.
    """
    rng = np.random.Generator(np.random.PCG64(seed))  # the stream `default_rng` gives for the seed
    influences = explain_metric(given, metric=metric, rng=rng)
    asked = {p.name: p for p in _without_line(given, metric)}
    drawn = spread(list(asked.values()), n_points=_N_OTHERS, seed=seed)
    corners = find_corners(asked)
    others = {name: np.concatenate([drawn[name], corners[name]]) for name in asked}

    def find_metric(points: Points) -> np.ndarray:
        return evaluate(points, seed=seed)[metric]

    for name in [influence.name for influence in influences[:_N_TRIED]]:
        found = find_crossings(
            others, name, ends=asked[name].ends, target=target, find_metric=find_metric
        )
        if found.size:
            return ((name, float(found.min()), float(found.max())),)
    return ()


def evaluate(points: Points, *, seed: int) -> dict[str, np.ndarray]:
    """Metrics at each point whose needs are met."""
    n_draws = max(column.size for column in points.values())
    simulate = partial(simulate_all, seed=seed, days=SENSITIVITY_DAYS)
    return find_samples(points, n_draws=n_draws, simulate=simulate)


@lru_cache(maxsize=8)
def _evaluate_design(
    parameters: tuple[Parameter, ...], seed: int
) -> tuple[Design, dict[str, np.ndarray]]:
    """Simulate the design of the sensitivity, once for all metrics of the line."""
    design, points = design_over(parameters, n_points=N_POINTS, seed=seed)
    return design, evaluate(points, seed=seed)


def _without_line(given: Given, metric: str) -> tuple[Parameter, ...]:
    """The parameters; the line's are not known to a metric that does without, so none is run."""
    if set(LINE) <= set(NEEDS[metric]):
        return tuple(given.values())
    kept = {"shifts_count"} & set(NEEDS[metric])
    return tuple(
        Parameter(p.name, p.unit, None, None, None, p.source)
        if p.name in LINE and p.name not in kept else p
        for p in given.values()
    )  # fmt: skip
