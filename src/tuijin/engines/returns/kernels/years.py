"""
A year of a project in many draws: what is sold, paid, owed and taxed.

The order of the steps is the one README.md tells; `statements.py` says the same in plain words, and
tests hold the two together. `s` holds the rows of `lanes.py`.
"""

from __future__ import annotations

import math

import numpy as np

from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.kernels import lanes as at
from tuijin.engines.returns.kernels.compiling import kernel
from tuijin.engines.returns.kernels.lanes import LANES, WIDE


@kernel
def add_up(
    s: np.ndarray,
    series: np.ndarray,
    group: np.ndarray,
    channel: np.ndarray,
    scales: np.ndarray,
    t: int,
) -> None:
    """Amounts of year t by channel."""
    s[: ch.N_CHANNELS * LANES] = 0.0
    for i in range(series.shape[0]):
        amount = series[i, t]
        if amount == 0.0:
            continue
        to, by = channel[i] * LANES, group[i] * LANES
        row, scale = s[to : to + LANES], scales[by : by + LANES]
        for j in range(WIDE):
            row[j] += amount * scale[j]


@kernel
def levy(s: np.ndarray, surcharge: float) -> None:
    """VAT with credit carried, surcharges on it, other taxes."""
    for j in range(WIDE):
        vat = s[at.OUTPUT_VAT + j] - s[at.INPUT_VAT + j] - s[at.INVESTMENT_VAT + j]
        balance = vat - s[at.CREDIT + j]
        due = max(0.0, balance)
        s[at.CREDIT + j] = max(0.0, -balance)
        s[at.VAT_DUE + j] = due
        s[at.LEVIED + j] = surcharge * s[at.SURCHARGE_BY + j] * due + s[at.OTHER_TAX + j]


@kernel
def clear_loans(s: np.ndarray) -> None:
    for j in range(WIDE):
        s[at.DRAWN + j] = 0.0
        s[at.INTEREST + j] = 0.0
        s[at.CAPITALISED + j] = 0.0
        s[at.PAID_INTEREST + j] = 0.0
        s[at.PRINCIPAL + j] = 0.0


@kernel
def build_with(s: np.ndarray, owed: np.ndarray, share: float, rate: float, paid: float) -> None:
    """A loan in a year of construction: interest on half of what is drawn in the year."""
    for j in range(WIDE):
        draw = share * (s[at.INVESTMENT + j] + s[at.INVESTMENT_VAT + j])
        interest = (owed[j] + 0.5 * draw) * rate
        s[at.DRAWN + j] += draw
        s[at.CAPITALISED + j] += interest
        s[at.PAID_INTEREST + j] += paid * interest
        owed[j] += draw + (1.0 - paid) * interest


@kernel
def repay(
    s: np.ndarray, owed: np.ndarray, part: np.ndarray, share: float, rate: float, level: float
) -> None:
    """A loan in a year of operation; `level` is 1 where `part` is a payment with interest in it."""
    for j in range(WIDE):
        draw = share * (s[at.INVESTMENT + j] + s[at.INVESTMENT_VAT + j])
        interest = (owed[j] + 0.5 * draw) * rate
        before = owed[j] + draw
        back = min(before, max(0.0, part[j] - level * interest))
        s[at.DRAWN + j] += draw
        s[at.INTEREST + j] += interest
        s[at.PRINCIPAL + j] += back
        owed[j] = before - back


@kernel
def level_payment(principal: float, rate: float, term: float) -> float:
    if rate == 0.0:
        return principal / term
    return principal * rate / (1.0 - (1.0 + rate) ** -term)


@kernel
def borrow(
    s: np.ndarray, debts: np.ndarray, loans: np.ndarray, shares: np.ndarray, building: float, t: int
) -> None:
    """Each loan drawn, its interest counted, and what was agreed on paid back."""
    clear_loans(s)
    for i in range(loans.shape[0]):
        owed, part = debts[2 * i], debts[2 * i + 1]
        rate, share, kind = loans[i, ch.RATE], shares[i, t], loans[i, ch.REPAYMENT]
        if building != 0.0:
            build_with(s, owed, share, rate, loans[i, ch.IS_PAID])
            continue
        if t == int(loans[i, ch.FIRST_YEAR]) and kind != ch.AS_ABLE:
            term = loans[i, ch.TERM]
            factor = level_payment(1.0, rate, term) if kind == ch.EQUAL_PAYMENT else 1.0 / term
            for j in range(WIDE):
                drawn = share * (s[at.INVESTMENT + j] + s[at.INVESTMENT_VAT + j])
                part[j] = factor * (owed[j] + drawn)
        repay(s, owed, part, share, rate, 1.0 if kind == ch.EQUAL_PAYMENT else 0.0)


