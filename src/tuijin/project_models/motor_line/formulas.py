"""Closed forms of a line: takt, yield, bounds on the rate, rare earth in a magnet, energy saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

# A figure, or a sample of it.
Number = Any

HOUR_SECONDS, DAY_SECONDS = 3600.0, 86_400.0


def takt_seconds(planned_hours: Number, *, oee_ratio: Number, demand_count: Number) -> Number:
    """Time between two motors that meets a demand: available time ÷ demand."""
    return planned_hours * HOUR_SECONDS * oee_ratio / demand_count


def reworked_yield_ratio(
    first_pass_ratio: Number,
    *,
    rework_ratio: Number,
    rework_yield_ratio: Number,
) -> Number:
    """Share that passes at first or after rework: y + (1 − y) · w · y_r."""
    return first_pass_ratio + (1 - first_pass_ratio) * rework_ratio * rework_yield_ratio


def rolled_yield_ratio(yields_ratio: Sequence[float]) -> float:
    """Share of starts that pass every station: the product of the stations' yields."""
    return float(np.prod(yields_ratio))


def line_rate_bounds(
    cycles_seconds: Sequence[float], *, lost_seconds: Sequence[float]
) -> tuple[float, float]:
    """
    Lowest and highest rate of a line of unreliable stations [pieces a second].

    Parameters
    ----------
    cycles_seconds
        Time of each station for a piece, without stops.
    lost_seconds
        Mean time each loses to stops with a piece.

    Returns
    -------
    Without buffers, where any stop stops all: 1 ÷ (1/r + Σ t_fail); with infinite ones, where
    the slowest rules: min e_i r_i.

    References
    ----------
    Buzacott and Shanthikumar, Stochastic models of manufacturing systems, 1993, chapter 5.
    """
    lowest = 1 / (max(cycles_seconds) + sum(lost_seconds))
    both = (cycle + lost for cycle, lost in zip(cycles_seconds, lost_seconds, strict=True))
    return lowest, 1 / max(both)


def oxide_to_magnet_ratio(
    *,
    rare_earth_ratio: Number,
    metal_in_oxide_ratio: Number,
    magnet_yield_ratio: Number,
) -> Number:
    """Oxide that goes into a unit mass of magnet: x_RE / (f_metal · y_mag)."""
    return rare_earth_ratio / (metal_in_oxide_ratio * magnet_yield_ratio)


def saving_mwh_per_year(
    rated_power_mw: Number,
    *,
    load_ratio: Number,
    running_hours: Number,
    before_ratio: Number,
    after_ratio: Number,
) -> Number:
    """Electricity that a better motor saves a year: P · LF · h · (1/η1 − 1/η2)."""
    return rated_power_mw * load_ratio * running_hours * (1 / before_ratio - 1 / after_ratio)
