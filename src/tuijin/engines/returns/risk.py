"""Monte Carlo of a project: how its returns are spread, and how likely they miss the benchmark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.engines.returns.appraising import Returns, appraise
from tuijin.engines.returns.benchmarks import benchmark_ratio
from tuijin.engines.returns.sampling import draw_factors
from tuijin.engines.returns.spec import Project

QUANTILES_RATIO = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Risk:
    """
    Draws of a project.

    `miss_ratio` is the share of draws whose NPV after tax at the benchmark is below 0: it holds for
    draws with no rate or several, too. NaN without a benchmark.
    """

    factors: dict[str, np.ndarray]
    returns: Returns
    miss_ratio: float
    seed: int

    def quantiles(self, figure: str) -> np.ndarray:
        """Of a figure of `Returns`, at `QUANTILES_RATIO`; draws without one are left out."""
        values = getattr(self.returns, figure)
        known = values[~np.isnan(values)]
        if not known.size:
            return np.full(len(QUANTILES_RATIO), np.nan)
        return np.quantile(known, QUANTILES_RATIO)


def simulate(project: Project, *, n_draws: int, seed: int) -> Risk:
    """The same project, number of draws and seed give the same figures."""
    rng = np.random.Generator(np.random.Philox(seed))
    factors = draw_factors(project, n_draws=n_draws, rng=rng)
    given = factors or {"price": np.ones(n_draws)}
    returns = appraise(project, factors=given)
    known = benchmark_ratio(project) is not None
    miss = float((returns.npv_yuan < 0).mean()) if known else float("nan")
    return Risk(factors, returns, miss, seed)
