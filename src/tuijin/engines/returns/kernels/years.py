"""The years of a project, draw by draw: what is sold, paid, owed and taxed, and what it returns."""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.kernels.compiling import kernel
from tuijin.engines.returns.kernels.roots import find_rate


@kernel
def add_up(series, group, channel, scales, amounts):
    """Sum the series of a draw by channel: amounts (n_channels, n_years)."""
    amounts[:] = 0.0
    for i in range(series.shape[0]):
        scale, row = scales[group[i]], channel[i]
        for t in range(series.shape[1]):
            amounts[row, t] += scale * series[i, t]


@kernel
def tax_on(profit, rate, year, loss_years, losses):
    """
    Tax on a year's profit after the losses of the years before, oldest first.

    A loss is written to `losses[year]`; what is used of earlier ones is taken from them.
    """
    losses[year] = max(0.0, -profit)
    left = max(0.0, profit)
    for earlier in range(max(0, year - loss_years), year):
        used = min(left, losses[earlier])
        losses[earlier] -= used
        left -= used
    return rate * left


@kernel
def level_payment(principal, rate, term):
    if rate == 0.0:
        return principal / term
    return principal * rate / (1.0 - (1.0 + rate) ** -term)


@kernel
def present_value(flows, rate):
    """At the end of year 0; flows fall on the ends of years 1, 2, …"""
    value, v = 0.0, 1.0 / (1.0 + rate)
    for t in range(flows.size - 1, -1, -1):
        value = (value + flows[t]) * v
    return value


@kernel
def payback(flows, rate):
    """Years until what has flowed in covers what flowed out for good; straight within the year."""
    v, factor, total, years = 1.0 / (1.0 + rate), 1.0, 0.0, math.nan
    for t in range(flows.size):
        factor *= v
        before = total
        total += flows[t] * factor
        if total < 0.0:
            years = math.nan
        elif math.isnan(years) and total >= 0.0 and before < 0.0:
            years = t + before / (before - total)
    return years


