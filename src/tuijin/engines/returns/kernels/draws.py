"""A project through all its years, LANES draws at a time, and what it returns in each."""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.kernels import lanes as at
from tuijin.engines.returns.kernels import years as step
from tuijin.engines.returns.kernels.compiling import entry, kernel
from tuijin.engines.returns.kernels.lanes import LANES, WIDE
from tuijin.engines.returns.kernels.rates_by_lane import (
    N_WORK,
    find_lane_rates,
    paybacks,
    present_values,
)


@kernel
def start_draws(s: np.ndarray, debts: np.ndarray, scales: np.ndarray) -> None:
    """Nothing is owed or held; the last two groups scale the rates of surcharges and income tax."""
    s[:] = 0.0
    debts[:] = 0.0
    n_scaled = scales.size - 2 * LANES
    surcharge, tax = scales[n_scaled : n_scaled + LANES], scales[n_scaled + LANES :]
    for j in range(WIDE):
        s[at.MIN_DSCR + j] = math.inf
        s[at.SURCHARGE_BY + j] = surcharge[j]
        s[at.TAX_BY + j] = tax[j]


@kernel
def pay_back(s: np.ndarray, debts: np.ndarray, loans: np.ndarray, t: int) -> None:
    """Loans that are paid back as the year's cash allows, in their order."""
    for i in range(loans.shape[0]):
        if loans[i, ch.REPAYMENT] == ch.AS_ABLE and t >= int(loans[i, ch.FIRST_YEAR]):
            step.repay_as_able(s, debts[2 * i])


@kernel
def run_years(
    tables: tuple[np.ndarray, ...],
    is_same: np.ndarray,
    s: np.ndarray,
    scales: np.ndarray,
    debts: np.ndarray,
    losses: np.ndarray,
    flows: np.ndarray,
    with_owners: bool,  # noqa: FBT001  a kernel has no keyword-only arguments
) -> None:
    """
    Fill `flows` (project before tax, project, equity; by year and lane) and the rows of `s`.

    Without the owners no loan is reckoned and the flows of equity are not filled; the project's are
    the same where its tax does not ask how it is paid for (`before_financing`).
    """
    series, group, channel, years, loans, shares, scalars = tables
    is_loss = np.zeros((2, series.shape[1]), dtype=np.bool_)
    start_draws(s, debts, scales)
    with_interest, loss_years = 1.0 - scalars[ch.BEFORE_FINANCING], int(scalars[ch.LOSS_YEARS])
    for t in range(series.shape[1]):
        building = 1.0 if t < int(scalars[ch.N_BUILDING]) else 0.0
        rate = years[ch.TAX_RATE, t]
        if not is_same[t]:
            step.add_up(s, series, group, channel, scales, t)
        step.levy(s, scalars[ch.SURCHARGE])
        if with_owners:
            step.borrow(s, debts, loans, shares, building, t)
            step.invest(s, years[ch.INTEREST_WRITTEN_OFF, t])
            equity = years[ch.CAPITAL_EQUITY, t]
            step.hold_capital(s, equity, scalars[ch.CAPITAL_RATE], scalars[ch.SHORT_RATE])
        step.operate(s)
        step.take_gross(s, with_interest)
        step.use_losses(s, losses[0], is_loss[0], t, loss_years)
        step.keep_project(s, flows, rate, t)
        if with_owners:
            step.take_profit(s)
            step.use_losses(s, losses[1], is_loss[1], t, loss_years)
            step.pay_tax(s, rate)
            step.finance(s, building)
            if building == 0.0:
                pay_back(s, debts, loans, t)
            step.cover(s, building)
            step.keep_equity(s, flows, t)
            step.appropriate(s, scalars[ch.RESERVE], scalars[ch.PAYOUT])
    step.recover(s, flows, with_interest)
    if with_owners:
        step.settle(s, flows, debts)


@kernel
def load_scales(scales: np.ndarray, start: int, n_lanes: int, out: np.ndarray) -> None:
    """Scales (n_groups, n_draws) of the next draws by group and lane; lanes left over repeat."""
    for g in range(scales.shape[0]):
        for j in range(LANES):
            out[g * LANES + j] = scales[g, start + min(j, n_lanes - 1)]


@kernel
def find_same(series: np.ndarray) -> np.ndarray:
    """Years whose amounts are those of the year before."""
    is_same = np.zeros(series.shape[1], dtype=np.bool_)
    for t in range(1, series.shape[1]):
        is_same[t] = np.all(series[:, t] == series[:, t - 1])
    return is_same


@kernel
def is_of_owners(wanted: np.ndarray) -> bool:
    """Whether a figure is wanted that hangs on loans."""
    rates = wanted[ch.EQUITY_IRR] or wanted[ch.EQUITY_NPV]
    return rates or wanted[ch.MIN_DSCR] or wanted[ch.TAXES] or wanted[ch.MOST_SHORT]


@entry
def run_draws(
    tables: tuple[np.ndarray, ...],
    scales: np.ndarray,
    wanted: np.ndarray,
    figures: np.ndarray,
    statuses: np.ndarray,
) -> None:
    """
    Figures (n_figures, n_draws) and statuses (3, n_draws) of one project.

    `wanted` says which figures; others, and statuses of rates not wanted, are left as they are.
    """
    series, scalars = tables[0], tables[6]
    n_draws, n_years = scales.shape[1], series.shape[1]
    s, block = np.empty(at.N_ROWS * LANES), np.empty(scales.shape[0] * LANES)
    debts = np.empty((at.N_LOAN_ROWS * tables[4].shape[0], LANES))
    losses, flows = np.empty((2, n_years, LANES)), np.empty((3, n_years, LANES))
    w, total, found = np.empty(N_WORK), np.empty(LANES), np.empty((ch.N_FIGURES, LANES))
    benchmarks = scalars[ch.BENCHMARK], scalars[ch.BENCHMARK], scalars[ch.EQUITY_BENCHMARK]
    is_same = find_same(series)
    with_owners = scalars[ch.BEFORE_FINANCING] == 0.0 or is_of_owners(wanted)
    for start in range(0, n_draws, LANES):
        n_lanes = min(LANES, n_draws - start)
        end = start + n_lanes
        load_scales(scales, start, n_lanes, block)
        run_years(tables, is_same, s, block, debts, losses, flows, with_owners)
        for i in range(3):
            if wanted[ch.IRR_BEFORE_TAX + i]:
                find_lane_rates(flows[i], w, n_lanes, found[i], statuses[i, start:end])
            if wanted[ch.NPV_BEFORE_TAX + i]:
                present_values(flows[i], benchmarks[i], found[ch.NPV_BEFORE_TAX + i])
        if wanted[ch.PAYBACK]:
            paybacks(flows[1], 0.0, total, found[ch.PAYBACK])
        if wanted[ch.DISCOUNTED_PAYBACK]:
            paybacks(flows[1], benchmarks[1], total, found[ch.DISCOUNTED_PAYBACK])
        for j in range(WIDE):
            found[ch.MIN_DSCR, j] = s[at.MIN_DSCR + j]
            found[ch.TAXES, j] = s[at.TAXES + j]
            found[ch.MOST_SHORT, j] = s[at.MOST_SHORT + j]
        for i in range(ch.N_FIGURES):
            if wanted[i]:
                figures[i, start:end] = found[i, :n_lanes]
