"""The line at many draws: some are simulated, the others take the share of the nearest of them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from tuijin.engines.flow import Result, read_network, simulate
from tuijin.project_models.motor_line.formulas import DAY_SECONDS
from tuijin.project_models.motor_line.line import (
    DAYS,
    Values,
    bounds_count_per_day,
    build_network,
    gate_yield_ratio,
    planned_day_seconds,
)

MOST_SIMULATED = 32
# What tells how much of the closed form's highest output a line reaches.
_NEARNESS = (
    "availability_ratio", "repair_minutes", "buffer_count", "manual_spread_ratio",
    "station_yield_ratio", "oven_batch_count", "oven_minutes", "cycle_seconds",
    "manual_stations_count", "operators_count", "shifts_count",
)  # fmt: skip


def values_of(drawn: Mapping[str, np.ndarray], number: int) -> dict[str, float]:
    """Known parameters at one draw."""
    return {name: float(sample[number]) for name, sample in drawn.items() if sample.size}


def run_line(values: Values, *, seed: int, days: int = DAYS) -> Result:
    return simulate(read_network(build_network(values, seed=seed, days=days)))


def motors_per_day(result: Result, values: Values) -> float:
    """Good motors: of the slower of the main path and the rotors, less what the last test takes."""
    main = result["class.motor.throughput"].mean
    rotors = result["class.rotor.throughput"].mean * gate_yield_ratio(values, "end_of_line")
    return min(main, rotors) * DAY_SECONDS


def simulate_draws(
    drawn: Mapping[str, np.ndarray], *, n_draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """
    Output, stock and lead time at every draw.

    A draw that is not simulated takes the share of its closed form's highest output that the
    nearest simulated draw reaches.

    Returns
    -------
    `output_count_per_day`, `wip_count`, `lead_hours` and `oee_ratio`, each of shape (n_draws,).
    """
    n_simulated = min(n_draws, MOST_SIMULATED)
    seeds = rng.integers(2**32, size=n_simulated)
    reached = [_reach(values_of(drawn, n), int(seeds[n])) for n in range(n_simulated)]
    nearest = find_nearest(drawn, n_draws=n_draws, n_simulated=n_simulated)
    return _scale(drawn, [reached[n] for n in nearest])


def simulate_all(drawn: Mapping[str, np.ndarray], *, seed: int, days: int) -> dict[str, np.ndarray]:
    """As `simulate_draws`, but every draw by itself, all with the same random streams."""
    n_draws = max(column.size for column in drawn.values())
    points = [values_of(drawn, n) for n in range(n_draws)]
    keys = [json.dumps(build_network(values, seed=seed, days=days)) for values in points]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        different = dict(zip(keys, points, strict=True))
        run = partial(_reach, seed=seed, days=days)
        reached = dict(zip(different, pool.map(run, different.values()), strict=True))
    return _scale(drawn, [reached[key] for key in keys])


def _scale(
    drawn: Mapping[str, np.ndarray], reached: Sequence[tuple[float, float, float]]
) -> dict[str, np.ndarray]:
    points = [values_of(drawn, n) for n in range(len(reached))]
    highest = np.array([bounds_count_per_day(values)[1] for values in points])
    shares, stock, lead = np.array(reached).T
    output = highest * shares
    planned = np.array([planned_day_seconds(values) for values in points])
    cycles = np.array([values["cycle_seconds"] for values in points])
    return {
        "output_count_per_day": output,
        "wip_count": stock,
        "lead_hours": lead,
        "oee_ratio": output * cycles / planned,
    }


def _reach(values: Values, seed: int, days: int = DAYS) -> tuple[float, float, float]:
    result = run_line(values, seed=seed, days=days)
    share = motors_per_day(result, values) / bounds_count_per_day(values)[1]
    return share, result["network.wip"].mean, result["measure.lead.mean"].mean / 3600


def find_nearest(drawn: Mapping[str, np.ndarray], *, n_draws: int, n_simulated: int) -> np.ndarray:
    """Number of the simulated draw nearest to each draw, in units of each parameter's spread."""
    columns = [drawn[name] / (np.std(drawn[name]) or 1.0) for name in _NEARNESS]
    points = np.stack(columns, axis=1)
    found = np.arange(n_draws)
    for n in range(n_simulated, n_draws):
        found[n] = np.argmin(((points[:n_simulated] - points[n]) ** 2).sum(axis=1))
    return found
