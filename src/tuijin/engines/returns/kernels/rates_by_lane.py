"""Rates, values and paybacks of LANES series of flows at once; `flows` is (n_years, LANES)."""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels.compiling import entry, kernel
from tuijin.engines.returns.kernels.lanes import LANES
from tuijin.engines.returns.kernels.roots import ONE, find_rate

_MOST_STEPS = 12
_CLOSE = 1e-8  # a step this small leaves an error of its square
_PAID, _RECEIVED, _PAID_SLOPE, _RECEIVED_SLOPE, _V, _STEP, _LAST, _CHANGES = range(
    0, 8 * LANES, LANES
)
N_WORK = 8 * LANES


@kernel
def count_changes(flows: np.ndarray, w: np.ndarray) -> None:
    for j in range(LANES):
        w[_LAST + j] = 0.0
        w[_CHANGES + j] = 0.0
    for t in range(flows.shape[0]):
        row = flows[t]
        for j in range(LANES):
            flow, last = row[j], w[_LAST + j]
            up = 1.0 if flow > 0.0 else 0.0
            down = 1.0 if flow < 0.0 else 0.0
            w[_CHANGES + j] += up if last < 0.0 else 0.0
            w[_CHANGES + j] += down if last > 0.0 else 0.0
            w[_LAST + j] = last if flow == 0.0 else flow


@kernel
def add_up(flows: np.ndarray, w: np.ndarray) -> None:
    """Present values paid and received at v, and their slopes, by Horner's rule."""
    for j in range(LANES):
        w[_PAID + j] = 0.0
        w[_RECEIVED + j] = 0.0
        w[_PAID_SLOPE + j] = 0.0
        w[_RECEIVED_SLOPE + j] = 0.0
    for t in range(flows.shape[0] - 1, -1, -1):
        row = flows[t]
        for j in range(LANES):
            flow, v = row[j], w[_V + j]
            paid, received = w[_PAID + j], w[_RECEIVED + j]
            w[_PAID_SLOPE + j] = w[_PAID_SLOPE + j] * v + paid
            w[_RECEIVED_SLOPE + j] = w[_RECEIVED_SLOPE + j] * v + received
            w[_PAID + j] = paid * v + max(-flow, 0.0)
            w[_RECEIVED + j] = received * v + max(flow, 0.0)


@kernel
def step(w: np.ndarray) -> None:
    """As `roots.find_single`."""
    for j in range(LANES):
        paid, received, v = w[_PAID + j], w[_RECEIVED + j], w[_V + j]
        duration = v * (w[_RECEIVED_SLOPE + j] / received - w[_PAID_SLOPE + j] / paid)
        change = -2.0 * (received - paid) / ((received + paid) * duration)
        change = min(1.0, max(-1.0, change))
        w[_STEP + j] = change
        w[_V + j] = v * (2.0 + change) / (2.0 - change)


@kernel
def find_lane_rates(
    flows: np.ndarray, w: np.ndarray, n_lanes: int, rates: np.ndarray, statuses: np.ndarray
) -> None:
    """`find_rate` of each of the first lanes: together where one change of sign has one root."""
    count_changes(flows, w)
    w[_V : _V + LANES] = 0.9
    for _ in range(_MOST_STEPS):
        add_up(flows, w)
        step(w)
        n_open = 0
        for j in range(n_lanes):
            if w[_CHANGES + j] == 1.0 and not abs(w[_STEP + j]) < _CLOSE:
                n_open += 1
        if n_open == 0:
            break
    for j in range(n_lanes):
        if w[_CHANGES + j] == 1.0 and abs(w[_STEP + j]) < _CLOSE:
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
    for j in range(LANES):
        out[j] = 0.0
    for t in range(flows.shape[0] - 1, -1, -1):
        row = flows[t]
        for j in range(LANES):
            out[j] = (out[j] + row[j]) * v


@kernel
def paybacks(flows: np.ndarray, rate: float, total: np.ndarray, out: np.ndarray) -> None:
    """Years until what flowed in covers what flowed out for good; straight within the year."""
    v, factor = 1.0 / (1.0 + rate), 1.0
    for j in range(LANES):
        total[j] = 0.0
        out[j] = math.nan
    for t in range(flows.shape[0]):
        factor *= v
        row = flows[t]
        for j in range(LANES):
            before = total[j]
            after = before + row[j] * factor
            crossed = t + before / (before - after)
            kept = crossed if before < 0.0 else out[j]
            out[j] = math.nan if after < 0.0 else kept
            total[j] = after
