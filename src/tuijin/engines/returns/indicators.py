"""
Ratios of the statements, by year and in the usual year.

References
----------
建设项目经济评价方法与参数, third edition, 2006, part 1, 财务分析: ICR = EBIT / interest;
DSCR = (EBITDA - income tax) / (principal + interest); BEP of utilisation = fixed cost / (revenue -
variable cost - taxes and surcharges); total return on investment (总投资收益率); return on equity.
"""

from __future__ import annotations

import numpy as np

from tuijin.engines.returns.spec import Project
from tuijin.engines.returns.statements import Series

Indicators = dict[str, np.ndarray]


def ratios_by_year(series: Series) -> Indicators:
    """Interest cover, debt service cover, liabilities over assets; NaN where there is no debt."""
    service = series["principal"] + series["interest"]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "icr_ratio": _over(series["ebit"], series["interest"]),
            "dscr_ratio": _over(series["ebitda"] - series["income_tax"], service),
            "liabilities_ratio": _over(series["liabilities"], series["assets"]),
        }


def usual_year(project: Project, series: Series) -> dict[str, float]:
    """
    Break-even utilisation and yearly returns of the first year at full load.

    `break_even_ratio` is of that year's output, NaN where a unit brings in less than it costs.
    """
    full = int(np.argmax(series["revenue"]))
    year = {name: float(values[full]) for name, values in series.items()}
    written_off = year["depreciation"] + year["amortisation"]
    fixed = year["fixed_cost"] + written_off + year["interest"]
    margin = year["revenue"] - year["variable_cost"] - year["taxes_and_surcharges"]
    capital = float(series["working_capital"].max())
    invested = series["investment"] + series["investment_vat"] + series["capitalised_interest"]
    total = float(invested[: max(1, project.construction_years)].sum()) + capital
    equity = float(series["paid_in"][-1])
    return {
        "year": full + 1,
        "break_even_ratio": fixed / margin if margin > 0 else float("nan"),
        "return_on_investment_ratio": year["ebit"] / total if total else float("nan"),
        "return_on_equity_ratio": year["net_profit"] / equity if equity else float("nan"),
    }


def _over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.where(below > 0, above / below, np.nan)
