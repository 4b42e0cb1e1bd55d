"""
A project as tables for the kernel.

Every line of a spec (a product, a cost, an asset, …) is a series over years times a product of
factors. Lines with the same factors are one *group*; what they add to is a *channel*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tuijin.engines.returns.benchmarks import benchmark_ratio
from tuijin.engines.returns.depreciation import written_off_ratio
from tuijin.engines.returns.kernels import channels as ch
from tuijin.engines.returns.spec import Asset, Cost, Loan, Product, Project
from tuijin.engines.returns.tax_rates import income_tax_ratios
from tuijin.engines.returns.yearly import by_operation_year, by_spending_year, by_year

DAYS_A_YEAR = 360.0  # turnover method of the third edition

Factors = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Tables of one project.

    Parameters
    ----------
    groups
        Names of the factors whose product scales each group; the last two scale `RATES`.
    series
        Shape (n_series, n_years): yearly amounts, in yuan.
    group, channel
        Shape (n_series,): what scales each series, and what it adds to.
    years
        Shape (n_year_columns, n_years): rates by year (`channels.TAX_RATE` and following).
    loans
        Shape (n_loans, n_loan_columns).
    shares
        Shape (n_loans, n_years): share of the year's investment that each loan pays.
    scalars
        Shape (n_scalars,).
    """

    unit: str
    groups: tuple[Factors, ...]
    series: np.ndarray
    group: np.ndarray
    channel: np.ndarray
    years: np.ndarray
    loans: np.ndarray
    shares: np.ndarray
    scalars: np.ndarray

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        """All of it, in the order of the kernel."""
        return (
            self.series, self.group, self.channel, self.years, self.loans, self.shares,
            self.scalars,
        )  # fmt: skip


# Groups that scale no amount but a rate, and stand last.
RATES: tuple[Factors, ...] = (("surcharges",), ("income_tax",))

Line = tuple[Factors, int, np.ndarray]


def build_layout(project: Project) -> Layout:
    amounts: dict[tuple[Factors, int], np.ndarray] = {}
    for factors, channel, series in _lines(project):
        key = factors, channel
        amounts[key] = amounts[key] + series if key in amounts else series
    amounts = {key: series for key, series in amounts.items() if series.any()}
    groups = (*dict.fromkeys(factors for factors, _ in amounts), *RATES)
    n_years = project.n_years
    return Layout(
        unit="yuan",
        groups=groups,
        series=np.array(list(amounts.values())).reshape(-1, n_years),
        group=np.array([groups.index(factors) for factors, _ in amounts], dtype=np.int64),
        channel=np.array([channel for _, channel in amounts], dtype=np.int64),
        years=_rates_by_year(project),
        loans=_loan_rows(project),
        shares=np.array([by_year(x.share_ratio, n_years) for x in project.loans.values()]).reshape(
            -1, n_years
        ),
        scalars=_scalars(project),
    )


def _lines(project: Project) -> Iterator[Line]:
    for name, product in project.products.items():
        yield from _product_lines(project, name, product)
    for name, cost in project.costs.items():
        yield from _cost_lines(project, name, cost)
    for name, asset in project.assets.items():
        yield from _asset_lines(project, name, asset)
    capital = project.working_capital
    needed = by_operation_year(project, capital.yuan_by_year)
    if capital.varies:
        needed = needed * by_operation_year(project, project.load_ratio)
    yield ("working_capital", *(("volume",) if capital.varies else ())), ch.CAPITAL, needed
    for tax in project.other_taxes.values():
        yield ("tax",), ch.OTHER_TAX, by_operation_year(project, tax.yuan_per_year)
    for subsidy in project.subsidies.values():
        received = by_operation_year(project, subsidy.yuan_per_year)
        yield ("subsidy",), ch.SUBSIDY, received
        if not subsidy.taxed:
            yield ("subsidy",), ch.UNTAXED, received


def revenue_by_year(project: Project, product: Product) -> tuple[np.ndarray, np.ndarray]:
    """Revenue without VAT, and the VAT on it."""
    load = project.load_ratio if product.load_ratio is None else product.load_ratio
    sold, price, loaded, vat = (
        by_operation_year(project, values)
        for values in (product.quantity, product.price, load, product.vat_ratio)
    )
    return _without_vat(sold * loaded * price, vat, product.includes_vat)