@kernel
def invest(s: np.ndarray, interest_share: float) -> None:
    """Interest during construction belongs to the assets and is written off with them."""
    for j in range(WIDE):
        total = s[at.INTEREST_IN + j] + s[at.CAPITALISED + j]
        written = total * interest_share
        s[at.INTEREST_IN + j] = total
        s[at.INTEREST_WRITTEN + j] = written
        s[at.INTEREST_BOOK + j] += s[at.CAPITALISED + j] - written


@kernel
def hold_capital(s: np.ndarray, equity: float, rate: float, short_rate: float) -> None:
    """The loan for working capital, which grows and shrinks with it; interest on short loans."""
    for j in range(WIDE):
        held, loan = s[at.HELD + j], s[at.HELD_LOAN + j]
        needed = s[at.CAPITAL + j] - held
        more = max(0.0, needed)
        back = min(0.0, needed) * (loan / held if held > 0.0 else 0.0)
        drawn = more * (1.0 - equity) + back
        s[at.CAPITAL_DRAWN + j] = drawn
        s[at.CAPITAL_EQUITY + j] = more * equity
        s[at.HELD_LOAN + j] = loan + drawn
        s[at.RUNNING + j] = (loan + drawn) * rate + s[at.SHORT + j] * short_rate


@kernel
def operate(s: np.ndarray) -> None:
    """What the project earns and what flows in, before income tax and whoever pays for it."""
    for j in range(WIDE):
        needed = s[at.CAPITAL + j] - s[at.HELD + j]
        s[at.HELD + j] = s[at.CAPITAL + j]
        s[at.BOOK + j] += s[at.INVESTMENT + j] - s[at.WRITTEN_OFF + j]
        income = s[at.REVENUE + j] + s[at.SUBSIDY + j] - s[at.COST + j] - s[at.LEVIED + j]
        s[at.GROSS + j] = income - s[at.WRITTEN_OFF + j]
        operating = income + s[at.OUTPUT_VAT + j] - s[at.INPUT_VAT + j] - s[at.VAT_DUE + j]
        invested = s[at.INVESTMENT + j] + s[at.INVESTMENT_VAT + j] + needed
        s[at.OPERATING + j] = operating
        s[at.BEFORE_TAX + j] = operating - invested


@kernel
def take_profit(s: np.ndarray) -> None:
    """Profit after interest; what is to be taxed of it."""
    for j in range(WIDE):
        interest = s[at.INTEREST_WRITTEN + j] + s[at.INTEREST + j] + s[at.RUNNING + j]
        profit = s[at.GROSS + j] - interest
        s[at.PROFIT + j] = profit
        s[at.LEFT + j] = profit - s[at.UNTAXED + j]


@kernel
def take_gross(s: np.ndarray, with_interest: float) -> None:
    """What the adjusted income tax is on."""
    for j in range(WIDE):
        gross = s[at.GROSS + j] - with_interest * s[at.INTEREST_WRITTEN + j]
        s[at.LEFT + j] = gross - s[at.UNTAXED + j]


@kernel
def use_losses(
    s: np.ndarray, losses: np.ndarray, is_loss: np.ndarray, t: int, loss_years: int
) -> None:
    """Losses of the years before, oldest first, off what is to be taxed; this year's kept."""
    row = losses[t]
    n_losses = 0
    for j in range(WIDE):
        n_losses += 1 if s[at.LEFT + j] < 0.0 else 0
        row[j] = max(0.0, -s[at.LEFT + j])
        s[at.LEFT + j] = max(0.0, s[at.LEFT + j])
    is_loss[t] = n_losses > 0
    for earlier in range(max(0, t - loss_years), t):
        if not is_loss[earlier]:
            continue
        old = losses[earlier]
        for j in range(WIDE):
            used = min(s[at.LEFT + j], old[j])
            old[j] -= used
            s[at.LEFT + j] -= used


@kernel
def pay_tax(s: np.ndarray, rate: float) -> None:
    """Income tax, and what is left of the year's cash after it and investment."""
    for j in range(WIDE):
        tax = rate * s[at.TAX_BY + j] * s[at.LEFT + j]
        s[at.TAX + j] = tax
        s[at.FLOW + j] = s[at.BEFORE_TAX + j] - tax
        s[at.TAXES + j] += s[at.VAT_DUE + j] + s[at.LEVIED + j] + tax


