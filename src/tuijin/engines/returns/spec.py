"""
A project as data: what it costs, sells, borrows and pays in tax, year by year.

Money is in yuan of the base year, without VAT unless `includes_vat` says so; all flows fall on the
end of their year. Things are named by the keys they stand under. See README.md for what each field
does, and `reading.read_project` for how JSON becomes these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tuijin.engines.returns.fields import Yearly, limited, ratio, yuan

MAX_YEARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """
    What is sold: `quantity` a year at full load, at `price` per unit.

    `load_ratio` stands in for the project's. `resource_tax_ratio` is of revenue. Receivables and
    stock are counted in days of revenue.
    """

    quantity: Yearly = limited(low=0, high=1e15)
    price: Yearly = limited(low=0, high=1e15)
    unit: str = "t"
    includes_vat: bool = False
    vat_ratio: Yearly = ratio(default=0.13)
    load_ratio: Yearly | None = ratio(default=None, high=2)
    resource_tax_ratio: Yearly = ratio(default=0.0)
    receivable_days: float = limited(default=0.0, low=0, high=3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """
    An operating cost of the year at full load; a variable one follows the load.

    Stock, cash and payables are counted in days of the cost.
    """

    yuan_per_year: Yearly = yuan()
    varies: bool = True
    category: str = limited(
        default="materials", choices=("materials", "energy", "wages", "repairs", "other")
    )
    includes_vat: bool = False
    vat_ratio: Yearly = ratio(default=0.0)
    stock_days: float = limited(default=0.0, low=0, high=3600)
    cash_days: float = limited(default=0.0, low=0, high=3600)
    payable_days: float = limited(default=0.0, low=0, high=3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """
    What is built or bought, by year from year 1 on, and how it is written off.

    Written off from `from_year` (the first year of operation if null) over `life_years`, down to
    `residual_ratio` of its cost. Interest during construction is spread over those that bear it.
    """

    yuan_by_year: tuple[float, ...] = limited(low=0, high=1e15, most=MAX_YEARS)
    life_years: int = limited(low=1, high=100)
    kind: str = limited(
        default="equipment", choices=("building", "equipment", "intangible", "other")
    )
    residual_ratio: float = ratio(default=0.0)
    method: str = limited(
        default="straight_line", choices=("straight_line", "double_declining", "sum_of_years")
    )
    includes_vat: bool = False
    vat_ratio: float = ratio(default=0.0)
    from_year: int | None = limited(default=None, low=1, high=MAX_YEARS)
    bears_interest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """
    A term loan that pays a share of each year's investment (VAT in it included).

    `compounding` is how often a year interest is counted at the nominal `rate_ratio`. Repaid from
    operation year 1 + `grace_years` on: in equal parts of principal, in equal payments, or as the
    year's cash allows.
    """

    share_ratio: Yearly = ratio()
    rate_ratio: float = ratio()
    compounding: int = limited(default=1, low=1, high=365)
    repayment: str = limited(
        default="equal_principal", choices=("equal_principal", "equal_payment", "as_able")
    )
    term_years: int = limited(default=10, low=1, high=MAX_YEARS)
    grace_years: int = limited(default=0, low=0, high=MAX_YEARS)
    interest_in_construction: str = limited(default="capitalised", choices=("capitalised", "paid"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCapital:
    """
    Working capital by year of operation, beside what days of stock, cash and credit make of it.

    `equity_ratio` of each year's increase is equity; the rest is borrowed and repaid at the end.
    """

    yuan_by_year: Yearly = yuan(default=0.0)
    varies: bool = False
    equity_ratio: Yearly = ratio(default=0.3)
    rate_ratio: float = ratio(default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTax:
    """A tax beside VAT, surcharges and income tax: so much in each year of operation."""

    kind: str = limited(choices=("property", "land_use", "stamp", "environmental", "other"))
    yuan_per_year: Yearly = yuan()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeTax:
    """
    Corporate income tax.

    `western` is 15 % in calendar years 2021 to 2030 and `rate_ratio` after. `holiday` frees the
    first years with revenue and halves the next. Losses are carried for `loss_years`.
    """

    rate_ratio: float = ratio(default=0.25)
    western: bool = False
    holiday: str = limited(
        default="none", choices=("none", "three_free_three_half", "two_free_three_half")
    )
    loss_years: int = limited(default=5, low=0, high=10)
    base: str = limited(default="before_financing", choices=("before_financing", "statement"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surcharges:
    """On VAT paid: city construction tax by place, education and local education surcharge."""

    city_construction_ratio: float = ratio(default=0.05)
    education_ratio: float = ratio(default=0.03)
    local_education_ratio: float = ratio(default=0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """So much in each year of operation; taxed unless it is said not to be."""

    yuan_per_year: Yearly = yuan()
    taxed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What happens to profit: the statutory reserve, and the share of the rest paid out."""

    reserve_ratio: float = ratio(default=0.1)
    payout_ratio: float = ratio(default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """
    How far a factor may be from 1: `low`, `mode`, `high`.

    uniform and triangular end at low and high; normal takes them as its 5th and 95th percentile.
    """

    kind: str = limited(default="triangular", choices=("triangular", "uniform", "normal"))
    low_ratio: float = limited(low=0, high=100)
    high_ratio: float = limited(low=0, high=100)
    mode_ratio: float = limited(default=1.0, low=0, high=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Rank correlation (Spearman) of two uncertain factors."""

    of: str
    with_: str
    rank_ratio: float = limited(low=-1, high=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    draws: int = limited(default=1000, low=1, high=1_000_000)
    seed: int = limited(default=1, low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project to appraise; `load_ratio` is by year of operation."""

    construction_years: int = limited(low=0, high=20)
    operation_years: int = limited(low=1, high=MAX_YEARS - 1)
    assets: Mapping[str, Asset]
    products: Mapping[str, Product]
    costs: Mapping[str, Cost] = field(default_factory=dict)
    name: str = ""
    start_year: int = limited(default=2026, low=1990, high=2100)
    load_ratio: Yearly = ratio(default=1.0, high=2)
    industry: str | None = None
    benchmark_ratio: float | None = limited(default=None, above=-1, high=10)
    equity_benchmark_ratio: float | None = limited(default=None, above=-1, high=10)
    loans: Mapping[str, Loan] = field(default_factory=dict)
    short_rate_ratio: float = ratio(default=0.0)
    working_capital: WorkingCapital = WorkingCapital()
    surcharges: Surcharges = Surcharges()
    income_tax: IncomeTax = IncomeTax()
    other_taxes: Mapping[str, OtherTax] = field(default_factory=dict)
    subsidies: Mapping[str, Subsidy] = field(default_factory=dict)
    distribution: Distribution = Distribution()
    uncertain: Mapping[str, Uncertain] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] = ()
    land_mu: float | None = limited(default=None, above=0)
    jobs_count: float | None = limited(default=None, above=0)
    run: Run = Run()

    @property
    def n_years(self) -> int:
        return self.construction_years + self.operation_years
