"""The appraisal of `plants` as one would write it in numpy: whole arrays, year by year."""

from __future__ import annotations

import numpy as np

from bench.returns.plants import Factors
from tuijin.engines.returns import Project
from tuijin.engines.returns.factors import scale_groups
from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.layout import build_layout

ALL = ("before", "after", "equity")


def appraise_plainly(
    project: Project, factors: Factors, *, wanted: tuple[str, ...] = ALL
) -> dict[str, np.ndarray]:
    """Rates and values of the flows wanted; one loan in equal parts."""
    flows = plain_flows(project, factors)
    found = {name: _rate(flows[name]) for name in wanted}
    v = 1.12 ** -np.arange(1.0, project.n_years + 1)
    return found | {f"{name}_npv": v @ flows[name] for name in wanted}


def plain_flows(project: Project, factors: Factors) -> dict[str, np.ndarray]:
    """Flows by year and draw of the project before and after tax, and of the owners."""
    layout = build_layout(project)
    n_draws, n_years = factors["price"].size, project.n_years
    scales = scale_groups(layout.groups, factors, n_draws)
    amounts = np.zeros((ch.N_CHANNELS, n_years, n_draws))
    for series, group, channel in zip(layout.series, layout.group, layout.channel, strict=True):
        amounts[channel] += series[:, None] * scales[group]
    return _flows(project, layout, amounts)


def _flows(project: Project, layout, amounts: np.ndarray) -> dict[str, np.ndarray]:  # noqa: ANN001
    n_years, n_draws = amounts.shape[1:]
    zero = np.zeros(n_draws)
    credit = owed = part = interest_in = book = interest_book = capital = capital_loan = zero
    losses = [np.zeros((n_years, n_draws)) for _ in range(2)]
    rate, surcharge = layout.loans[0, ch.RATE], layout.scalars[ch.SURCHARGE]
    flows = {name: np.zeros((n_years, n_draws)) for name in ("before", "after", "equity")}
    for t in range(n_years):
        a = amounts[:, t]
        vat = a[ch.OUTPUT_VAT] - a[ch.INPUT_VAT] - a[ch.INVESTMENT_VAT] - credit
        due, credit = np.maximum(0, vat), np.maximum(0, -vat)
        levied = surcharge * due + a[ch.OTHER_TAX]
        invested = a[ch.INVESTMENT] + a[ch.INVESTMENT_VAT]
        drawn = layout.shares[0, t] * invested
        interest = (owed + drawn / 2) * rate
        building = t < project.construction_years
        if building:
            owed, back, capitalised = owed + drawn + interest, zero, interest
            interest = zero
        else:
            if t == project.construction_years:
                part = (owed + drawn) / layout.loans[0, ch.TERM]
            back = np.minimum(owed + drawn, part)
            owed, capitalised = owed + drawn - back, zero
        interest_in = interest_in + capitalised
        written = interest_in * layout.years[ch.INTEREST_WRITTEN_OFF, t]
        book = book + a[ch.INVESTMENT] - a[ch.WRITTEN_OFF]
        interest_book = interest_book + capitalised - written
        needed = a[ch.CAPITAL] - capital
        more = needed * (1 - layout.years[ch.CAPITAL_EQUITY, t])
        capital, capital_loan = capital + needed, capital_loan + more
        running = capital_loan * layout.scalars[ch.CAPITAL_RATE]
        gross = a[ch.REVENUE] - a[ch.COST] - levied - a[ch.WRITTEN_OFF]
        bases = gross - written - interest - running, gross
        tax, adjusted = (
            layout.years[ch.TAX_RATE, t] * _after_losses(base, losses[i], t)
            for i, base in enumerate(bases)
        )
        income = a[ch.REVENUE] + a[ch.OUTPUT_VAT]
        operating = income - a[ch.COST] - a[ch.INPUT_VAT] - due - levied
        flows["before"][t] = operating - invested - needed
        flows["after"][t] = flows["before"][t] - adjusted
        debts = drawn + more - interest - running - back
        flows["equity"][t] = flows["before"][t] - tax + debts
    flows["before"][-1] += book + capital
    flows["after"][-1] += book + capital
    flows["equity"][-1] += book + interest_book + capital - capital_loan - owed
    return flows


def _after_losses(profit: np.ndarray, losses: np.ndarray, t: int) -> np.ndarray:
    losses[t] = np.maximum(0, -profit)
    left = np.maximum(0, profit)
    for earlier in range(max(0, t - 5), t):
        used = np.minimum(left, losses[earlier])
        losses[earlier] -= used
        left = left - used
    return left


def _rate(flows: np.ndarray) -> np.ndarray:
    """Newton on all draws at once."""
    t = np.arange(len(flows))[:, None]
    rate = np.full(flows.shape[1], 0.1)
    for _ in range(12):
        terms = flows * (1 + rate) ** -t
        slope = -(t * terms).sum(axis=0) / (1 + rate)
        with np.errstate(all="ignore"):  # draws without a rate wander off
            rate = np.maximum(-0.9, rate - terms.sum(axis=0) / slope)
    return rate
