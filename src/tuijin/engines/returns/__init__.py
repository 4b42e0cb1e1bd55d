"""Returns of projects: rates of return that are right, the full appraisal, what the public gets."""

from tuijin.engines.returns.appraising import Returns, appraise, appraise_all
from tuijin.engines.returns.dated import dated_rates, dated_value_yuan
from tuijin.engines.returns.rates import Rates, internal_rates, internal_rates_of_rows
from tuijin.engines.returns.reading import read_project
from tuijin.engines.returns.spec import Project
from tuijin.engines.returns.statements import build_statements
from tuijin.engines.returns.statuses import RateStatus

__all__ = [
    "Project",
    "RateStatus",
    "Rates",
    "Returns",
    "appraise",
    "appraise_all",
    "build_statements",
    "dated_rates",
    "dated_value_yuan",
    "internal_rates",
    "internal_rates_of_rows",
    "read_project",
]
