"""
Returns and tax of a plant with one product, as formulas over its parameters.

Everything is reckoned per tonne of yearly output and before financing: loans, and what owners ask
for a year, are on record of no plant, and these figures do not hang on them. The years run through
`engines.returns`; the usual year (full output, credits and losses used up) has formulas of its own.
A plant gives its price without VAT and has the rows of `BOUNDS` in its sheet.

References
----------
建设项目经济评价方法与参数, third edition, 2006, part 1, 融资前分析. Rates of tax: the sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuijin.engines.returns import Project, RateStatus, Returns, appraise, load_tax_shares
from tuijin.engines.returns.layout import Layout, build_layout
from tuijin.engines.returns.spec import (
    Asset,
    Cost,
    IncomeTax,
    Product,
    Surcharges,
    WorkingCapital,
)
from tuijin.project_models import Parameter
from tuijin.project_models.formulas import Formula, Given

Draws = NDArray[np.float64]
VAT_RATIO = 0.13  # on goods; unverified
LIFE_YEARS, RESIDUAL_RATIO = 10, 0.05  # of machines; the life unverified
LOST_RATIO = -1.0  # the rate of what is never paid back in part

BOUNDS = {
    "unit_investment_yuan_per_t": (1.0, 1e7),
    "operating_cost_yuan_per_t": (0.0, 1e7),
    "bought_cost_ratio": (0.0, 1.0),
    "bought_investment_ratio": (0.0, 1.0),
    "fixed_cost_ratio": (0.0, 1.0),
    "working_capital_ratio": (0.0, 3.0),
    "utilisation_ratio": (0.01, 1.0),
    "construction_years": (1.0, 10.0),
    "operating_years": (1.0, 45.0),
    "income_tax_ratio": (0.0, 1.0),
    "surcharge_ratio": (0.0, 0.2),
    "benchmark_ratio": (0.0, 1.0),
    "city_share_ratio": (0.0, 1.0),
    "county_share_ratio": (0.0, 1.0),
}


def appraisal_formulas(net_price: Callable[..., Draws]) -> dict[str, Formula]:
    """Formulas of a plant whose price without VAT per tonne follows from its own parameters."""
    functions: dict[str, tuple[str, Callable[..., Draws]]] = {
        "net_price_yuan_per_t": ("yuan_per_t", net_price),
        "firr_before_tax_ratio": ("ratio", partial(_run, "irr_before_tax")),
        "firr_ratio": ("ratio", partial(_run, "irr")),
        "fnpv_before_tax_yuan_per_t": ("yuan_per_t", partial(_run, "npv_before_tax")),
        "fnpv_yuan_per_t": ("yuan_per_t", partial(_run, "npv")),
        "fnpv_before_tax_yuan": ("yuan", _value_before_tax),
        "fnpv_yuan": ("yuan", _value),
        "payback_years": ("years", partial(_run, "payback")),
        "discounted_payback_years": ("years", partial(_run, "discounted_payback")),
        "written_off_yuan_per_t": ("yuan_per_t", _written_off),
        "operating_profit_yuan_per_t": ("yuan_per_t", _profit),
        "break_even_ratio": ("ratio", _break_even),
        "vat_yuan_per_t": ("yuan_per_t", _vat),
        "surcharges_yuan_per_t": ("yuan_per_t", _surcharges),
        "income_tax_yuan_per_t": ("yuan_per_t", _income_tax),
        "tax_yuan_per_t": ("yuan_per_t", _tax),
        "tax_to_sales_ratio": ("ratio", _tax_to_sales),
        "tax_yuan_per_year": ("yuan_per_year", _tax_of_all),
        "central_tax_yuan_per_year": ("yuan_per_year", _central),
        "local_tax_yuan_per_t": ("yuan_per_t", _local_per_t),
        "local_tax_yuan_per_year": ("yuan_per_year", _local),
        "city_tax_yuan_per_year": ("yuan_per_year", _city),
        "county_tax_yuan_per_year": ("yuan_per_year", _county),
    }
    return {name: Formula(unit, function) for name, (unit, function) in functions.items()}


@cache
def unit_project(
    n_construction: int, n_operation: int, benchmark_ratio: float
) -> tuple[Project, Layout]:
    """A tonne a year at a price, a cost and an investment of 1, to be scaled by factors."""
    spent = (1.0 / n_construction,) * n_construction
    machines = Asset(yuan_by_year=spent, life_years=LIFE_YEARS, residual_ratio=RESIDUAL_RATIO)
    project = Project(
        construction_years=n_construction,
        operation_years=n_operation,
        benchmark_ratio=benchmark_ratio,
        assets={
            "bought": replace(machines, vat_ratio=VAT_RATIO, includes_vat=True),
            "own": machines,
        },
        products={"product": Product(quantity=1.0, price=1.0, vat_ratio=VAT_RATIO)},
        costs={
            "bought": Cost(yuan_per_year=1.0, vat_ratio=VAT_RATIO),
            "own": Cost(yuan_per_year=1.0, category="other"),
        },
        working_capital=WorkingCapital(yuan_by_year=1.0),
        surcharges=Surcharges(
            city_construction_ratio=1.0, education_ratio=0.0, local_education_ratio=0.0
        ),
        income_tax=IncomeTax(rate_ratio=1.0),
    )
    return project, build_layout(project)


def factors_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Factors of `unit_project` for parameters of the plant."""
    cost, bought = values["operating_cost_yuan_per_t"], values["bought_cost_ratio"]
    spent = values["unit_investment_yuan_per_t"] / values["utilisation_ratio"]
    taxed = values["bought_investment_ratio"]
    return {
        "price": values["net_price_yuan_per_t"],
        "cost.bought": cost * bought,
        "cost.own": cost * (1 - bought),
        "investment.bought": spent * taxed,
        "investment.own": spent * (1 - taxed),
        "working_capital": cost * values["working_capital_ratio"],
        "surcharges": values["surcharge_ratio"],
        "income_tax": values["income_tax_ratio"],
    }


