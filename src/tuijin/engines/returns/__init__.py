"""Returns of projects: rates of return that are right, the full appraisal, what the public gets."""

from tuijin.engines.returns.appraising import FIGURES, Returns, appraise, appraise_all
from tuijin.engines.returns.benchmarks import benchmark_ratio, load_benchmarks
from tuijin.engines.returns.dated import dated_rates, dated_value_yuan
from tuijin.engines.returns.factors import known_factors
from tuijin.engines.returns.fiscal import FiscalView, divide_taxes, load_tax_shares
from tuijin.engines.returns.indicators import ratios_by_year, usual_year
from tuijin.engines.returns.rates import Rates, internal_rates, internal_rates_of_rows
from tuijin.engines.returns.reading import read_project
from tuijin.engines.returns.risk import QUANTILES_RATIO, Risk, simulate
from tuijin.engines.returns.sensitivity import one_way, tornado, two_way
from tuijin.engines.returns.spec import Project
from tuijin.engines.returns.statements import build_statements
from tuijin.engines.returns.statuses import RateStatus

__all__ = [
    "FIGURES",
    "QUANTILES_RATIO",
    "FiscalView",
    "Project",
    "RateStatus",
    "Rates",
    "Returns",
    "Risk",
    "appraise",
    "appraise_all",
    "benchmark_ratio",
    "build_statements",
    "dated_rates",
    "dated_value_yuan",
    "divide_taxes",
    "internal_rates",
    "internal_rates_of_rows",
    "known_factors",
    "load_benchmarks",
    "load_tax_shares",
    "one_way",
    "ratios_by_year",
    "read_project",
    "simulate",
    "tornado",
    "two_way",
    "usual_year",
]
