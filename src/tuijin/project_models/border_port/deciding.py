"""Which value of a parameter decides a claim, over what the others may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from tuijin.project_models import Chart, Line, Parameter
from tuijin.project_models.border_port.evaluation import evaluate, reckon_hours
from tuijin.project_models.border_port.network import gate_minutes
from tuijin.project_models.crossings import find_crossings
from tuijin.project_models.sensitivity import spread

Given = Mapping[str, Parameter]
Decided = tuple[tuple[str, float, float], ...]

MOST_USED_RATIO = 0.8  # of a lane or gate that is planned anew
PROBE_AGVS = 10  # few enough not to be in each other's way
# Parameters that are better high; the others are better low.
BETTER_HIGH = frozenset({
    "agv_count", "availability_ratio", "loaded_km_per_hour", "empty_km_per_hour", "payload_t",
    "productive_ratio", "operating_days_per_year", "shift_hours_per_day", "berth_count",
})  # fmt: skip
GATE = (
    "reading_minutes", "matching_minutes", "weighing_minutes", "radiation_minutes",
    "gate_variation_ratio",
)  # fmt: skip
INSPECTIONS = ("xray_share_ratio", "xray_minutes", "opened_share_ratio", "opening_minutes")
_N_DRAWS = 8
_N_DRAWS_OF_FLEET = 64
_N_RANKED = 64
_TAILS = (0.025, 0.975)


def find_range(parameters: Given, *, metric: str, target: float, seed: int) -> Decided:
    """
    Where the range that goes with the metric most, and can decide, does so.

    The others are spread, and set to their worst and best ends; the one in question walks through
    its range with the same points and random streams, until the target is passed.
    """
    for name in _rank_ranges(tuple(parameters.values()), metric, seed)[:2]:
        crossings = _find_crossings(parameters, name, metric=metric, target=target, seed=seed)
        if crossings.size:
            return ((name, float(crossings.min()), float(crossings.max())),)
    return ()


def _rank_ranges(parameters: tuple[Parameter, ...], metric: str, seed: int) -> list[str]:
    """Names of the ranges by the correlation of their ranks with the metric's (Spearman 1904)."""
    points, metrics = _evaluate_spread(parameters, seed)
    values = metrics[metric]
    seen = np.isfinite(values)
    ranks = values[seen].argsort().argsort()
    strength = {
        p.name: abs(float(np.corrcoef(points[p.name][seen].argsort().argsort(), ranks)[0, 1]))
        for p in parameters
        if p.is_known and p.ends[0] < p.ends[1]
    }
    return sorted(strength, key=lambda name: -strength[name])


