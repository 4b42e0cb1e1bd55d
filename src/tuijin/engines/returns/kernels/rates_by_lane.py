"""Rates, values and paybacks of LANES series of flows at once; `flows` is (n_years, LANES)."""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels.compiling import entry, kernel
from tuijin.engines.returns.kernels.lanes import LANES, WIDE, rows
from tuijin.engines.returns.kernels.roots import ONE, find_rate

_MOST_STEPS = 12
_CLOSE = 1e-8  # a step this small leaves an error of its square
(
    _PAID, _RECEIVED, _PAID_SLOPE, _RECEIVED_SLOPE, _V, _STEP, _POWER, _LEAST, _MOST, _AGAIN,
) = rows(0, 10)  # fmt: skip
N_WORK = 10 * LANES


@kernel
def find_signs(flows: np.ndarray, w: np.ndarray) -> None:
    """Least and most flow of each lane; `_AGAIN` above 0 where one paid follows one received."""
    for j in range(WIDE):
        w[_LEAST + j] = 0.0
        w[_MOST + j] = 0.0
        w[_AGAIN + j] = 0.0
    for t in range(flows.shape[0] - 1, -1, -1):
        row = flows[t]
        for j in range(WIDE):
            w[_AGAIN + j] = max(w[_AGAIN + j], min(-w[_LEAST + j], row[j]))
            w[_LEAST + j] = min(w[_LEAST + j], row[j])
            w[_MOST + j] = max(w[_MOST + j], row[j])


@kernel
def find_split(flows: np.ndarray) -> int:
    """First year in which the lanes together receive more than they pay."""
    for t in range(flows.shape[0]):
        total = 0.0
        for j in range(LANES):
            total += flows[t, j]
        if total > 0.0:
            return t
    return flows.shape[0]


@kernel
def add_up(flows: np.ndarray, w: np.ndarray, split: int) -> None:
    """
    Values at v and their slopes, by Horner's rule: paid of the years before the split, received of
    those from it on, each as of the first of its years.
    """
    for j in range(WIDE):
        w[_PAID + j] = 0.0
        w[_RECEIVED + j] = 0.0
        w[_PAID_SLOPE + j] = 0.0
        w[_RECEIVED_SLOPE + j] = 0.0
    for t in range(flows.shape[0] - 1, split - 1, -1):
        row = flows[t]
        for j in range(WIDE):
            received, v = w[_RECEIVED + j], w[_V + j]
            w[_RECEIVED_SLOPE + j] = w[_RECEIVED_SLOPE + j] * v + received
            w[_RECEIVED + j] = received * v + row[j]
    for t in range(split - 1, -1, -1):
        row = flows[t]
        for j in range(WIDE):
            paid, v = w[_PAID + j], w[_V + j]
            w[_PAID_SLOPE + j] = w[_PAID_SLOPE + j] * v + paid
            w[_PAID + j] = paid * v - row[j]


@kernel
def step(w: np.ndarray, split: int) -> None:
    """As `roots.find_single`, what is received being as of the year of the split."""
    for j in range(WIDE):
        w[_POWER + j] = 1.0
    for _ in range(split):
        for j in range(WIDE):
            w[_POWER + j] *= w[_V + j]
    for j in range(WIDE):
        v, paid = w[_V + j], w[_PAID + j]
        received, slope = w[_RECEIVED + j], w[_RECEIVED_SLOPE + j]
        duration = split + v * (slope / received - w[_PAID_SLOPE + j] / paid)
        received *= w[_POWER + j]
        change = -2.0 * (received - paid) / ((received + paid) * duration)
        change = min(1.0, max(-1.0, change))
        w[_STEP + j] = change
        w[_V + j] = v * (2.0 + change) / (2.0 - change)


@kernel
def find_lane_rates(
    flows: np.ndarray, w: np.ndarray, n_lanes: int, rates: np.ndarray, statuses: np.ndarray
) -> None:
    """
    `find_rate` of each of the first lanes: together where what is received follows what is paid.

    Such flows have one root in v (Descartes), so that a v found by any way is the one. Newton's
    method is that of `roots.find_single` but for the sums, which are divided by years instead of by
    sign: where it does not settle, the lane is solved by itself.
    """
    find_signs(flows, w)
    split = find_split(flows)
    for j in range(WIDE):
        w[_V + j] = 0.9
    for _ in range(_MOST_STEPS):
        add_up(flows, w, split)
        step(w, split)
        n_open = 0
        for j in range(WIDE):
            n_open += 1 if w[_AGAIN + j] <= 0.0 and not abs(w[_STEP + j]) < _CLOSE else 0
        if n_open == 0:
            break
    for j in range(WIDE):
        if j >= n_lanes:
            break
        is_one = w[_AGAIN + j] <= 0.0 and w[_LEAST + j] < 0.0 and w[_MOST + j] > 0.0
        if is_one and abs(w[_STEP + j]) < _CLOSE:
            rates[j], statuses[j] = 1.0 / w[_V + j] - 1.0, ONE
        else:
            rates[j], statuses[j] = find_rate(flows[:, j].copy())


@entry
def find_rates(flows: np.ndarray, rates: np.ndarray, statuses: np.ndarray) -> None:
    """`find_rate` of each row of flows (n_rows, n_years)."""
    n_rows, n_years = flows.shape
    block, w = np.zeros((n_years, LANES)), np.empty(N_WORK)
    for start in range(0, n_rows, LANES):
        n_lanes = min(LANES, n_rows - start)
        for j in range(n_lanes):
            for t in range(n_years):
                block[t, j] = flows[start + j, t]
        end = start + n_lanes
        find_lane_rates(block, w, n_lanes, rates[start:end], statuses[start:end])


@kernel
def present_values(flows: np.ndarray, rate: float, out: np.ndarray) -> None:
    """At the end of year 0; flows fall on the ends of years 1, 2, …"""
    v = 1.0 / (1.0 + rate)
    for j in range(WIDE):
        out[j] = 0.0
    for t in range(flows.shape[0] - 1, -1, -1):
        row = flows[t]
        for j in range(WIDE):
            out[j] = (out[j] + row[j]) * v


@kernel
def paybacks(flows: np.ndarray, rate: float, total: np.ndarray, out: np.ndarray) -> None:
    """Years until what flowed in covers what flowed out for good; straight within the year."""
    v, factor = 1.0 / (1.0 + rate), 1.0
    for j in range(WIDE):
        total[j] = 0.0
        out[j] = math.nan
    for t in range(flows.shape[0]):
        factor *= v
        row = flows[t]
        for j in range(WIDE):
            before = total[j]
            after = before + row[j] * factor
            crossed = t + before / (before - after)
            kept = crossed if before < 0.0 else out[j]
            out[j] = math.nan if after < 0.0 else kept
            total[j] = after