@kernel
def run_years(amounts, years, loans, shares, scalars, flows, balances, losses):
    """
    Fill `flows` (project before tax, project, equity; by year) and return min DSCR, taxes, short.

    The order within a year is the one README.md tells; `statements.py` is the same in plain words.
    """
    n_years, n_loans = amounts.shape[1], loans.shape[0]
    n_building, loss_years = int(scalars[ch.N_BUILDING]), int(scalars[ch.LOSS_YEARS])
    interest_in = credit = cash = short = earned = reserve = paid_in = 0.0
    capital = capital_loan = book = interest_book = taxes = 0.0
    min_dscr, was_short = math.inf, 0.0
    balances[:, :] = 0.0
    for t in range(n_years):
        revenue, cost = amounts[ch.REVENUE, t], amounts[ch.COST, t]
        invested = amounts[ch.INVESTMENT, t] + amounts[ch.INVESTMENT_VAT, t]
        vat = amounts[ch.OUTPUT_VAT, t] - amounts[ch.INPUT_VAT, t] - amounts[ch.INVESTMENT_VAT, t]
        vat_due = max(0.0, vat - credit)
        credit = max(0.0, credit - vat)
        levied = scalars[ch.SURCHARGE] * vat_due + amounts[ch.OTHER_TAX, t]
        is_building = t < n_building
        # Loans: what is drawn, what it costs, what is paid back.
        drawn = interest = capitalised = paid_interest = principal = 0.0
        for i in range(n_loans):
            draw = shares[i, t] * invested
            cost_of = (balances[i, 0] + 0.5 * draw) * loans[i, ch.RATE]
            drawn += draw
            balances[i, 0] += draw
            if is_building:
                capitalised += cost_of
                if loans[i, ch.IS_PAID] != 0.0:
                    paid_interest += cost_of
                else:
                    balances[i, 0] += cost_of
                continue
            interest += cost_of
            first = int(loans[i, ch.FIRST_YEAR])
            term = loans[i, ch.TERM]
            if t == first:
                balances[i, 1] = balances[i, 0] / term
                balances[i, 2] = level_payment(balances[i, 0], loans[i, ch.RATE], term)
            back = 0.0
            if first <= t and loans[i, ch.REPAYMENT] == ch.EQUAL_PRINCIPAL:
                back = balances[i, 1]
            elif first <= t and loans[i, ch.REPAYMENT] == ch.EQUAL_PAYMENT:
                back = balances[i, 2] - cost_of
            back = min(balances[i, 0], max(0.0, back))
            balances[i, 0] -= back
            principal += back
        interest_in += capitalised
        written = amounts[ch.WRITTEN_OFF, t]
        interest_written = interest_in * years[ch.INTEREST_WRITTEN_OFF, t]
        book += amounts[ch.INVESTMENT, t] - written
        interest_book += capitalised - interest_written
        # Working capital.
        needed = amounts[ch.CAPITAL, t] - capital
        if needed >= 0.0:
            capital_drawn = needed * (1.0 - years[ch.CAPITAL_EQUITY, t])
            capital_equity = needed - capital_drawn
        else:
            capital_drawn = needed * capital_loan / capital if capital > 0.0 else 0.0
            capital_equity = 0.0
        capital += needed
        capital_loan += capital_drawn
        running = capital_loan * scalars[ch.CAPITAL_RATE] + short * scalars[ch.SHORT_RATE]
        # Profit and tax.
        gross = revenue + amounts[ch.SUBSIDY, t] - cost - levied - written
        profit = gross - interest_written - interest - running
        untaxed = amounts[ch.UNTAXED, t]
        rate = years[ch.TAX_RATE, t]
        tax = tax_on(profit - untaxed, rate, t, loss_years, losses[0])
        before = gross
        if scalars[ch.BEFORE_FINANCING] == 0.0:
            before -= interest_written
        adjusted = tax_on(before - untaxed, rate, t, loss_years, losses[1])
        net = profit - tax
        taxes += vat_due + levied + tax
        # Flows.
        operating = (
            revenue + amounts[ch.OUTPUT_VAT, t] + amounts[ch.SUBSIDY, t] - cost
            - amounts[ch.INPUT_VAT, t] - vat_due - levied
        )  # fmt: skip
        flows[0, t] = operating - invested - needed
        flows[1, t] = flows[0, t] - adjusted
        flow = operating - tax - invested - needed + drawn + capital_drawn
        flow -= interest + running + paid_interest + principal
        put_in = max(0.0, -flow) if is_building else capital_equity
        available = cash + flow + put_in - short
        for i in range(n_loans):
            as_able = loans[i, ch.REPAYMENT] == ch.AS_ABLE and t >= loans[i, ch.FIRST_YEAR]
            if as_able and not is_building:
                back = min(balances[i, 0], max(0.0, available))
                balances[i, 0] -= back
                available -= back
                flow -= back
                principal += back
        if principal + interest + running > 0.0 and not is_building:
            service = operating - tax
            min_dscr = min(min_dscr, service / (principal + interest + running))
        borrowed = max(0.0, -available)
        was_short = max(was_short, borrowed)
        flows[2, t] = flow + borrowed - short
        short = borrowed
        paid_in += put_in
        basis = max(0.0, net + min(0.0, earned))
        kept = min(scalars[ch.RESERVE] * basis, max(0.0, 0.5 * paid_in - reserve))
        reserve += kept
        earned += net - kept
        dividend = min(scalars[ch.PAYOUT] * max(0.0, earned), max(0.0, available))
        earned -= dividend
        cash = max(0.0, available) - dividend
    last = n_years - 1
    residual = book if scalars[ch.BEFORE_FINANCING] != 0.0 else book + interest_book
    flows[0, last] += residual + capital
    flows[1, last] += residual + capital
    flows[2, last] += book + interest_book + capital - capital_loan - short
    for i in range(n_loans):
        flows[2, last] -= balances[i, 0]
    return min_dscr, taxes, was_short


@kernel
def run_draws(series, group, channel, scales, years, loans, shares, scalars, figures, statuses):
    """Figures (n_figures, n_draws) and statuses (3, n_draws) of one project; scales by draw."""
    n_years = series.shape[1]
    amounts = np.empty((ch.N_CHANNELS, n_years))
    flows, losses = np.empty((3, n_years)), np.empty((2, n_years))
    balances = np.empty((loans.shape[0], 3))
    benchmark, equity_benchmark = scalars[ch.BENCHMARK], scalars[ch.EQUITY_BENCHMARK]
    for draw in range(scales.shape[0]):
        add_up(series, group, channel, scales[draw], amounts)
        dscr, taxes, short = run_years(
            amounts, years, loans, shares, scalars, flows, balances, losses
        )
        for i in range(3):
            figures[ch.IRR_BEFORE_TAX + i, draw], statuses[i, draw] = find_rate(flows[i])
        figures[ch.NPV_BEFORE_TAX, draw] = present_value(flows[0], benchmark)
        figures[ch.NPV, draw] = present_value(flows[1], benchmark)
        figures[ch.EQUITY_NPV, draw] = present_value(flows[2], equity_benchmark)
        figures[ch.PAYBACK, draw] = payback(flows[1], 0.0)
        figures[ch.DISCOUNTED_PAYBACK, draw] = payback(flows[1], benchmark)
        figures[ch.MIN_DSCR, draw] = dscr
        figures[ch.TAXES, draw] = taxes
        figures[ch.IS_SHORT, draw] = short
