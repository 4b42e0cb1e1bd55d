"""A project through all its years, LANES draws at a time, and what it returns in each."""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.kernels import lanes as at
from tuijin.engines.returns.kernels import years as step
from tuijin.engines.returns.kernels.compiling import entry, kernel
from tuijin.engines.returns.kernels.lanes import LANES
from tuijin.engines.returns.kernels.rates_by_lane import (
    N_WORK,
    find_lane_rates,
    paybacks,
    present_values,
)


@kernel
def run_years(
    tables: tuple, s: np.ndarray, scales: np.ndarray, debts: np.ndarray, losses: np.ndarray,
    flows: np.ndarray,
) -> None:  # fmt: skip
    """Fill `flows` (project before tax, project, equity; by year and lane) and the rows of `s`."""
    series, group, channel, years, loans, shares, scalars = tables
    is_loss = np.zeros((2, series.shape[1]), dtype=np.bool_)
    s[:] = 0.0
    s[at.MIN_DSCR : at.MIN_DSCR + LANES] = math.inf
    debts[:] = 0.0
    before_financing, loss_years = scalars[ch.BEFORE_FINANCING], int(scalars[ch.LOSS_YEARS])
    for t in range(series.shape[1]):
        building = 1.0 if t < int(scalars[ch.N_BUILDING]) else 0.0
        step.add_up(s, series, group, channel, scales, t)
        step.levy(s, scalars[ch.SURCHARGE])
        step.borrow(s, debts, loans, shares, building, t)
        step.invest(s, years[ch.INTEREST_WRITTEN_OFF, t])
        equity = years[ch.CAPITAL_EQUITY, t]
        step.hold_capital(s, equity, scalars[ch.CAPITAL_RATE], scalars[ch.SHORT_RATE])
        step.earn(s, before_financing)
        rate = years[ch.TAX_RATE, t]
        step.take_profit(s)
        step.use_losses(s, losses[0], is_loss[0], t, loss_years)
        step.set_tax(s, rate)
        step.take_gross(s)
        step.use_losses(s, losses[1], is_loss[1], t, loss_years)
        step.set_adjusted(s, rate)
        step.flow_in(s)
        step.finance(s, building)
        for i in range(loans.shape[0]):
            is_able = loans[i, ch.REPAYMENT] == ch.AS_ABLE and building == 0.0
            if is_able and t >= int(loans[i, ch.FIRST_YEAR]):
                step.repay_as_able(s, debts[2 * i])
        step.cover(s, building)
        step.keep_flows(s, flows, t)
        step.appropriate(s, scalars[ch.RESERVE], scalars[ch.PAYOUT])
    step.recover(s, flows, debts, before_financing)


@kernel
def load_scales(scales: np.ndarray, start: int, n_lanes: int, out: np.ndarray) -> None:
    """Scales (n_draws, n_groups) of the next draws by group and lane; lanes left over repeat."""
    for g in range(scales.shape[1]):
        for j in range(LANES):
            out[g * LANES + j] = scales[start + min(j, n_lanes - 1), g]


@entry
def run_draws(tables: tuple, scales: np.ndarray, figures: np.ndarray, statuses: np.ndarray) -> None:
    """Figures (n_figures, n_draws) and statuses (3, n_draws) of one project."""
    series, scalars = tables[0], tables[6]
    n_draws, n_years = scales.shape[0], series.shape[1]
    s, block = np.empty(at.N_ROWS * LANES), np.empty(max(1, scales.shape[1]) * LANES)
    debts = np.empty((at.N_LOAN_ROWS * tables[4].shape[0], LANES))
    losses, flows = np.empty((2, n_years, LANES)), np.empty((3, n_years, LANES))
    w, total, found = np.empty(N_WORK), np.empty(LANES), np.empty((ch.N_FIGURES, LANES))
    benchmark, equity_benchmark = scalars[ch.BENCHMARK], scalars[ch.EQUITY_BENCHMARK]
    for start in range(0, n_draws, LANES):
        n_lanes = min(LANES, n_draws - start)
        end = start + n_lanes
        load_scales(scales, start, n_lanes, block)
        run_years(tables, s, block, debts, losses, flows)
        for i in range(3):
            find_lane_rates(flows[i], w, n_lanes, found[i], statuses[i, start:end])
        present_values(flows[0], benchmark, found[ch.NPV_BEFORE_TAX])
        present_values(flows[1], benchmark, found[ch.NPV])
        present_values(flows[2], equity_benchmark, found[ch.EQUITY_NPV])
        paybacks(flows[1], 0.0, total, found[ch.PAYBACK])
        paybacks(flows[1], benchmark, total, found[ch.DISCOUNTED_PAYBACK])
        found[ch.MIN_DSCR] = s[at.MIN_DSCR : at.MIN_DSCR + LANES]
        found[ch.TAXES] = s[at.TAXES : at.TAXES + LANES]
        found[ch.MOST_SHORT] = s[at.MOST_SHORT : at.MOST_SHORT + LANES]
        for i in range(ch.N_FIGURES):
            figures[i, start:end] = found[i, :n_lanes]
