"""
Model: AGVs between two yards on both sides of a border, with their gates and inspections.

A closed network of `engines.flow` for every draw of what is not known; see README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Chart, Influence, Metric, Parameter
from tuijin.project_models.border_port import deciding
from tuijin.project_models.border_port.evaluation import DAYS, METRICS, OUTSIDE, evaluate
from tuijin.project_models.border_port.network import build_network
from tuijin.project_models.sensitivity import Design, design_over, find_influences
from tuijin.project_models.sheet import check_within, draw, read_sheet

Given = Mapping[str, Parameter]

N_POINTS = 32  # of the sensitivity: each costs as many simulations as there are ranges, and two
SENSITIVITY_DAYS = 4
_MOST = {
    "count": 1000.0, "ratio": 1000.0, "km": 100.0, "minutes": 10_000.0, "km_per_hour": 120.0,
    "t": 1000.0, "hours_per_day": 24.0, "days_per_year": 366.0, "count_per_day": 1000.0,
}  # fmt: skip
_LEAST = {"count": 1.0, "km": 0.001, "km_per_hour": 1.0, "t": 0.001, "count_per_day": 0.001}
_SHARES = {
    "availability_ratio": (0.01, 1.0), "productive_ratio": (0.01, 1.0), "outage_ratio": (0.0, 0.9),
    "xray_share_ratio": (0.0, 1.0), "opened_share_ratio": (0.0, 1.0),
    "gate_variation_ratio": (0.0, 5.0), "handling_variation_ratio": (0.0, 5.0),
    "agv_day_cost_ratio": (0.001, 1000.0), "shift_hours_per_day": (0.1, 24.0),
    "outage_minutes": (1.0, 10_000.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BorderPort:
    id: str = "border_port"
    version: str = "1"
    title_zh: str = "边境口岸 AGV 跨境运输"
    title_en: str = "Border port with AGVs"
    n_draws: int = 128

    def parameters(self) -> tuple[Parameter, ...]:
        return _read()

    def run(
        self, parameters: Given, *, n_draws: int, rng: np.random.Generator
    ) -> dict[str, Metric]:
        _check(parameters)
        seed = int(rng.integers(2**53))
        points = draw([parameters[p.name] for p in _read()], n_draws=n_draws, rng=rng)
        samples = evaluate(points, seed=seed)
        corners = evaluate(deciding.find_corners(parameters), seed=seed)
        return {
            name: _metric(name, unit, samples[name], corners[name], parameters)
            for name, unit in METRICS.items()
        }

    def decide(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[tuple[str, float, float], ...]:
        _check(parameters)
        _check_metric(metric)
        needs = _needs_of(metric, parameters)
        if needs:
            return deciding.find_unknown(parameters, needs, metric=metric, target=target, seed=seed)
        return deciding.find_range(parameters, metric=metric, target=target, seed=seed)

    def charts(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[Chart, ...]:
        _check(parameters)
        if metric != "freight_t_per_year":
            return ()
        return (deciding.draw_freight_by_fleet(parameters, target=target, seed=seed),)

    def network(self, parameters: Given, *, seed: int) -> dict[str, Any]:
        _check(parameters)
        return build_network(centre_of(parameters), days=DAYS, seed=seed)

    def influences(
        self, parameters: Given, *, metric: str, rng: np.random.Generator
    ) -> tuple[Influence, ...]:
        _check(parameters)
        _check_metric(metric)
        if _needs_of(metric, parameters):
            return ()
        seed = int(rng.integers(2**53))
        ordered = tuple(parameters[p.name] for p in _read())
        design, samples = _evaluate_design(ordered, seed)
        return find_influences(design, samples[metric], rng=rng)


@cache
def _read() -> tuple[Parameter, ...]:
    return read_sheet(Path(__file__).with_name("parameters.csv"))


def centre_of(parameters: Given) -> dict[str, float]:
    """Each known parameter's value, or the middle of its range."""
    return {
        name: p.value if p.value is not None else sum(p.ends) / 2
        for name, p in parameters.items()
        if p.is_known
    }


@lru_cache(maxsize=8)
def _evaluate_design(
    parameters: tuple[Parameter, ...], seed: int
) -> tuple[Design, dict[str, np.ndarray]]:
    """Simulate the design of the sensitivity, once for all metrics."""
    design, points = design_over(parameters, n_points=N_POINTS, seed=seed)
    return design, evaluate(points, seed=seed, days=SENSITIVITY_DAYS)


def _check(parameters: Given) -> None:
    bounds = {
        p.name: _SHARES.get(p.name, (_LEAST.get(p.unit, 0.0), _MOST[p.unit])) for p in _read()
    }
    check_within(parameters, bounds)


def _check_metric(metric: str) -> None:
    if metric not in METRICS:
        raise ParameterOutOfRange(f"border_port has {', '.join(METRICS)}, got {metric!r}")


def _metric(
    name: str, unit: str, sample: np.ndarray, corners: np.ndarray, parameters: Given
) -> Metric:
    if not sample.size:
        return Metric(name, unit, sample, _needs_of(name, parameters))
    both = np.concatenate([sample, corners])
    return Metric(name, unit, sample, ends=(float(np.nanmin(both)), float(np.nanmax(both))))


def _needs_of(metric: str, parameters: Given) -> tuple[str, ...]:
    """Parameters that are not known, of those the metric follows from."""
    if metric == "operating_hours_per_day.mean":
        used = {"shift_hours_per_day", "outage_ratio"}
    else:
        used = set(parameters) - set(OUTSIDE)
    if metric == "freight_t_per_year":
        used |= {"payload_t", "operating_days_per_year"}
    if metric.startswith("agv_to_truck"):
        used |= {"payload_t", "truck_payload_t", "truck_trips_per_day"}
    if metric == "agv_to_truck_cost_ratio":
        used |= {"agv_day_cost_ratio"}
    return tuple(p.name for p in _read() if p.name in used and not parameters[p.name].is_known)


plugin = BorderPort()
