"""Which value of a parameter decides a claim, over what the others may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from tuijin.project_models import Chart, Line, Parameter
from tuijin.project_models.border_port.evaluation import evaluate, reckon_hours
from tuijin.project_models.border_port.network import gate_minutes
from tuijin.project_models.sensitivity import spread

Given = Mapping[str, Parameter]
Decided = tuple[tuple[str, float, float], ...]

SEED = 7  # of the network as `network` shows it; deciding values are of that network
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
_STEPS = 5
PRECISION_RATIO = 0.01  # of a deciding value, to either side
_MOST_HALVINGS = 12  # where that value is 0
_TAILS = (0.025, 0.975)


def find_range(parameters: Given, *, metric: str, target: float) -> Decided:
    """
    Where the range that goes with the metric most, and can decide, does so.

    The others are spread, and set to their worst and best ends; the one in question walks through
    its range with the same points and random streams, until the target is passed.
    """
    for name in _rank_ranges(tuple(parameters.values()), metric)[:2]:
        crossings = _find_crossings(parameters, name, metric=metric, target=target)
        if crossings.size:
            return ((name, float(crossings.min()), float(crossings.max())),)
    return ()


def _rank_ranges(parameters: tuple[Parameter, ...], metric: str) -> list[str]:
    """Names of the ranges by the correlation of their ranks with the metric's (Spearman 1904)."""
    points, metrics = _evaluate_spread(parameters)
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
    parameters: tuple[Parameter, ...],
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    points = spread(parameters, n_points=_N_RANKED, seed=SEED)
    return points, evaluate(points, seed=SEED)


def _find_crossings(given: Given, name: str, *, metric: str, target: float) -> np.ndarray:
    """
    Deciding value of one parameter in each draw of the others, where there is one.

    A walk in a few steps finds where the target is passed, halving finds the place: a percentile
    jumps there, so a straight line between two steps would miss it. Where the metric is a mean of
    nothing it passes no target.
    """
    drawn, corners = _spread(given, _N_DRAWS), find_corners(given)
    others = {key: np.concatenate([drawn[key], corners[key]]) for key in given}
    grid = np.linspace(*given[name].ends, _STEPS)
    points = {key: np.repeat(column, _STEPS) for key, column in others.items()}
    points[name] = np.tile(grid, len(others[name]))
    values = _find_metric(points, metric).reshape(-1, _STEPS)
    is_short, is_seen = values < target, np.isfinite(values)
    passed = (is_short[:, :-1] != is_short[:, 1:]) & is_seen[:, :-1] & is_seen[:, 1:]
    rows = np.flatnonzero(passed.any(axis=1))
    at = passed[rows].argmax(axis=1)
    points = {key: column[rows] if column.size else column for key, column in others.items()}

    def is_as_low(which: np.ndarray, x: np.ndarray) -> np.ndarray:
        tried = {key: column[which] if column.size else column for key, column in points.items()}
        found = _find_metric(tried | {name: x}, metric) < target
        return np.asarray(found == is_short[rows, at][which])

    return _halve(grid[at], grid[at + 1], is_as_low)


def _find_metric(points: Mapping[str, np.ndarray], metric: str) -> np.ndarray:
    reckoned = reckon_hours(points)
    return reckoned[metric] if metric in reckoned else evaluate(points, seed=SEED)[metric]


def _halve(
    low: np.ndarray, high: np.ndarray, is_as_low: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Halve the brackets that are too wide yet; say whether a middle is on the side of low."""
    for _ in range(_MOST_HALVINGS):
        wide = np.flatnonzero(high - low > PRECISION_RATIO * np.abs(low + high))
        if not wide.size:
            break
        middle = (low[wide] + high[wide]) / 2
        is_low = is_as_low(wide, middle)
        low[wide[is_low]], high[wide[~is_low]] = middle[is_low], middle[~is_low]
    return np.asarray((low + high) / 2)


def find_unknown(parameters: Given, needs: Sequence[str], *, metric: str, target: float) -> Decided:
    """Value of a parameter nobody has published."""
    if needs == ("agv_day_cost_ratio",):
        capacity = evaluate(_spread(parameters, _N_DRAWS_OF_FLEET), seed=SEED)[
            "agv_to_truck_capacity_ratio"
        ]
        return (("agv_day_cost_ratio", *_central(target * capacity)),)
    if needs == ("agv_count",) and metric == "freight_t_per_year":
        return plan_for_freight(parameters, target_t_per_year=target)
    return ()


def plan_for_freight(parameters: Given, *, target_t_per_year: float) -> Decided:
    """
    AGVs, gates, lanes and berths for a freight.

    AGVs from the trips of a fleet with room for all; gates and lanes from their own limit (hours
    open over minutes an AGV), of which at most 80 % are planned to be used.
    """
    few = {**parameters, "agv_count": replace(parameters["agv_count"], value=float(PROBE_AGVS))}
    points = _spread(few, _N_DRAWS_OF_FLEET)
    points["availability_ratio"] = np.ones(_N_DRAWS_OF_FLEET)
    points["berth_count"] = np.full(_N_DRAWS_OF_FLEET, float(PROBE_AGVS))
    available = _spread(few, _N_DRAWS_OF_FLEET)["availability_ratio"]
    trips = evaluate(points, seed=SEED)["agv_trips_per_day"]
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


def draw_freight_by_fleet(parameters: Given, *, target: float) -> Chart:
    """Freight over AGVs at the middle of every range, with the target."""
    counts = np.array([2.0, 5, 10, 15, 20, 30, 40, 60, 80, 100])
    points = {
        name: np.full(len(counts), p.value if p.value is not None else sum(p.ends) / 2)
        if p.is_known else np.empty(0)
        for name, p in parameters.items()
    }  # fmt: skip
    points["agv_count"] = counts
    freight = evaluate(points, seed=SEED)["freight_t_per_year"]
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


def _spread(given: Given, n_points: int) -> dict[str, np.ndarray]:
    return spread(list(given.values()), n_points=n_points, seed=SEED)


def _central(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, _TAILS, method="inverted_cdf")
    return float(low), float(high)
