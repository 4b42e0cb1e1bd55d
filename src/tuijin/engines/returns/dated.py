"""Rates and values of flows on dates (XIRR, XNPV): actual days over 365, from the earliest date."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np

from tuijin.engines.returns.kernels import dated
from tuijin.engines.returns.rates import Rates, of_roots
from tuijin.engines.returns.statuses import RateStatus
from tuijin.errors import DidNotConverge, ParameterOutOfRange

DAYS_A_YEAR = 365.0
LOWEST_RATIO, HIGHEST_RATIO = -1 + 1e-9, 1e9  # where roots are looked for


def dated_rates(dates: Sequence[date], flows_yuan: Sequence[float]) -> Rates:
    """
    Every yearly rate between -99.9999999 % and 10⁹ at which the flows' value is 0.

    Flows of one day are added up; the order of the dates does not matter.

    References
    ----------
    ECMA-376 part 1, 18.17.7.346 XIRR (the equation; the method is `kernels/dated.py`).
    """
    years, flows = _by_day(dates, flows_yuan)
    moving = flows != 0.0
    years, flows = years[moving], flows[moving]
    if not flows.size:
        return Rates(RateStatus.ANY, float("nan"), ())
    found = np.empty(flows.size)
    low, high = math.log1p(LOWEST_RATIO), math.log1p(HIGHEST_RATIO)
    n_found = dated.find_all(flows, years - years[0], low, high, found)
    if n_found < 0:
        raise DidNotConverge("the rates of these flows lie too close together to be told apart")
    return of_roots(np.expm1(found[:n_found]))


def dated_value_yuan(
    dates: Sequence[date], flows_yuan: Sequence[float], *, rate_ratio: float
) -> float:
    """Value on the earliest date."""
    if not rate_ratio > -1:
        raise ParameterOutOfRange(f"rate_ratio must exceed -1, got {rate_ratio}")
    years, flows = _by_day(dates, flows_yuan)
    return float(flows @ np.exp(-years * math.log1p(rate_ratio)))


def _by_day(dates: Sequence[date], flows_yuan: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Years since the earliest date, rising, each once, and the flow of each."""
    if len(dates) != len(flows_yuan) or not dates:
        counts = f"{len(dates)} dates and {len(flows_yuan)} flows"
        raise ParameterOutOfRange(f"each flow needs its date, got {counts}")
    days, place = np.unique([day.toordinal() for day in dates], return_inverse=True)
    flows = np.zeros(days.size)
    np.add.at(flows, place, np.asarray(flows_yuan, dtype=np.float64))
    return (days - days[0]) / DAYS_A_YEAR, flows