def project_of(values: Mapping[str, float]) -> Project:
    """The plant as a project of its own, a tonne a year: its statements and taxes by year."""
    unit, _ = unit_project(
        round(values["construction_years"]), round(values["operating_years"]),
        values["benchmark_ratio"],
    )  # fmt: skip
    by = {name: float(x) for name, x in factors_of(values).items()}
    surcharges = replace(unit.surcharges, city_construction_ratio=by["surcharges"])
    return replace(
        unit,
        products={"product": replace(unit.products["product"], price=by["price"])},
        costs={
            name: replace(cost, yuan_per_year=by[f"cost.{name}"])
            for name, cost in unit.costs.items()
        },
        assets={
            name: replace(asset, yuan_by_year=tuple(
                by[f"investment.{name}"] * spent for spent in asset.yuan_by_year))
            for name, asset in unit.assets.items()
        },
        working_capital=WorkingCapital(yuan_by_year=by["working_capital"]),
        surcharges=surcharges,
        income_tax=IncomeTax(rate_ratio=by["income_tax"]),
    )  # fmt: skip


def _run(
    figure: str, *, net_price_yuan_per_t: Draws, unit_investment_yuan_per_t: Draws,
    utilisation_ratio: Draws, operating_cost_yuan_per_t: Draws, bought_cost_ratio: Draws,
    bought_investment_ratio: Draws, working_capital_ratio: Draws, construction_years: Draws,
    operating_years: Draws, income_tax_ratio: Draws, surcharge_ratio: Draws, benchmark_ratio: Draws,
) -> Draws:  # fmt: skip
    """A figure of `Returns` per tonne of yearly output; years are whole ones."""
    given = {name: array for name, array in locals().items() if name != "figure"}
    names = list(given)
    arrays = np.broadcast_arrays(*(np.atleast_1d(given[name]) for name in names))
    values = dict(zip(names, arrays, strict=True))
    years = np.rint(values["construction_years"]) * 100 + np.rint(values["operating_years"])
    benchmarks = values["benchmark_ratio"]
    found = np.empty(years.size)
    for kind, benchmark in product(np.unique(years), np.unique(benchmarks)):
        own = (years == kind) & (benchmarks == benchmark)
        n_construction, n_operation = divmod(int(kind), 100)
        project, layout = unit_project(n_construction, n_operation, float(benchmark))
        factors = factors_of({name: array[own] for name, array in values.items()})
        found[own] = _figure(partial(appraise, project, factors=factors, layout=layout), figure)
    return found


def _figure(ask: Callable[..., Returns], figure: str) -> Draws:
    """
    As `Returns` has it, but for what has none of a reason: a loss at every rate is `LOST_RATIO`,
    what is never paid back takes for ever.
    """
    if figure.startswith("npv"):
        name = f"{figure}_yuan"
        value: Draws = getattr(ask(figures=(name,)), name)
        return value
    if figure.endswith("payback"):
        name = f"{figure}_years"
        years: Draws = getattr(ask(figures=(name,)), name)
        return np.where(np.isnan(years), np.inf, years)
    rate, value_of = f"{figure}_ratio", figure.replace("irr", "npv") + "_yuan"
    returns = ask(figures=(rate, value_of))
    status, ratio = getattr(returns, f"{figure}_status"), getattr(returns, rate)
    is_lost = (status == RateStatus.NONE) & (getattr(returns, value_of) < 0)
    several = np.where(status == RateStatus.SEVERAL, np.nan, ratio)
    return np.where(is_lost, LOST_RATIO, several)


def _value(fnpv_yuan_per_t: Draws, output_t_per_year: Draws) -> Draws:
    return fnpv_yuan_per_t * output_t_per_year


def _value_before_tax(fnpv_before_tax_yuan_per_t: Draws, output_t_per_year: Draws) -> Draws:
    return fnpv_before_tax_yuan_per_t * output_t_per_year


def _written_off(
    unit_investment_yuan_per_t: Draws, utilisation_ratio: Draws, bought_investment_ratio: Draws
) -> Draws:
    """Depreciation of a year of the investment without VAT."""
    spent = unit_investment_yuan_per_t / utilisation_ratio
    net = spent * (1 - bought_investment_ratio * VAT_RATIO / (1 + VAT_RATIO))
    return net * (1 - RESIDUAL_RATIO) / LIFE_YEARS