@kernel
def keep_project(s: np.ndarray, flows: np.ndarray, rate: float, t: int) -> None:
    """The flows of the project before and after the adjusted income tax."""
    before, after = flows[0, t], flows[1, t]
    for j in range(WIDE):
        before[j] = s[at.BEFORE_TAX + j]
    for j in range(WIDE):
        after[j] = s[at.BEFORE_TAX + j] - rate * s[at.TAX_BY + j] * s[at.LEFT + j]


@kernel
def finance(s: np.ndarray, building: float) -> None:
    """What is left after debts; in construction owners pay what is missing."""
    for j in range(WIDE):
        flow = s[at.FLOW + j] + s[at.DRAWN + j] + s[at.CAPITAL_DRAWN + j]
        flow -= s[at.INTEREST + j] + s[at.RUNNING + j] + s[at.PAID_INTEREST + j]
        flow -= s[at.PRINCIPAL + j]
        put_in = building * max(0.0, -flow) + (1.0 - building) * s[at.CAPITAL_EQUITY + j]
        s[at.FLOW + j] = flow
        s[at.PUT_IN + j] = put_in
        s[at.AVAILABLE + j] = s[at.CASH + j] + flow + put_in - s[at.SHORT + j]


@kernel
def repay_as_able(s: np.ndarray, owed: np.ndarray) -> None:
    for j in range(WIDE):
        back = min(owed[j], max(0.0, s[at.AVAILABLE + j]))
        owed[j] -= back
        s[at.AVAILABLE + j] -= back
        s[at.FLOW + j] -= back
        s[at.PRINCIPAL + j] += back


@kernel
def cover(s: np.ndarray, building: float) -> None:
    """Debt service cover; the short loan of the year; the flow of the owners."""
    for j in range(WIDE):
        service = s[at.PRINCIPAL + j] + s[at.INTEREST + j] + s[at.RUNNING + j]
        counts = service * (1.0 - building) > 0.0
        dscr = (s[at.OPERATING + j] - s[at.TAX + j]) / service
        s[at.MIN_DSCR + j] = min(s[at.MIN_DSCR + j], dscr if counts else math.inf)
        borrowed = max(0.0, -s[at.AVAILABLE + j])
        s[at.EQUITY_FLOW + j] = s[at.FLOW + j] + borrowed - s[at.SHORT + j]
        s[at.MOST_SHORT + j] = max(s[at.MOST_SHORT + j], borrowed)
        s[at.SHORT + j] = borrowed


@kernel
def keep_equity(s: np.ndarray, flows: np.ndarray, t: int) -> None:
    equity = flows[2, t]
    for j in range(WIDE):
        equity[j] = s[at.EQUITY_FLOW + j]


@kernel
def appropriate(s: np.ndarray, reserve_ratio: float, payout: float) -> None:
    """Reserve up to half of the capital paid in, then dividends as far as there is cash."""
    for j in range(WIDE):
        net = s[at.PROFIT + j] - s[at.TAX + j]
        paid_in = s[at.PAID_IN + j] + s[at.PUT_IN + j]
        basis = max(0.0, net + min(0.0, s[at.EARNED + j]))
        kept = min(reserve_ratio * basis, max(0.0, 0.5 * paid_in - s[at.RESERVE + j]))
        earned = s[at.EARNED + j] + net - kept
        available = max(0.0, s[at.AVAILABLE + j])
        dividend = min(payout * max(0.0, earned), available)
        s[at.PAID_IN + j] = paid_in
        s[at.RESERVE + j] += kept
        s[at.EARNED + j] = earned - dividend
        s[at.CASH + j] = available - dividend


@kernel
def recover(s: np.ndarray, flows: np.ndarray, with_interest: float) -> None:
    """The last year gives back what is left of assets and working capital."""
    before, after = flows[0, -1], flows[1, -1]
    for j in range(WIDE):
        back = s[at.BOOK + j] + with_interest * s[at.INTEREST_BOOK + j] + s[at.HELD + j]
        before[j] += back
        after[j] += back


@kernel
def settle(s: np.ndarray, flows: np.ndarray, debts: np.ndarray) -> None:
    """Of which the owners pay all debts."""
    equity = flows[2, -1]
    for j in range(WIDE):
        left = s[at.BOOK + j] + s[at.INTEREST_BOOK + j] + s[at.HELD + j]
        equity[j] += left - s[at.HELD_LOAN + j] - s[at.SHORT + j]
    for i in range(0, debts.shape[0], 2):
        owed = debts[i]
        for j in range(WIDE):
            equity[j] -= owed[j]
