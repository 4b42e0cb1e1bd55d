"""Model: a line of permanent-magnet motors, as a simulated network with what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from tuijin.errors import ParameterOutOfRange
from tuijin.project_models import Chart, Influence, Metric, Parameter, Picture
from tuijin.project_models.motor_line.explaining import explain_metric, find_range
from tuijin.project_models.motor_line.line import build_network
from tuijin.project_models.motor_line.metrics import METRICS, NEEDS, find_samples
from tuijin.project_models.motor_line.pictures import draw_pictures
from tuijin.project_models.motor_line.simulation import simulate_draws
from tuijin.project_models.motor_line.solving import find_corners, find_cycle_seconds
from tuijin.project_models.sheet import check_within, draw, read_sheet

Given = Mapping[str, Parameter]

_BOUNDS = {
    "cycle_seconds": (0.1, 86_400.0),
    "shifts_count": (1.0, 3.0),
    "manual_stations_count": (0.0, 19.0),
    "operators_count": (1.0, 10_000.0),
    "demand_count_per_year": (1.0, 1e9),
    "rated_power_mw": (1e-6, 1e3),
    "shift_hours_per_day": (0.5, 24.0),
    "working_days_per_year": (1.0, 366.0),
    "availability_ratio": (0.1, 1.0),
    "repair_minutes": (0.01, 1e4),
    "buffer_count": (0.0, 10_000.0),
    "manual_spread_ratio": (0.0, 3.0),
    "rework_minutes": (0.0, 1e4),
    "oven_batch_count": (1.0, 10_000.0),
    "oven_minutes": (0.1, 1e4),
    "magnet_kg_per_mw": (0.0, 1e4),
    "running_hours_per_year": (0.0, 8784.0),
}
_POSITIVE = {"station_yield_ratio", "planned_oee_ratio", "magnet_yield_ratio",
             "metal_in_oxide_ratio", "efficiency_before_ratio",
             "efficiency_after_ratio"}  # fmt: skip
# What a picture is drawn with where the project's own figure is not known; its title says so.
_ILLUSTRATION = {"cycle_seconds": 60.0, "shifts_count": 2.0, "manual_stations_count": 5.0,
                 "operators_count": 8.0}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MotorLine:
    id: str = "motor_line"
    version: str = "2"
    title_zh: str = "稀土永磁电机生产线"
    title_en: str = "Permanent-magnet motor line"

    def parameters(self) -> tuple[Parameter, ...]:
        return _read()

    def run(
        self, parameters: Given, *, n_draws: int, rng: np.random.Generator
    ) -> dict[str, Metric]:
        check_within(parameters, _bounds())
        drawn_rng, line_rng = rng.spawn(2)
        drawn = draw([parameters[p.name] for p in _read()], n_draws=n_draws, rng=drawn_rng)
        corners = find_corners(parameters)
        points = {name: np.concatenate((corners[name], sample)) for name, sample in drawn.items()}
        simulate = partial(simulate_draws, n_draws=n_draws + 2, rng=line_rng)
        found = find_samples(points, n_draws=n_draws + 2, simulate=simulate)
        return {name: _metric(name, found.get(name, np.empty(0)), parameters) for name in METRICS}

    def decide(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[tuple[str, float, float], ...]:
        check_within(parameters, _bounds())
        _check_metric(metric)
        if not parameters["cycle_seconds"].is_known:
            if metric != "output_count_per_year" or target <= 0:
                return ()
            return find_cycle_seconds(parameters, output_count_per_year=target)
        return find_range(_in_order(parameters), metric=metric, target=target, seed=seed)

    def charts(
        self, parameters: Given, *, metric: str, target: float, seed: int
    ) -> tuple[Chart, ...]:
        return ()

    def influences(
        self, parameters: Given, *, metric: str, rng: np.random.Generator
    ) -> tuple[Influence, ...]:
        check_within(parameters, _bounds())
        _check_metric(metric)
        return explain_metric(_in_order(parameters), metric=metric, rng=rng)

    def network(self, parameters: Given, *, seed: int) -> dict[str, Any]:
        values, unknown = _central(parameters)
        name = "motor line" + (
            f"; illustration, not known: {', '.join(unknown)}" if unknown else ""
        )
        return build_network(values, seed=seed, name=name)

    def pictures(self, parameters: Given, *, seed: int) -> tuple[Picture, ...]:
        values, unknown = _central(parameters)
        return draw_pictures(values, seed=seed, is_illustration=bool(unknown))


def _check_metric(metric: str) -> None:
    if metric not in METRICS:
        raise ParameterOutOfRange(f"motor_line has {', '.join(METRICS)}, got {metric!r}")


def _in_order(given: Given) -> Given:
    """As in the sheet: the order of the parameters must not tell in the answer."""
    return {p.name: given[p.name] for p in _read()}


def _metric(name: str, found: np.ndarray, given: Given) -> Metric:
    """Ranges here are assumed, so the ends count and not how often a draw comes near them."""
    needs = tuple(need for need in NEEDS[name] if not given[need].is_known)
    ends = (float(found.min()), float(found.max())) if found.size and np.ptp(found) else None
    return Metric(name, METRICS[name], found[2:], needs, ends)


def _central(given: Given) -> tuple[dict[str, float], tuple[str, ...]]:
    """Central values, and the parameters of the line that are not known and only illustrated."""
    check_within(given, _bounds())
    known = {p.name: p.value if p.value is not None else sum(p.ends) / 2
             for p in given.values() if p.is_known}  # fmt: skip
    return _ILLUSTRATION | known, tuple(name for name in _ILLUSTRATION if name not in known)


@cache
def _read() -> tuple[Parameter, ...]:
    return read_sheet(Path(__file__).with_name("parameters.csv"))


@cache
def _bounds() -> dict[str, tuple[float, float]]:
    """Limits by name, else by suffix: a ratio is a share, a cycle takes time."""
    found = {}
    for p in _read():
        if p.name in _BOUNDS:
            found[p.name] = _BOUNDS[p.name]
        elif p.name.endswith("_ratio"):
            is_divisor = p.name in _POSITIVE or p.name.endswith("_yield_ratio")
            found[p.name] = (0.01 if is_divisor else 0.0, 1.0)
        elif p.name.endswith("_seconds"):
            found[p.name] = _BOUNDS["cycle_seconds"]
        else:
            found[p.name] = (0.0, 1e12)
    return found


plugin = MotorLine()