def cost_by_year(project: Project, cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    """Cost without VAT, and the VAT on it."""
    paid = by_operation_year(project, cost.yuan_per_year)
    if cost.varies:
        paid = paid * by_operation_year(project, project.load_ratio)
    return _without_vat(paid, by_operation_year(project, cost.vat_ratio), cost.includes_vat)


def investment_by_year(project: Project, asset: Asset) -> tuple[np.ndarray, np.ndarray]:
    """Investment without VAT, and the VAT on it."""
    spent = by_spending_year(project, asset.yuan_by_year)
    return _without_vat(spent, np.full_like(spent, asset.vat_ratio), asset.includes_vat)


def written_off_by_year(project: Project, asset: Asset) -> np.ndarray:
    """Share of the asset's cost written off in each year."""
    first = (asset.from_year or project.construction_years + 1) - 1
    shares = written_off_ratio(
        asset.method, life_years=asset.life_years, residual_ratio=asset.residual_ratio
    )
    years = np.zeros(project.n_years)
    within = shares[: max(0, project.n_years - first)]
    years[first : first + within.size] = within
    return years


def interest_written_off_by_year(project: Project) -> np.ndarray:
    """Interest during construction is spread over the assets that bear it, by their cost."""
    years, total = np.zeros(project.n_years), 0.0
    for asset in project.assets.values():
        if asset.bears_interest and asset.kind in ("building", "equipment"):
            cost = float(investment_by_year(project, asset)[0].sum())
            years += cost * written_off_by_year(project, asset)
            total += cost
    return years / total if total else years


def _without_vat(
    amounts: np.ndarray, vat_ratio: np.ndarray, includes_vat: object
) -> tuple[np.ndarray, np.ndarray]:
    net = amounts / (1 + vat_ratio) if includes_vat else amounts
    return net, net * vat_ratio


def _product_lines(project: Project, name: str, product: Product) -> Iterator[Line]:
    factors = "price", f"price.{name}", "volume", f"volume.{name}"
    revenue, vat = revenue_by_year(project, product)
    yield factors, ch.REVENUE, revenue
    yield factors, ch.OUTPUT_VAT, vat
    resource = by_operation_year(project, product.resource_tax_ratio)
    yield factors, ch.OTHER_TAX, revenue * resource
    yield factors, ch.CAPITAL, revenue * product.receivable_days / DAYS_A_YEAR


def _cost_lines(project: Project, name: str, cost: Cost) -> Iterator[Line]:
    factors = "cost", f"cost.{name}", *(("volume",) if cost.varies else ())
    paid, vat = cost_by_year(project, cost)
    yield factors, ch.COST, paid
    yield factors, ch.INPUT_VAT, vat
    days = cost.stock_days + cost.cash_days - cost.payable_days
    yield factors, ch.CAPITAL, paid * days / DAYS_A_YEAR


def _asset_lines(project: Project, name: str, asset: Asset) -> Iterator[Line]:
    factors = "investment", f"investment.{name}"
    spent, vat = investment_by_year(project, asset)
    yield factors, ch.INVESTMENT, spent
    yield factors, ch.INVESTMENT_VAT, vat
    yield factors, ch.WRITTEN_OFF, spent.sum() * written_off_by_year(project, asset)


def _rates_by_year(project: Project) -> np.ndarray:
    return np.stack(
        [
            income_tax_ratios(project),
            interest_written_off_by_year(project),
            by_operation_year(project, project.working_capital.equity_ratio),
        ]
    )


def effective_ratio(loan: Loan) -> float:
    """Yearly rate of a nominal one counted several times a year."""
    return (1 + loan.rate_ratio / loan.compounding) ** loan.compounding - 1


def _loan_rows(project: Project) -> np.ndarray:
    kinds = ("equal_principal", "equal_payment", "as_able")
    rows = [
        (
            effective_ratio(loan),
            kinds.index(loan.repayment),
            project.construction_years + loan.grace_years,
            loan.term_years,
            loan.interest_in_construction == "paid",
        )
        for loan in project.loans.values()
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 5)


def _scalars(project: Project) -> np.ndarray:
    extra = project.surcharges
    benchmark = benchmark_ratio(project)
    equity = project.equity_benchmark_ratio
    return np.array(
        [
            project.construction_years,
            extra.city_construction_ratio + extra.education_ratio + extra.local_education_ratio,
            project.working_capital.rate_ratio,
            project.short_rate_ratio,
            project.income_tax.loss_years,
            project.income_tax.base == "before_financing",
            project.distribution.reserve_ratio,
            project.distribution.payout_ratio,
            np.nan if benchmark is None else benchmark,
            np.nan if equity is None else equity,
        ],
        dtype=np.float64,
    )
