"""
Rates and values of flows at the ends of years 0, 1, 2, …, as the international method has them.

The Chinese method counts from the end of year 1 (the first flow is discounted once): the rates are
the same, the values differ by one year's factor; see `appraising` and README.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuijin.engines.returns.kernels import rates_by_lane, roots
from tuijin.engines.returns.statuses import RateStatus
from tuijin.errors import ParameterOutOfRange


@dataclass(frozen=True, slots=True)
class Rates:
    """
    Rates of one series of flows.

    `all_ratio` are all, rising. `rate_ratio` is NaN if there is none and, of several, the smallest
    that is not negative, else the nearest to 0; only status ONE makes it a measure of a project.
    """

    status: RateStatus
    rate_ratio: float
    all_ratio: tuple[float, ...]


def internal_rates(flows_yuan: np.ndarray) -> Rates:
    """
    Every internal rate of return above -100 % of flows a year apart.

    Roots closer together than 2.4e-7 of the discount factor count as one (a double root).

    References
    ----------
    `kernels/roots.py`. Norstrøm, J. Financial and Quantitative Analysis 7(3), 1972, on why there
    may be several.
    """
    flows = _checked(flows_yuan)
    found = np.empty(flows.size)
    n_found = roots.all_rates(flows, found)
    if n_found < 0:
        return Rates(RateStatus.ANY, float("nan"), ())
    return of_roots(found[:n_found])


def of_roots(found_ratio: np.ndarray) -> Rates:
    if not found_ratio.size:
        return Rates(RateStatus.NONE, float("nan"), ())
    status = RateStatus.ONE if found_ratio.size == 1 else RateStatus.SEVERAL
    every = tuple(float(rate) for rate in found_ratio)
    return Rates(status, next((rate for rate in every if rate >= 0), every[-1]), every)


def internal_rates_of_rows(flows_yuan: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    The rate of each row as `Rates.rate_ratio`, and its `RateStatus`.

    Parameters
    ----------
    flows_yuan
        Shape (n_rows, n_years).
    """
    flows = np.ascontiguousarray(flows_yuan, dtype=np.float64)
    if flows.ndim != 2:
        raise ParameterOutOfRange(f"flows must have rows and years, got shape {flows.shape}")
    rates, statuses = np.empty(len(flows)), np.empty(len(flows), dtype=np.uint8)
    rates_by_lane.find_rates(flows, rates, statuses)
    return rates, statuses


def net_present_value_yuan(flows_yuan: np.ndarray, *, rate_ratio: float) -> float:
    """Value at the first flow."""
    flows = _checked(flows_yuan)
    _check_rate("rate_ratio", rate_ratio)
    return float(flows @ (1 + rate_ratio) ** -np.arange(float(flows.size)))


def modified_rate_ratio(
    flows_yuan: np.ndarray, *, finance_ratio: float, reinvest_ratio: float
) -> float:
    """
    MIRR: what is paid is financed at one rate, what is received reinvested at another.

    NaN without both.

    References
    ----------
    Lin, Engineering Economist 21(4), 1976; numpy-financial `mirr`.
    """
    flows = _checked(flows_yuan)
    _check_rate("finance_ratio", finance_ratio)
    _check_rate("reinvest_ratio", reinvest_ratio)
    if not (flows > 0).any() or not (flows < 0).any():
        return float("nan")
    t = np.arange(flows.size)
    received = np.maximum(flows, 0) @ (1 + reinvest_ratio) ** (flows.size - 1.0 - t)
    paid = np.minimum(flows, 0) @ (1 + finance_ratio) ** (0.0 - t)
    return float((received / -paid) ** (1 / (flows.size - 1)) - 1)


def payback_years(flows_yuan: np.ndarray, *, rate_ratio: float = 0.0) -> float:
    """
    Years from the first flow until what came in covers what went out for good.

    The year of crossing is divided in proportion. Dynamic with a rate, else static; NaN if never.
    """
    flows = _checked(flows_yuan)
    _check_rate("rate_ratio", rate_ratio)
    total = np.cumsum(flows * (1 + rate_ratio) ** -np.arange(float(flows.size)))
    if not (total < 0).any() or total[-1] < 0:
        return float("nan")
    last = int(np.flatnonzero(total < 0)[-1])
    return float(last + total[last] / (total[last] - total[last + 1]))


def capital_recovery_ratio(*, rate_ratio: float, n_years: int) -> float:
    """CRF: the equal yearly payment that returns 1 with interest."""
    _check_rate("rate_ratio", rate_ratio)
    if rate_ratio == 0:
        return 1 / n_years
    return float(rate_ratio / (1 - (1 + rate_ratio) ** -n_years))


def _checked(flows_yuan: np.ndarray) -> np.ndarray:
    flows = np.ascontiguousarray(flows_yuan, dtype=np.float64)
    if flows.ndim != 1 or flows.size == 0 or not np.isfinite(flows).all():
        raise ParameterOutOfRange(f"flows must be finite numbers in a row, got {flows.shape}")
    return flows


def _check_rate(name: str, rate_ratio: float) -> None:
    if not rate_ratio > -1:
        raise ParameterOutOfRange(f"{name} must exceed -1, got {rate_ratio}")