@lru_cache(maxsize=8)
def _evaluate_spread(
    parameters: tuple[Parameter, ...], seed: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    points = spread(parameters, n_points=_N_RANKED, seed=seed)
    return points, evaluate(points, seed=seed)


def _find_crossings(
    given: Given, name: str, *, metric: str, target: float, seed: int
) -> np.ndarray:
    """Deciding values of one parameter, the others spread, and at their worst and best ends."""
    drawn, corners = _spread(given, _N_DRAWS, seed), find_corners(given)
    return find_crossings(
        {key: np.concatenate([drawn[key], corners[key]]) for key in given},
        name,
        ends=given[name].ends,
        target=target,
        find_metric=partial(_find_metric, metric=metric, seed=seed),
    )


def _find_metric(points: Mapping[str, np.ndarray], *, metric: str, seed: int) -> np.ndarray:
    reckoned = reckon_hours(points)
    return reckoned[metric] if metric in reckoned else evaluate(points, seed=seed)[metric]


def find_unknown(
    parameters: Given, needs: Sequence[str], *, metric: str, target: float, seed: int
) -> Decided:
    """Value of a parameter nobody has published."""
    if needs == ("agv_day_cost_ratio",):
        capacity = evaluate(_spread(parameters, _N_DRAWS_OF_FLEET, seed), seed=seed)[
            "agv_to_truck_capacity_ratio"
        ]
        return (("agv_day_cost_ratio", *_central(target * capacity)),)
    if needs == ("agv_count",) and metric == "freight_t_per_year":
        return plan_for_freight(parameters, target_t_per_year=target, seed=seed)
    return ()


def plan_for_freight(parameters: Given, *, target_t_per_year: float, seed: int) -> Decided:
    """
    AGVs, gates, lanes and berths for a freight.

    AGVs from the trips of a fleet with room for all; gates and lanes from their own limit (hours
    open over minutes an AGV), of which at most 80 % are planned to be used.
    """
    few = {**parameters, "agv_count": replace(parameters["agv_count"], value=float(PROBE_AGVS))}
    points = _spread(few, _N_DRAWS_OF_FLEET, seed)
    points["availability_ratio"] = np.ones(_N_DRAWS_OF_FLEET)
    points["berth_count"] = np.full(_N_DRAWS_OF_FLEET, float(PROBE_AGVS))
    available = _spread(few, _N_DRAWS_OF_FLEET, seed)["availability_ratio"]
    trips = evaluate(points, seed=seed)["agv_trips_per_day"]
    passes = target_t_per_year / points["payload_t"] / points["operating_days_per_year"]
    open_minutes = points["shift_hours_per_day"] * 60 * points["productive_ratio"]
    open_minutes = open_minutes * (1 - points["outage_ratio"]) * MOST_USED_RATIO
    minutes = {
        "cn_gate_lane_count": sum_gate_minutes(points),
        "mn_gate_lane_count": points["mn_gate_minutes"],
        "lane_count": points["headway_minutes"],
        "berth_count": points["handling_minutes"] / 2,
    }
    needed = {"agv_count": passes / trips / available}
    needed |= {name: passes * each / open_minutes for name, each in minutes.items()}
    return tuple((name, *_central(np.ceil(count))) for name, count in needed.items())


def sum_gate_minutes(points: Mapping[str, np.ndarray]) -> np.ndarray:
    n_points = len(points["lane_km"])
    rows = [{name: column[n] for name, column in points.items() if column.size}
            for n in range(n_points)]  # fmt: skip
    return np.array([gate_minutes(row) for row in rows])


def draw_freight_by_fleet(parameters: Given, *, target: float, seed: int) -> Chart:
    """Freight over AGVs at the middle of every range, with the target."""
    counts = np.array([2.0, 5, 10, 15, 20, 30, 40, 60, 80, 100])
    points = {
        name: np.full(len(counts), p.value if p.value is not None else sum(p.ends) / 2)
        if p.is_known else np.empty(0)
        for name, p in parameters.items()
    }  # fmt: skip
    points["agv_count"] = counts
    freight = evaluate(points, seed=seed)["freight_t_per_year"]
    return Chart(
        "freight_by_fleet", "年过货量随 AGV 台数", "Freight by AGVs", "agv_count", "count",
        "freight_t_per_year", "t_per_year", counts,
        (
            Line("各参数取中值", "All else at the middle", freight),
            Line("目标", "Target", np.full(len(counts), target)),
        ),
    )  # fmt: skip


def find_corners(given: Given) -> dict[str, np.ndarray]:
    """
    Ends of the ranges: all worst, all best, and a slow gate or slow inspections in a fast port.

    A fast port sends more AGVs to its gate, so a queue there is longest with all else at its best.
    """
    worst_of = (set(given), set[str](), set(GATE), {*GATE, *INSPECTIONS})
    return {
        name: np.array([_end(p, is_worst=name in worst) for worst in worst_of])
        if p.is_known else np.empty(0)
        for name, p in given.items()
    }  # fmt: skip


def _end(parameter: Parameter, *, is_worst: bool) -> float:
    low, high = parameter.ends
    return low if is_worst == (parameter.name in BETTER_HIGH) else high


def _spread(given: Given, n_points: int, seed: int) -> dict[str, np.ndarray]:
    return spread(list(given.values()), n_points=n_points, seed=seed)


def _central(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, _TAILS, method="inverted_cdf")
    return float(low), float(high)
