"""Simulations at many points, and the metrics that follow from them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from tuijin.engines.flow import read_network, simulate
from tuijin.project_models.border_port.network import DAY_MINUTES, build_network, count_deployed

DAYS = 12
METRICS = {
    "clearance_minutes.mean": "minutes",
    "clearance_minutes.p95": "minutes",
    "clearance_without_inspection_minutes": "minutes",
    "cycle_minutes": "minutes",
    "agv_trips_per_day": "count_per_day",
    "gate_utilisation_ratio": "ratio",
    "freight_t_per_year": "t_per_year",
    "operating_hours_per_day.mean": "hours_per_day",
    "agv_to_truck_capacity_ratio": "ratio",
    "agv_to_truck_cost_ratio": "ratio",
}
_FIGURES = {
    "clearance_minutes.mean": "measure.clearance.mean",
    "clearance_minutes.p95": "measure.clearance.p95",
    "clearance_without_inspection_minutes": "measure.clear.mean",
    "cycle_minutes": "measure.cycle.mean",
}
# What the simulation does not depend on.
OUTSIDE = (
    "payload_t", "operating_days_per_year", "truck_payload_t", "truck_trips_per_day",
    "agv_day_cost_ratio",
)  # fmt: skip

Points = Mapping[str, np.ndarray]


def evaluate(
    points: Points, *, seed: int, days: int = DAYS, threads: int | None = None
) -> dict[str, np.ndarray]:
    """
    Metrics at each point, all simulated with the same random streams.

    Parameters
    ----------
    points
        Parameter → shape (n,); (0,) where it is not known.
    threads
        Simulations at the same time, by default one a core; the answer does not depend on it.

    Returns
    -------
    Metric → shape (n,), or (0,) where a parameter it needs is not known.
    """
    n_points = max(column.size for column in points.values())
    if any(not points[name].size for name in points if name not in OUTSIDE):
        return dict.fromkeys(METRICS, np.empty(0)) | reckon_hours(points)
    rows = [
        {name: float(column[n]) for name, column in points.items() if column.size}
        for n in range(n_points)
    ]
    keys = [tuple(value for name, value in row.items() if name not in OUTSIDE) for row in rows]
    different = dict(zip(keys, rows, strict=True))
    with ThreadPoolExecutor(max_workers=threads or os.cpu_count()) as pool:
        run = partial(_simulate, seed=seed, days=days)
        simulated = dict(zip(different, pool.map(run, different.values()), strict=True))
    found = {name: np.array([simulated[key][name] for key in keys]) for name in simulated[keys[0]]}
    return found | reckon_hours(points) | _reckon(points, found["agv_trips_per_day"])


def _simulate(values: Mapping[str, float], *, seed: int, days: int) -> dict[str, float]:
    result = simulate(read_network(build_network(values, days=days, seed=seed)))
    found = {metric: result[figure].mean for metric, figure in _FIGURES.items()}
    trips_per_day = result["station.unloading.throughput"].mean * DAY_MINUTES
    found["agv_trips_per_day"] = trips_per_day / count_deployed(values)
    shift_share = values["shift_hours_per_day"] * 60 / DAY_MINUTES
    found["gate_utilisation_ratio"] = result["station.cn_gate.utilisation"].mean / shift_share
    return found


def reckon_hours(points: Points) -> dict[str, np.ndarray]:
    """What the network need not be simulated for."""
    shift, closed = points["shift_hours_per_day"], points["outage_ratio"]
    return {"operating_hours_per_day.mean": _product(shift, 1 - closed)}


def _reckon(points: Points, trips: np.ndarray) -> dict[str, np.ndarray]:
    """What follows from trips per AGV and day by arithmetic."""
    deployed = np.maximum(1, np.rint(points["agv_count"] * points["availability_ratio"]))
    tonnes = _product(trips, points["payload_t"])
    truck = _product(points["truck_payload_t"], points["truck_trips_per_day"])
    capacity = tonnes / truck if truck.size and tonnes.size else np.empty(0)
    cost = points["agv_day_cost_ratio"]
    return {
        "freight_t_per_year": _product(
            _product(tonnes, deployed), points["operating_days_per_year"]
        ),
        "agv_to_truck_capacity_ratio": capacity,
        "agv_to_truck_cost_ratio": cost / capacity if cost.size else np.empty(0),
    }


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return left * right if left.size and right.size else np.empty(0)
