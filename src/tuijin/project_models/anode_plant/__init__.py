"""
Model: a lithium-battery anode plant: sales, weight in the market, capital; process in `process.py`.

sales = output × price ÷ VAT factor; output = capacity × utilisation where only capacity is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import (
    TYPICAL,
    Chart,
    Influence,
    Line,
    MaterialLine,
    Metric,
    Parameter,
    Picture,
)
from tuijin.project_models.anode_plant.chain import (
    MATERIALS,
    NAMES,
    solve_chain,
    yields_are_known,
)
from tuijin.project_models.anode_plant.pictures import draw_pictures
from tuijin.project_models.anode_plant.process import PRICE_BOUNDS, PROCESS, PROCESS_BOUNDS
from tuijin.project_models.appraisal import with_unit_investment
from tuijin.project_models.chains import material_lines
from tuijin.project_models.formulas import (
    Given,
    bounds_of,
    chart_deciding,
    decide_by_formula,
    explain_by_formula,
    run_formulas,
)
from tuijin.project_models.sensitivity import explain
from tuijin.project_models.sheet import check_within, draw, read_sheet

VAT_FACTOR_RATIO = 1.13
METRICS = {
    "sales_yuan_per_year": "yuan_per_year",
    "output_t_per_year": "t_per_year",
    "market_share_ratio": "ratio",
    "capital_yuan": "yuan",
    "capital_yuan_per_t": "yuan_per_t",
}
_BOUNDS = {
    "output_t_per_year": (0.0, 1e8),
    "capacity_t_per_year": (0.0, 1e8),
    "investment_yuan": (0.0, 1e12),
    "utilisation_ratio": (0.01, 1.0),
    "vat_factor_ratio": (1.0, 1.2),
    "market_output_t_per_year": (1.0, 1e9),
    "peer_capital_yuan_per_t": (1.0, 1e7),
    **PRICE_BOUNDS,
    **PROCESS_BOUNDS,
}


@dataclass(frozen=True, slots=True)
class AnodePlant:
    id: str = "anode_plant"
    version: str = "3"
    title_zh: str = "锂电池负极材料厂"
    title_en: str = "Lithium-battery anode plant"

    def parameters(self) -> tuple[Parameter, ...]:
        return _read()

    def run(
        self, parameters: Given, *, n_draws: int, rng: np.random.Generator
    ) -> dict[str, Metric]:
        check_within(parameters, bounds_of(parameters, _BOUNDS))
        given = _complete(parameters)
        rows = [given[row.name] for row in self.parameters()]
        drawn = draw(rows, n_draws=n_draws, rng=rng)
        samples = _samples(parameters, drawn)
        return {
            name: Metric(name, unit, samples[name], _needs(name, samples[name], parameters))
            for name, unit in METRICS.items()
        } | run_formulas(PROCESS, given, _with_output(parameters, drawn))

    def decide(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[tuple[str, float, float], ...]:
        check_within(parameters, bounds_of(parameters, _BOUNDS))
        if metric.removeprefix(TYPICAL) in PROCESS:
            given = _complete(parameters)
            return decide_by_formula(PROCESS, given, _BOUNDS, metric=metric, target=target)
        _check_metric(metric)
        if metric.startswith("capital"):
            return _decide_capital(parameters, metric, target)
        low_t, high_t = _needed_output_t_per_year(parameters, metric, target)
        if not _output_is_known(parameters):
            idle, busy = parameters["utilisation_ratio"].ends
            return (
                ("output_t_per_year", low_t, high_t),
                ("capacity_t_per_year", low_t / busy, high_t / idle),
            )
        low_t, high_t = _output_ends(parameters)
        if metric != "sales_yuan_per_year" or low_t == 0:
            return ()
        target_yuan = target * parameters["vat_factor_ratio"].ends[0]
        return (("price_yuan_per_t", target_yuan / high_t, target_yuan / low_t),)

    def charts(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[Chart, ...]:
        if metric.removeprefix(TYPICAL) in PROCESS:
            given = _complete(parameters)
            return chart_deciding(PROCESS, given, _BOUNDS, metric=metric, target=target)
        if metric != "sales_yuan_per_year":
            return ()
        low, high = parameters["price_yuan_per_t"].ends
        price = np.linspace(low, high, 101) if low < high else np.array([low])
        as_quoted = Line("按报价", "Price as quoted", target / price)
        with_vat = Line("报价含税、销售额不含税", "Price with VAT, sales without",
                        target * VAT_FACTOR_RATIO / price)  # fmt: skip
        return (
            Chart(
                "needed_output", "达到目标所需销量", "Tonnage needed to reach the target",
                "price_yuan_per_t", "yuan_per_t", "output_t_per_year", "t_per_year",
                price, (as_quoted, with_vat),
            ),
        )  # fmt: skip

    def influences(
        self, parameters: Given, *, metric: str, rng: np.random.Generator
    ) -> tuple[Influence, ...]:
        if metric.removeprefix(TYPICAL) in PROCESS:
            return explain_by_formula(PROCESS, _complete(parameters), metric=metric, rng=rng)
        _check_metric(metric)
        ranged = [
            parameters[row.name]
            for row in self.parameters()
            if parameters[row.name].is_known and np.ptp(parameters[row.name].ends) > 0
        ]

        def func(points: np.ndarray) -> np.ndarray:
            drawn = {
                name: np.full(points.shape[1], p.ends[0]) if p.is_known else np.empty(0)
                for name, p in parameters.items()
            }
            moved = dict(zip((p.name for p in ranged), points, strict=True))
            return _samples(parameters, drawn | moved)[metric]

        if not func(np.array([[p.ends[0]] for p in ranged])).size:
            return ()
        return explain(func, ranged, n_points=256, rng=rng)

    def pictures(self, parameters: Given, *, seed: int) -> tuple[Picture, ...]:
        return draw_pictures(_complete(parameters))

    def materials(self, parameters: Given) -> tuple[MaterialLine, ...]:
        lines = material_lines(solve_chain(parameters), NAMES, _output(parameters), codes=MATERIALS)
        if yields_are_known(parameters):
            return lines
        product, *others = lines  # a floor is no tonnage
        return (product, *(replace(x, low_t_per_year=None, high_t_per_year=None) for x in others))


@cache
def _read() -> tuple[Parameter, ...]:
    return read_sheet(Path(__file__).with_name("parameters.csv"))


def _samples(given: Given, drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays of shape (n_draws,), or (0,) as soon as one of their inputs is unknown."""
    capacity_t = drawn["capacity_t_per_year"]
    output_t = drawn["output_t_per_year"]
    if not given["output_t_per_year"].is_known:
        output_t = _times(capacity_t, drawn["utilisation_ratio"])
    capacity_or_output_t = capacity_t if capacity_t.size else output_t
    capital_yuan = drawn["investment_yuan"]
    if not given["investment_yuan"].is_known:
        capital_yuan = _times(capacity_or_output_t, drawn["peer_capital_yuan_per_t"])
    net_price = drawn["price_yuan_per_t"] / drawn["vat_factor_ratio"]
    per_t = _times(drawn["investment_yuan"], _inverse(capacity_or_output_t))
    return {
        "sales_yuan_per_year": _times(output_t, net_price),
        "output_t_per_year": output_t,
        "market_share_ratio": _times(output_t, 1 / drawn["market_output_t_per_year"]),
        "capital_yuan": capital_yuan,
        "capital_yuan_per_t": per_t,
    }


