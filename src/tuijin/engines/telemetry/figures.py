"""
Mean and percentiles of times that follow each other, with intervals that hold for such.

Clearances at one gate depend on each other: who comes behind a slow one waits too. The sample is
cut, in order of time, into sections; each gives the statistic, and Student's t over the sections
gives the interval around the statistic of the whole ("sectioning"). From the same sections follows
how many independent times the sample is worth, for the share that keeps a limit.

References
----------
S. Asmussen, P. W. Glynn, Stochastic Simulation, 2007, III.5a. Student t: published table, 9 and 19
degrees of freedom. Effective size of a sample for a share: E. L. Korn, B. I. Graubard, Survey
Methodology 24 (1998) 193.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tuijin.engines.telemetry.states import Array

LEAST = 100  # times; fewer give no figure
STATISTICS = ("mean", "p50", "p90", "p95")
_SECTIONS = ((400, 20, 2.093024), (LEAST, 10, 2.262157))  # from how many times, sections, t(0.975)
_BINS = 60
_N_QUANTILES = 1000  # so up to a thousand times are all kept
_SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic and its 95 % interval, in minutes."""

    value_minutes: float
    low_minutes: float
    high_minutes: float


@dataclass(frozen=True, slots=True)
class Measured:
    """
    A sample of times in minutes.

    edges, counts: its histogram; quantiles: at 0, 0.001, …, 1, each a time that was measured.
    independent: for some shares, how many times that do not depend on each other say as much of
        the share up to there.
    """

    n: int
    figures: dict[str, Figure] = field(default_factory=dict)
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    quantiles: tuple[float, ...] = ()
    independent: tuple[tuple[float, float], ...] = ()


def measure_times(minutes: Array, *, order: Array) -> Measured:
    """
    Measure a sample.

    Parameters
    ----------
    minutes
        The times, shape (n,).
    order
        When each was, shape (n,): sections are of times that follow each other.
    """
    minutes = minutes[np.argsort(order, kind="stable")]
    if minutes.size < LEAST:
        return Measured(int(minutes.size))
    counts, edges = np.histogram(minutes, bins=_BINS)
    return Measured(
        int(minutes.size),
        {statistic: _estimate(minutes, statistic) for statistic in STATISTICS},
        tuple(edges.tolist()),
        tuple(counts.tolist()),
        tuple(_find_quantiles(minutes).tolist()),
        tuple((share, _count_independent(minutes, share)) for share in _SHARES),
    )


def _find_quantiles(minutes: Array) -> Array:
    """Ranks by whole numbers: a rounded share would now and then take the next time."""
    ranks = -(-minutes.size * np.arange(_N_QUANTILES + 1) // _N_QUANTILES)
    return np.asarray(np.sort(minutes)[np.maximum(ranks - 1, 0)])


def _count_independent(minutes: Array, share: float) -> float:
    """Size over the design effect: how much more sections differ in the share than by chance."""
    _, n_sections, _ = next(s for s in _SECTIONS if minutes.size >= s[0])
    within = minutes <= np.quantile(minutes, share, method="inverted_cdf")
    met = within.mean()
    if met == 1:
        return float(minutes.size)
    sections = np.array([part.mean() for part in np.array_split(within, n_sections)])
    variance = ((sections - met) ** 2).sum() / (n_sections - 1) / n_sections
    effect = variance * minutes.size / (met * (1 - met))
    return float(minutes.size / max(1.0, effect))


def _estimate(minutes: Array, statistic: str) -> Figure:
    _, n_sections, t = next(s for s in _SECTIONS if minutes.size >= s[0])
    value = _statistic(minutes, statistic)
    sections = np.array(
        [_statistic(part, statistic) for part in np.array_split(minutes, n_sections)]
    )
    spread = np.sqrt(((sections - value) ** 2).sum() / (n_sections - 1) / n_sections)
    return Figure(value, max(0.0, value - t * float(spread)), value + t * float(spread))


def _statistic(minutes: Array, statistic: str) -> float:
    if statistic == "mean":
        return float(minutes.mean())
    return float(np.quantile(minutes, int(statistic[1:]) / 100, method="inverted_cdf"))


def share_within(quantiles: Array, limit: float) -> float:
    """Share of a sample up to a limit, out of its quantiles; exact to a part of the grid."""
    n_within = int(np.searchsorted(quantiles, limit, side="right"))
    return max(0, n_within - 1) / (len(quantiles) - 1)


def measure_freight(load_kg: Array, ended_seconds: Array) -> float | None:
    """Tonnes a day over the days of the log; None where a load is not known or a day is too few."""
    if ended_seconds.size < 2 or not np.isfinite(load_kg).all():
        return None
    n_days = float(np.ptp(ended_seconds)) / _DAY_SECONDS
    return float(load_kg.sum()) / 1000.0 / n_days if n_days >= 1 else None
