"""Prices over time: fit a process, choose between two by their forecasts, draw several together."""

from tuijin.engines.markets.choosing import (
    LEAST_POINTS,
    Choice,
    Undecided,
    choose_process,
    percentile_of_move,
)
from tuijin.engines.markets.correlation import Together, correlate, nearest_correlation
from tuijin.engines.markets.drawing import draw_prices, quantiles_ahead
from tuijin.engines.markets.fitting import (
    fit_mean_reversion,
    fit_random_walk,
    half_life_interval_days,
)
from tuijin.engines.markets.observed import Observed, observe
from tuijin.engines.markets.processes import MeanReversion, Process, RandomWalk

__all__ = [
    "LEAST_POINTS",
    "Choice",
    "MeanReversion",
    "Observed",
    "Process",
    "RandomWalk",
    "Together",
    "Undecided",
    "choose_process",
    "correlate",
    "draw_prices",
    "fit_mean_reversion",
    "fit_random_walk",
    "half_life_interval_days",
    "nearest_correlation",
    "observe",
    "percentile_of_move",
    "quantiles_ahead",
]