def _times(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return left * right if left.size and right.size else np.empty(0)


def _inverse(tonnes: np.ndarray) -> np.ndarray:
    """1 ÷ t; a plant of no tonnes has no capital per tonne (NaN)."""
    return np.where(tonnes > 0, 1 / np.where(tonnes > 0, tonnes, 1), np.nan)


def _output_is_known(given: Given) -> bool:
    return given["output_t_per_year"].is_known or given["capacity_t_per_year"].is_known


def _output_ends(given: Given) -> tuple[float, float]:
    if given["output_t_per_year"].is_known:
        return given["output_t_per_year"].ends
    low, high = given["capacity_t_per_year"].ends
    idle, busy = given["utilisation_ratio"].ends
    return low * idle, high * busy


def _output(given: Given) -> Parameter:
    """Output on record or else capacity × utilisation, as one parameter."""
    stated = given["output_t_per_year"]
    if stated.is_known or not _output_is_known(given):
        return stated
    low, high = _output_ends(given)
    return replace(stated, low=low, high=high)


def _complete(given: Given) -> Given:
    """Output, and investment per tonne, where they follow from what is on record."""
    capacity = given["capacity_t_per_year"]
    tonnes = capacity if capacity.is_known else given["output_t_per_year"]
    found = with_unit_investment(given, tonnes=tonnes)
    return found | {"output_t_per_year": _output(given)}


def _with_output(given: Given, drawn: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    """The output of each draw is the capacity's and utilisation's of that draw."""
    return {**drawn, "output_t_per_year": _samples(given, drawn)["output_t_per_year"]}


def _needs(metric: str, sample: np.ndarray, given: Given) -> tuple[str, ...]:
    if sample.size:
        return ()
    unknown = [] if _output_is_known(given) else ["output_t_per_year"]
    if metric == "capital_yuan_per_t" and not given["investment_yuan"].is_known:
        unknown.append("investment_yuan")
    return tuple(unknown)


def _check_metric(metric: str) -> None:
    if metric not in METRICS:
        raise ParameterOutOfRange(
            f"anode_plant has {', '.join((*METRICS, *PROCESS))}, got {metric!r}"
        )


def _needed_output_t_per_year(given: Given, metric: str, target: float) -> tuple[float, float]:
    """Lowest and highest output at which a metric of the output reaches its target."""
    if metric == "sales_yuan_per_year":
        low, high = given["price_yuan_per_t"].ends
        factor_low, factor_high = given["vat_factor_ratio"].ends
        return target * factor_low / high, target * factor_high / low
    if metric == "market_share_ratio":
        low, high = given["market_output_t_per_year"].ends
        return target * low, target * high
    return target, target


def _decide_capital(
    given: Given, metric: str, target: float
) -> tuple[tuple[str, float, float], ...]:
    if metric == "capital_yuan" and not _output_is_known(given):
        low, high = given["peer_capital_yuan_per_t"].ends
        return (("capacity_t_per_year", target / high, target / low),)
    if metric == "capital_yuan_per_t" and _output_is_known(given):
        is_stated = given["capacity_t_per_year"].is_known
        low, high = given["capacity_t_per_year"].ends if is_stated else _output_ends(given)
        return (("investment_yuan", target * low, target * high),)
    return ()


plugin = AnodePlant()
