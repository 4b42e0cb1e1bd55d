"""What a plant returns, in pictures, at the middle of what is on record or else typical."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from tuijin.engines.returns import build_statements, divide_taxes
from tuijin.project_models import Bar, Bars, Cell, Chart, Line, Picture, Table
from tuijin.project_models.appraisal import project_of
from tuijin.project_models.chains import middle_of
from tuijin.project_models.formulas import (
    Bounds,
    Formulas,
    Given,
    evaluate,
    leaves,
    range_of,
    stand_in,
)
from tuijin.project_models.sensitivity import spread

N_POINTS, SEED = 1024, 7
_RATE = "firr_ratio"
_LEVELS = (
    ("centre", "中央", "Centre"), ("local", "地方合计", "Local, all levels"),
    ("region", "其中：自治区", "of which: region"), ("city", "其中：市本级", "of which: city"),
    ("county", "其中：旗县区", "of which: county"),
)  # fmt: skip
_TAXES = (
    (("vat",), "增值税", "VAT"), (("income_tax",), "企业所得税", "Income tax"),
    (("city_construction_tax",), "附加税费", "Surcharges"),
)  # fmt: skip


def picture_returns(
    formulas: Formulas, given: Given, bounds: Bounds, *, levers: Iterable[str]
) -> tuple[Picture, ...]:
    """
    Pictures of the returns; without the years where something is neither on record nor typical.

    Parameters
    ----------
    levers
        Parameters of which the table of needs says at which value the benchmark is just met.
    """
    needs = _needs(formulas, given, bounds, tuple(levers))
    values = _middles(given, leaves(formulas, _RATE))
    if None in values.values():
        return (needs,)
    return (
        _build_up(formulas, given), _years(formulas, given), _spread(formulas, given),
        _tornado(formulas, given), *_taxes(formulas, given), needs,
    )  # fmt: skip


def _middles(given: Given, names: Iterable[str]) -> dict[str, float | None]:
    return {name: middle_of(given[stand_in(given, name)]) for name in names}


def _at(formulas: Formulas, given: Given, metric: str, **changed: float) -> float:
    """A metric at the middle of everything but what is changed."""
    values = _middles(given, leaves(formulas, metric)) | changed
    found = evaluate(formulas, metric, {name: np.array([x]) for name, x in values.items()})
    return float(found[0])


def _project_values(formulas: Formulas, given: Given) -> dict[str, float]:
    known = _middles(given, leaves(formulas, _RATE))
    values = {name: x for name, x in known.items() if x is not None}
    return values | {"net_price_yuan_per_t": _at(formulas, given, "net_price_yuan_per_t")}


def _build_up(formulas: Formulas, given: Given) -> Bars:
    """What becomes of the price of a tonne in the usual year."""
    low, high = given[stand_in(given, "operating_cost_yuan_per_t")].ends
    middle = middle_of(given[stand_in(given, "operating_cost_yuan_per_t")])
    assert middle is not None
    unit = "yuan_per_t"
    parts = (
        ("written_off_yuan_per_t", "折旧", "Depreciation"),
        ("surcharges_yuan_per_t", "附加税费", "Surcharges"),
        ("income_tax_yuan_per_t", "所得税", "Income tax"),
        ("operating_profit_yuan_per_t", "息税前利润", "Profit before interest and tax"),
        ("net_price_yuan_per_t", "不含税售价", "Price without VAT"),
    )
    bars = [Bar("经营成本", "Operating cost", middle, unit, low, high)]
    for metric, zh, en in parts:
        low, high = range_of(formulas, given, metric)
        bars.append(Bar(zh, en, _at(formulas, given, metric), unit, low, high))
    return Bars("returns_build_up", "吨产品售价的去向（达产年，不含税）",
                "What becomes of the price of a tonne (usual year, without VAT)",
                tuple(bars))  # fmt: skip


def _years(formulas: Formulas, given: Given) -> Chart:
    series = build_statements(project_of(_project_values(formulas, given)))
    benchmark = _middles(given, ("benchmark_ratio",))["benchmark_ratio"] or 0.0
    after, before = series["project_flow"], series["project_flow_before_tax"]
    year = np.arange(1.0, after.size + 1)
    discounted = np.cumsum(after * (1 + benchmark) ** -year)
    return Chart(
        "returns_years", "分年净现金流量（按每吨年销量）", "Cash flow by year, per tonne of output",
        "project_years", "years", "fnpv_yuan_per_t", "yuan_per_t", year,
        (
            Line("所得税后净现金流量", "After income tax", after),
            Line("所得税前净现金流量", "Before income tax", before),
            Line("累计净现金流量（税后）", "Cumulative, after tax", np.cumsum(after)),
            Line("累计折现净现金流量（税后）", "Cumulative and discounted", discounted),
        ),
    )  # fmt: skip


def _spread(formulas: Formulas, given: Given) -> Chart:
    """Share of evenly spread cases whose rate is at least so much."""
    names = leaves(formulas, _RATE)
    rows = [given[stand_in(given, name)] for name in names]
    drawn = spread(rows, n_points=N_POINTS, seed=SEED)
    values = {name: drawn[row.name] for name, row in zip(names, rows, strict=True)}
    rates = [evaluate(formulas, name, values) for name in ("firr_before_tax_ratio", _RATE)]
    known = [np.sort(found[np.isfinite(found)]) for found in rates]
    low = max(-0.2, min(found[0] for found in known))
    x = np.linspace(low, max(low + 0.01, *(found[-1] for found in known)), 121)
    shares = [1 - np.searchsorted(found, x, side="left") / found.size for found in known]
    benchmark = _middles(given, ("benchmark_ratio",))["benchmark_ratio"] or 0.0
    met = float((known[1] >= benchmark).mean())
    return Chart(
        "returns_spread", f"内部收益率不低于横轴的情形占比：达到基准{benchmark:.0%}的占{met:.0%}",
        f"Share of cases with at least this rate: {met:.0%} reach {benchmark:.0%}",
        _RATE, "ratio", "case_share_ratio", "ratio", x,
        (Line("所得税后", "After income tax", shares[1]),
         Line("所得税前", "Before income tax", shares[0])),
    )  # fmt: skip


def _tornado(formulas: Formulas, given: Given) -> Bars:
    """The rate with one parameter at each end of its range, the rest in the middle."""
    middle = _at(formulas, given, _RATE)
    bars = []
    for name in leaves(formulas, _RATE):
        row = given[stand_in(given, name)]
        low, high = sorted(_at(formulas, given, _RATE, **{name: end}) for end in row.ends)
        if low < high:
            bars.append(Bar(row.description_zh, row.description, middle, "ratio", low, high))
    bars.sort(key=lambda bar: (bar.low or 0.0) - (bar.high or 0.0))
    return Bars("returns_tornado", "内部收益率（税后）随各参数的变动",
                "Rate of return after tax by parameter", tuple(bars))  # fmt: skip


def _taxes(formulas: Formulas, given: Given) -> Iterator[Picture]:
    """Tax by kind and year, and by level of government over all years."""
    project = project_of(_project_values(formulas, given))
    view = divide_taxes(project, build_statements(project))
    output = middle_of(given["output_t_per_year"]) if given["output_t_per_year"].is_known else None
    tonnes, unit = (1.0, "yuan_per_t") if output is None else (output, "yuan")
    of = ("（按每吨年销量）", ", per tonne of output") if output is None else ("", "")
    year = np.arange(1.0, project.n_years + 1)
    lines = tuple(
        Line(zh, en, tonnes * np.sum([view.paid_yuan[tax] for tax in taxes], axis=0))
        for taxes, zh, en in _TAXES
    )
    yield Chart(
        "returns_tax", f"分年纳税{of[0]}", f"Tax by year{of[1]}", "project_years", "years",
        "tax_yuan_per_year", unit, year, lines,
    )  # fmt: skip
    rows: list[tuple[tuple[str, str] | Cell, ...]] = []
    for level, zh, en in _LEVELS:
        total = tonnes * float(view.received_yuan[level].sum())
        known = np.isfinite(total)
        amount = (
            Cell(total, unit) if known else ("未知：分享比例未见公布", "not known: no share found")
        )
        yearly = Cell(total / project.operation_years, unit) if known else ("—", "—")
        rows.append(((zh, en), amount, yearly))
    head = (("级次", "Level"), ("运营期合计", "All years"), ("年均", "A year"))
    yield Table("returns_levels", f"税收分级所得{of[0]}（分享比例未核实）",
                f"Who receives the tax{of[1]} (shares unverified)", head, tuple(rows))  # fmt: skip


def _needs(formulas: Formulas, given: Given, bounds: Bounds, levers: tuple[str, ...]) -> Table:
    """Value of each lever at which the rate is the benchmark, the others in the middle."""
    rows: list[tuple[tuple[str, str] | Cell, ...]] = []
    for name in levers:
        others = _middles(given, [n for n in leaves(formulas, _RATE) if n != name])
        row = given[stand_in(given, name)]
        if None in others.values():
            limit: tuple[str, str] | Cell = _waiting(given, others)
        else:
            known = {n: x for n, x in others.items() if x is not None}
            at = _crossing(formulas, name, known, bounds)
            limit = ("无论多少都达不到", "none reaches it") if at is None else Cell(at, row.unit)
        rows.append(((row.description_zh, row.description), _on_file(given, name), limit))
    benchmark = _middles(given, ("benchmark_ratio",))["benchmark_ratio"] or 0.0
    head = (("参数", "Parameter"), ("在案或同类（取中）", "On record or typical (middle)"),
            ("恰好达到基准的值", "Value that just reaches it"))  # fmt: skip
    return Table("returns_needs", f"税后内部收益率达到{benchmark:.0%}须满足（其余取中）",
                 f"What a rate of {benchmark:.0%} after tax needs, the rest in the middle", head,
                 tuple(rows))  # fmt: skip


def _on_file(given: Given, name: str) -> tuple[str, str] | Cell:
    row = given[stand_in(given, name)]
    middle = middle_of(row)
    return ("未知", "not known") if middle is None else Cell(middle, row.unit)


def _waiting(given: Given, others: dict[str, float | None]) -> tuple[str, str]:
    rows = [given[name] for name, x in others.items() if x is None]
    zh = "、".join(row.description_zh for row in rows)
    return f"先须有：{zh}", "needs " + ", ".join(row.description for row in rows)


def _crossing(
    formulas: Formulas, name: str, others: dict[str, float], bounds: Bounds
) -> float | None:
    """Where the value at the benchmark changes its sign within the bounds of the parameter."""
    low, high = bounds[name]

    def value(x: float) -> float:
        values = {n: np.array([y]) for n, y in (others | {name: x}).items()}
        return float(evaluate(formulas, "fnpv_yuan_per_t", values)[0])

    at_low, at_high = value(low), value(high)
    if not at_low * at_high < 0:
        return None
    while high - low > 1e-9 * max(abs(low), abs(high)):
        middle = (low + high) / 2
        if (value(middle) < 0) == (at_low < 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2
