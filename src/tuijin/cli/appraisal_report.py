"""An appraisal as one JSON document, and as lines for a terminal."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from tuijin.engines.returns import (
    QUANTILES_RATIO,
    FiscalView,
    Project,
    RateStatus,
    Returns,
    Risk,
    appraise,
    benchmark_ratio,
    build_statements,
    divide_taxes,
    one_way,
    ratios_by_year,
    tornado,
    usual_year,
)

_RATES = ("irr_before_tax", "irr", "equity_irr")
_TITLES = {
    "irr_before_tax_ratio": "项目投资内部收益率（所得税前）",
    "irr_ratio": "项目投资内部收益率（所得税后）",
    "equity_irr_ratio": "资本金内部收益率",
    "npv_before_tax_yuan": "财务净现值（所得税前）",
    "npv_yuan": "财务净现值（所得税后）",
    "payback_years": "静态投资回收期（所得税后）",
    "discounted_payback_years": "动态投资回收期（所得税后）",
    "min_dscr_ratio": "最低偿债备付率",
    "break_even_ratio": "盈亏平衡点（生产能力利用率）",
}


def describe(project: Project, *, risk: Risk) -> dict[str, Any]:
    """Return everything the appraisal says; the same project, draws and seed give the same."""
    base, series = appraise(project), build_statements(project)
    uncertain = bool(project.uncertain)
    return {
        "benchmark_ratio": benchmark_ratio(project),
        "figures": _figures(base) | _plain(usual_year(project, series)),
        "statements": {name: _numbers(values) for name, values in series.items()},
        "ratios": {name: _numbers(v) for name, v in ratios_by_year(series).items()},
        "sensitivity": [_plain(asdict(each)) for each in one_way(project)],
        "tornado": [_plain(asdict(bar)) for bar in tornado(project)],
        "risk": _risk(risk) if uncertain else None,
        "fiscal": _fiscal(divide_taxes(project, series)),
    }


def _figures(base: Returns) -> dict[str, Any]:
    figures = {name: _number(values[0]) for name, values in asdict(base).items()}
    for rate in _RATES:
        figures[f"{rate}_status"] = RateStatus(int(figures[f"{rate}_status"])).name.lower()
    return figures


def _risk(risk: Risk) -> dict[str, Any]:
    names = ("irr_ratio", "equity_irr_ratio", "npv_yuan", "payback_years", "min_dscr_ratio")
    return {
        "draws": int(risk.returns.irr_ratio.size),
        "seed": risk.seed,
        "miss_ratio": _number(risk.miss_ratio),
        "quantiles_at": list(QUANTILES_RATIO),
        **{name: _numbers(risk.quantiles(name)) for name in names},
    }


def _fiscal(view: FiscalView) -> dict[str, Any]:
    return {
        "paid_yuan": {tax: _numbers(values) for tax, values in view.paid_yuan.items()},
        "received_yuan": {level: _numbers(values) for level, values in view.received_yuan.items()},
        "not_known": [asdict(share) for share in view.not_known],
        "per_mu_yuan": None if view.per_mu_yuan is None else _numbers(view.per_mu_yuan),
        "investment_per_mu_yuan": view.investment_per_mu_yuan,
        "jobs_per_mu_count": view.jobs_per_mu_count,
        "jobs_count": view.jobs_count,
    }


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else _numbers(value) if np.ndim(value) else
        _number(value)
        for name, value in found.items()
    }  # fmt: skip


def _numbers(values: Any) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    """JSON has no NaN: what there is none of is null."""
    return float(value) if math.isfinite(value) else None


def render(document: dict[str, Any]) -> str:
    """Return the figures, one a line, and what is not known."""
    lines = [document["name"]] if document["name"] else []
    for name, title in _TITLES.items():
        lines.append(f"{title}  {_shown(name, document['figures'][name])}")
    for rate in _RATES:
        status = document["figures"][f"{rate}_status"]
        if status != "one":
            lines.append(f"{_TITLES[f'{rate}_ratio']}：{_STATUSES[status]}")
    risk = document["risk"]
    if risk is not None and risk["miss_ratio"] is not None:
        lines.append(
            f"低于基准收益率的概率  {risk['miss_ratio']:.1%}"
            f"（{risk['draws']:,} 次，种子 {risk['seed']}）"
        )
    lines += [
        f"税收分成未知：{share['tax']} {share['level']}，{share['source']}"
        for share in document["fiscal"]["not_known"]
    ]
    return "\n".join(lines)


_STATUSES = {"none": "无解", "several": "有多个解，不能作为评价依据", "any": "无现金流"}


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    if name.endswith("_ratio"):
        return f"{value:.2f}" if name == "min_dscr_ratio" else f"{value:.2%}"
    if name.endswith("_years"):
        return f"{value:.2f} 年"
    return f"{value / 10_000:,.2f} 万元"
