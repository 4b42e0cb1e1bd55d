"""
The statements of a project, year by year, in plain words.

The kernel does the same sums for thousands of draws; tests hold the two together. Every series is
named once here, and `tables.py` says which statement shows it under which title.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from tuijin.engines.returns import layout
from tuijin.engines.returns.spec import Loan, Project
from tuijin.engines.returns.tax_rates import income_tax_ratios
from tuijin.engines.returns.yearly import by_operation_year, by_year

Series = dict[str, np.ndarray]


@dataclass(slots=True)
class _LoanState:
    loan: Loan
    rate_ratio: float
    balance_yuan: float = 0.0
    part_yuan: float = 0.0


@dataclass(slots=True)
class _State:
    """What one year leaves to the next."""

    vat_credit_yuan: float = 0.0
    capital_yuan: float = 0.0
    capital_loan_yuan: float = 0.0
    short_yuan: float = 0.0
    cash_yuan: float = 0.0
    earned_yuan: float = 0.0
    reserve_yuan: float = 0.0
    paid_in_yuan: float = 0.0
    book_yuan: float = 0.0
    interest_yuan: float = 0.0
    interest_book_yuan: float = 0.0
    losses_yuan: dict[int, float] = field(default_factory=dict)
    losses_before_yuan: dict[int, float] = field(default_factory=dict)


def build_statements(project: Project) -> Series:
    """
    Work out every series of the project as it stands.

    Returns
    -------
    name to shape (n_years,), in yuan
    """
    series = _planned(project)
    rows: dict[str, list[float]] = defaultdict(list)
    state = _State()
    loans = [_LoanState(loan, layout.effective_ratio(loan)) for loan in project.loans.values()]
    for t in range(project.n_years):
        year = {name: float(values[t]) for name, values in series.items()}
        _vat(project, state, year)
        _borrow(project, loans, t, year)
        _investment(state, year)
        _working_capital(project, state, year)
        _profit(project, state, t, year)
        _money(project, state, loans, t, year)
        _appropriate(project, state, year)
        _balance(state, loans, year)
        for name, value in year.items():
            rows[name].append(value)
    found = {name: np.array(values) for name, values in rows.items()}
    _recover(project, state, loans, found)
    return found


def _planned(project: Project) -> Series:
    """What does not depend on other years: sums of the lines of the spec."""
    n_years = project.n_years
    series: Series = {name: np.zeros(n_years) for name in _PLANNED}
    for product in project.products.values():
        revenue, vat = layout.revenue_by_year(project, product)
        series["revenue"] += revenue
        series["output_vat"] += vat
        series["resource_tax"] += revenue * by_operation_year(project, product.resource_tax_ratio)
        series["receivable"] += revenue * product.receivable_days / layout.DAYS_A_YEAR
    for cost in project.costs.values():
        paid, vat = layout.cost_by_year(project, cost)
        series["variable_cost" if cost.varies else "fixed_cost"] += paid
        series["operating_cost"] += paid
        series["input_vat"] += vat
        for name in ("stock", "cash", "payable"):
            days = getattr(cost, f"{name}_days")
            series[f"{name}_needed"] += paid * days / layout.DAYS_A_YEAR
    for asset in project.assets.values():
        spent, vat = layout.investment_by_year(project, asset)
        written = spent.sum() * layout.written_off_by_year(project, asset)
        series["investment"] += spent
        series["investment_vat"] += vat
        is_fixed = asset.kind in ("building", "equipment")
        series["depreciation_before" if is_fixed else "amortisation"] += written
    capital = project.working_capital
    load = by_operation_year(project, project.load_ratio) if capital.varies else 1.0
    series["cash_needed"] += by_operation_year(project, capital.yuan_by_year) * load
    for tax in project.other_taxes.values():
        series[f"{tax.kind}_tax"] += by_operation_year(project, tax.yuan_per_year)
    for subsidy in project.subsidies.values():
        received = by_operation_year(project, subsidy.yuan_per_year)
        series["subsidy"] += received
        series["untaxed_subsidy"] += 0.0 if subsidy.taxed else received
    series["income_tax_ratio"] = income_tax_ratios(project)
    series["interest_written_off_ratio"] = layout.interest_written_off_by_year(project)
    series["capital_equity_ratio"] = by_operation_year(project, capital.equity_ratio)
    return series


OTHER_TAXES = ("resource", "property", "land_use", "stamp", "environmental", "other")
_PLANNED = (
    "revenue", "output_vat", "operating_cost", "variable_cost", "fixed_cost", "input_vat",
    "receivable", "stock_needed", "cash_needed", "payable_needed", "investment", "investment_vat",
    "depreciation_before", "amortisation", "subsidy", "untaxed_subsidy",
    *(f"{kind}_tax" for kind in OTHER_TAXES),
)  # fmt: skip


def _vat(project: Project, state: _State, year: dict[str, float]) -> None:
    """Input VAT that is not used up is carried to the next year."""
    extra = project.surcharges
    balance = year["output_vat"] - year["input_vat"] - year["investment_vat"]
    balance -= state.vat_credit_yuan
    year["vat"] = max(0.0, balance)
    year["vat_credit"] = state.vat_credit_yuan = max(0.0, -balance)
    year["city_construction_tax"] = year["vat"] * extra.city_construction_ratio
    year["education_surcharge"] = year["vat"] * extra.education_ratio
    year["local_education_surcharge"] = year["vat"] * extra.local_education_ratio
    names = [f"{kind}_tax" for kind in OTHER_TAXES]
    names += ["city_construction_tax", "education_surcharge", "local_education_surcharge"]
    year["taxes_and_surcharges"] = sum(year[name] for name in names)


def _borrow(project: Project, loans: list[_LoanState], t: int, year: dict[str, float]) -> None:
    """Draw, count interest (on half of what is drawn in the year), pay back by agreement."""
    building = t < project.construction_years
    for name in ("loan_drawn", "loan_interest", "capitalised_interest", "paid_interest"):
        year[name] = 0.0
    year["principal"] = 0.0
    for each in loans:
        loan = each.loan
        share = by_year(loan.share_ratio, project.n_years)[t]
        drawn = share * (year["investment"] + year["investment_vat"])
        interest = (each.balance_yuan + drawn / 2) * each.rate_ratio
        each.balance_yuan += drawn
        year["loan_drawn"] += drawn
        if building:
            year["capitalised_interest"] += interest
            if loan.interest_in_construction == "paid":
                year["paid_interest"] += interest
            else:
                each.balance_yuan += interest
        else:
            year["loan_interest"] += interest
            back = _agreed(project, each, t, interest)
            each.balance_yuan -= back
            year["principal"] += back


def _agreed(project: Project, each: _LoanState, t: int, interest_yuan: float) -> float:
    """Principal due by agreement; nothing where it is paid as cash allows."""
    loan, first = each.loan, project.construction_years + each.loan.grace_years
    if t == first and loan.repayment == "equal_principal":
        each.part_yuan = each.balance_yuan / loan.term_years
    elif t == first and loan.repayment == "equal_payment":
        rate, n = each.rate_ratio, loan.term_years
        factor = rate / (1 - (1 + rate) ** -n) if rate else 1 / n
        each.part_yuan = each.balance_yuan * factor
    if t < first or loan.repayment == "as_able":
        return 0.0
    due = each.part_yuan - (interest_yuan if loan.repayment == "equal_payment" else 0.0)
    return min(each.balance_yuan, max(0.0, due))


def _investment(state: _State, year: dict[str, float]) -> None:
    """Interest during construction belongs to the assets and is written off with them."""
    state.interest_yuan += year["capitalised_interest"]
    interest_written = state.interest_yuan * year["interest_written_off_ratio"]
    year["interest_written_off"] = interest_written
    year["depreciation"] = year["depreciation_before"] + interest_written
    state.book_yuan += year["investment"] - year["depreciation_before"] - year["amortisation"]
    state.interest_book_yuan += year["capitalised_interest"] - interest_written
    year["fixed_assets"] = state.book_yuan + state.interest_book_yuan


def _working_capital(project: Project, state: _State, year: dict[str, float]) -> None:
    year["current_needed"] = year["receivable"] + year["stock_needed"] + year["cash_needed"]
    needed = year["current_needed"] - year["payable_needed"]
    more = needed - state.capital_yuan
    if more >= 0:
        drawn = more * (1 - year["capital_equity_ratio"])
        year["capital_equity"] = more - drawn
    else:
        held = state.capital_yuan
        drawn = more * state.capital_loan_yuan / held if held > 0 else 0.0
        year["capital_equity"] = 0.0
    state.capital_yuan = year["working_capital"] = needed
    state.capital_loan_yuan += drawn
    year["capital_increase"], year["capital_loan_drawn"] = more, drawn
    year["capital_loan"] = state.capital_loan_yuan
    year["capital_interest"] = state.capital_loan_yuan * project.working_capital.rate_ratio
    year["short_interest"] = state.short_yuan * project.short_rate_ratio


def _profit(project: Project, state: _State, t: int, year: dict[str, float]) -> None:
    tax = project.income_tax
    year["interest"] = year["loan_interest"] + year["capital_interest"] + year["short_interest"]
    written_off = year["depreciation"] + year["amortisation"]
    year["total_cost"] = year["operating_cost"] + written_off + year["interest"]
    income = year["revenue"] + year["subsidy"] - year["taxes_and_surcharges"]
    year["profit"] = income - year["total_cost"]
    year["ebit"] = year["profit"] + year["interest"]
    year["ebitda"] = year["ebit"] + written_off
    before = year["ebit"]
    if tax.base == "before_financing":
        before += year["interest_written_off"]
    untaxed = year["untaxed_subsidy"]
    taxable = _after_losses(state.losses_yuan, year["profit"] - untaxed, t, tax.loss_years)
    adjusted = _after_losses(state.losses_before_yuan, before - untaxed, t, tax.loss_years)
    year["losses_used"] = max(0.0, year["profit"] - untaxed) - taxable
    year["taxable"] = taxable
    year["income_tax"] = taxable * year["income_tax_ratio"]
    year["adjusted_income_tax"] = adjusted * year["income_tax_ratio"]
    year["net_profit"] = year["profit"] - year["income_tax"]


def _after_losses(losses: dict[int, float], profit: float, t: int, years: int) -> float:
    """What is left to tax after the losses of the years before, oldest first."""
    left = max(0.0, profit)
    for earlier in range(t - years, t):
        used = min(left, losses.get(earlier, 0.0))
        left -= used
        if used:
            losses[earlier] -= used
    losses[t] = max(0.0, -profit)
    return left


def _money(
    project: Project, state: _State, loans: list[_LoanState], t: int, year: dict[str, float]
) -> None:
    """Sources and uses of the year; a lack of cash is a short loan, paid back in the next."""
    year["operating_flow"] = (
        year["revenue"] + year["output_vat"] + year["subsidy"] - year["operating_cost"]
        - year["input_vat"] - year["vat"] - year["taxes_and_surcharges"]
    )  # fmt: skip
    uses = year["investment"] + year["investment_vat"] + year["capital_increase"]
    year["project_flow_before_tax"] = year["operating_flow"] - uses
    year["project_flow"] = year["project_flow_before_tax"] - year["adjusted_income_tax"]
    flow = year["operating_flow"] - year["income_tax"] - uses
    flow += year["loan_drawn"] + year["capital_loan_drawn"]
    flow -= year["interest"] + year["paid_interest"] + year["principal"]
    building = t < project.construction_years
    year["equity_paid_in"] = max(0.0, -flow) if building else year["capital_equity"]
    available = state.cash_yuan + flow + year["equity_paid_in"] - state.short_yuan
    for each in loans:
        first = project.construction_years + each.loan.grace_years
        if each.loan.repayment == "as_able" and t >= first:
            back = min(each.balance_yuan, max(0.0, available))
            each.balance_yuan -= back
            year["principal"] += back
            available -= back
            flow -= back
    year["short_repaid"], year["short_drawn"] = state.short_yuan, max(0.0, -available)
    state.short_yuan = year["short_loan"] = year["short_drawn"]
    year["equity_flow"] = flow + year["short_drawn"] - year["short_repaid"]
    year["available_cash"] = max(0.0, available)


def _appropriate(project: Project, state: _State, year: dict[str, float]) -> None:
    """Reserve first, up to half of the capital paid in; then dividends, as far as there is cash."""
    rule = project.distribution
    state.paid_in_yuan += year["equity_paid_in"]
    basis = max(0.0, year["net_profit"] + min(0.0, state.earned_yuan))
    room = max(0.0, 0.5 * state.paid_in_yuan - state.reserve_yuan)
    kept = min(rule.reserve_ratio * basis, room)
    distributable = state.earned_yuan + year["net_profit"] - kept
    dividends = min(rule.payout_ratio * max(0.0, distributable), year["available_cash"])
    state.reserve_yuan += kept
    state.earned_yuan = distributable - dividends
    year["to_reserve"], year["dividends"] = kept, dividends
    year["surplus"] = year["available_cash"] - dividends - state.cash_yuan
    state.cash_yuan = year["cash"] = year["available_cash"] - dividends


def _balance(state: _State, loans: list[_LoanState], year: dict[str, float]) -> None:
    year["long_loans"] = sum(each.balance_yuan for each in loans)
    year["current_assets"] = year["cash"] + year["current_needed"] + year["vat_credit"]
    year["assets"] = year["current_assets"] + year["fixed_assets"]
    year["current_liabilities"] = year["payable_needed"] + year["short_loan"]
    year["liabilities"] = year["current_liabilities"] + year["capital_loan"] + year["long_loans"]
    year["paid_in"], year["reserve"] = state.paid_in_yuan, state.reserve_yuan
    year["retained"] = state.earned_yuan
    year["equity"] = year["paid_in"] + year["reserve"] + year["retained"]


def _recover(project: Project, state: _State, loans: list[_LoanState], found: Series) -> None:
    """The last year gives back what is left of assets and working capital, less all debts."""
    n_years = project.n_years
    for name in ("residual", "residual_before", "capital_recovered", "debts_settled"):
        found[name] = np.zeros(n_years)
    found["residual"][-1] = state.book_yuan + state.interest_book_yuan
    before = project.income_tax.base == "before_financing"
    found["residual_before"][-1] = state.book_yuan if before else found["residual"][-1]
    found["capital_recovered"][-1] = state.capital_yuan
    debts = state.capital_loan_yuan + state.short_yuan + sum(x.balance_yuan for x in loans)
    found["debts_settled"][-1] = debts
    for name in ("project_flow_before_tax", "project_flow"):
        found[name] = found[name] + found["residual_before"] + found["capital_recovered"]
    ends = found["residual"] + found["capital_recovered"] - found["debts_settled"]
    found["equity_flow"] = found["equity_flow"] + ends