def _vat(
    net_price_yuan_per_t: Draws, operating_cost_yuan_per_t: Draws, bought_cost_ratio: Draws
) -> Draws:
    added = net_price_yuan_per_t - operating_cost_yuan_per_t * bought_cost_ratio
    return VAT_RATIO * np.maximum(0.0, added)


def _surcharges(vat_yuan_per_t: Draws, surcharge_ratio: Draws) -> Draws:
    return vat_yuan_per_t * surcharge_ratio


def _profit(
    net_price_yuan_per_t: Draws, operating_cost_yuan_per_t: Draws, surcharges_yuan_per_t: Draws,
    written_off_yuan_per_t: Draws,
) -> Draws:  # fmt: skip
    """Earnings before interest and income tax."""
    spent = operating_cost_yuan_per_t + surcharges_yuan_per_t + written_off_yuan_per_t
    return net_price_yuan_per_t - spent


def _income_tax(operating_profit_yuan_per_t: Draws, income_tax_ratio: Draws) -> Draws:
    return income_tax_ratio * np.maximum(0.0, operating_profit_yuan_per_t)


def _break_even(
    net_price_yuan_per_t: Draws, operating_cost_yuan_per_t: Draws, fixed_cost_ratio: Draws,
    surcharges_yuan_per_t: Draws, written_off_yuan_per_t: Draws, utilisation_ratio: Draws,
) -> Draws:  # fmt: skip
    """
    Share of capacity at which the year earns nothing; infinite where a tonne loses money.

    F / (P - V - T), fixed cost and depreciation being those of the utilisation at hand.
    """
    fixed = operating_cost_yuan_per_t * fixed_cost_ratio
    variable = operating_cost_yuan_per_t - fixed
    margin = net_price_yuan_per_t - variable - surcharges_yuan_per_t
    needed = (fixed + written_off_yuan_per_t) * utilisation_ratio
    return np.where(margin > 0, needed / np.where(margin > 0, margin, 1.0), np.inf)


def _tax(
    vat_yuan_per_t: Draws, surcharges_yuan_per_t: Draws, income_tax_yuan_per_t: Draws
) -> Draws:
    """VAT, surcharges and income tax; property, land use and stamp tax are not on record."""
    return vat_yuan_per_t + surcharges_yuan_per_t + income_tax_yuan_per_t


def _tax_of_all(tax_yuan_per_t: Draws, output_t_per_year: Draws) -> Draws:
    return tax_yuan_per_t * output_t_per_year


def _tax_to_sales(tax_yuan_per_t: Draws, net_price_yuan_per_t: Draws) -> Draws:
    """Over sales with VAT, as projects announce their output value."""
    return tax_yuan_per_t / (net_price_yuan_per_t * (1 + VAT_RATIO))


@cache
def _local_ratio(tax: str) -> float:
    """Local part of a tax by the engine's table of shares."""
    row = next(row for row in load_tax_shares() if (row.tax, row.level) == (tax, "local"))
    assert row.share_ratio is not None
    return row.share_ratio


def _local_per_t(
    vat_yuan_per_t: Draws, surcharges_yuan_per_t: Draws, income_tax_yuan_per_t: Draws
) -> Draws:
    """Surcharges all stay; VAT and income tax are divided."""
    shared = vat_yuan_per_t * _local_ratio("vat")
    return shared + surcharges_yuan_per_t + income_tax_yuan_per_t * _local_ratio("income_tax")


def _local(local_tax_yuan_per_t: Draws, output_t_per_year: Draws) -> Draws:
    return local_tax_yuan_per_t * output_t_per_year


def _central(tax_yuan_per_year: Draws, local_tax_yuan_per_year: Draws) -> Draws:
    return tax_yuan_per_year - local_tax_yuan_per_year


def _city(local_tax_yuan_per_year: Draws, city_share_ratio: Draws) -> Draws:
    return local_tax_yuan_per_year * city_share_ratio


def _county(local_tax_yuan_per_year: Draws, county_share_ratio: Draws) -> Draws:
    return local_tax_yuan_per_year * county_share_ratio


def with_unit_investment(given: Given, *, tonnes: Parameter) -> dict[str, Parameter]:
    """
    Put the investment on record over the tonnes in place of an investment per tonne not on record.

    Parameters
    ----------
    tonnes
        Capacity a year or, where that is not on record, the output, which it is no less than.
    """
    stated, per_t = given["investment_yuan"], given["unit_investment_yuan_per_t"]
    found = dict(given)
    if per_t.is_known or not (stated.is_known and tonnes.is_known) or tonnes.ends[0] <= 0:
        return found
    (low, high), (few, many) = stated.ends, tonnes.ends
    exact = None if stated.value is None or tonnes.value is None else stated.value / tonnes.value
    found[per_t.name] = replace(
        per_t, value=exact, low=low / many, high=high / few,
        source=f"{stated.source}; {tonnes.source}",
        is_verified=stated.is_verified and tonnes.is_verified,
    )  # fmt: skip
    return found
