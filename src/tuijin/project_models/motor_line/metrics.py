"""The metrics, which unknown parameters each waits for, and their samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tuijin.project_models.motor_line import formulas
from tuijin.project_models.motor_line.line import GATES, bounds_count_per_day, gate_yield_ratio
from tuijin.project_models.motor_line.simulation import values_of

METRICS = {
    "output_count_per_year": "count_per_year",
    "lowest_output_count_per_year": "count_per_year",
    "highest_output_count_per_year": "count_per_year",
    "takt_seconds": "seconds",
    "oee_ratio": "ratio",
    "rolled_yield_ratio": "ratio",
    "wip_count": "count",
    "lead_hours": "hours",
    "labour_hours": "hours",
    "automation_rank_count": "count",
    "output_value_yuan_per_year": "yuan_per_year",
    "tax_yuan_per_year": "yuan_per_year",
    "magnet_kg": "kg",
    "oxide_kg": "kg",
    "oxide_yuan": "yuan",
    "magnet_t_per_year": "t_per_year",
    "oxide_t_per_year": "t_per_year",
    "local_oxide_t_per_year": "t_per_year",
    "local_oxide_yuan_per_year": "yuan_per_year",
    "local_rare_earth_supplier_count": "count",
    "saving_mwh_per_year": "mwh_per_year",
    "output_saving_mwh_per_year": "mwh_per_year",
}
LINE = ("cycle_seconds", "shifts_count", "manual_stations_count", "operators_count")
_MAGNET = ("rated_power_mw",)
_SAVING = (*_MAGNET, "efficiency_before_ratio", "efficiency_after_ratio")
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(METRICS, LINE),
    "takt_seconds": ("shifts_count", "demand_count_per_year"),
    "rolled_yield_ratio": (),
    "automation_rank_count": (*LINE, "best_peer_labour_hours"),
    "output_value_yuan_per_year": (*LINE, "motor_price_yuan"),
    "tax_yuan_per_year": (*LINE, "motor_price_yuan"),
    **dict.fromkeys(("magnet_kg", "oxide_kg", "oxide_yuan"), _MAGNET),
    **dict.fromkeys(("magnet_t_per_year", "oxide_t_per_year"), (*LINE, *_MAGNET)),
    "local_oxide_t_per_year": (*LINE, *_MAGNET, "local_magnet_ratio"),
    "local_oxide_yuan_per_year": (*LINE, *_MAGNET, "local_magnet_ratio"),
    "local_rare_earth_supplier_count": ("local_magnet_ratio",),
    "saving_mwh_per_year": _SAVING,
    "output_saving_mwh_per_year": (*LINE, *_SAVING),
}

Drawn = Mapping[str, np.ndarray]
Simulate = Callable[[Drawn], Drawn]


def find_samples(drawn: Drawn, *, n_draws: int, simulate: Simulate) -> dict[str, np.ndarray]:
    """
    Samples of the metrics whose needs are met.

    Parameters
    ----------
    simulate
        `simulate_draws` or `simulate_all`, with all but the draws.
    """
    found = _yields(drawn, n_draws) | _takt(drawn) | _product(drawn)
    if drawn["local_magnet_ratio"].size:
        found["local_rare_earth_supplier_count"] = 1.0 * (drawn["local_magnet_ratio"] > 0)
    if all(drawn[name].size for name in LINE):
        line = _line(drawn, simulate(drawn), n_draws=n_draws)
        found |= line | _of_output(drawn, found, line)
    return found


def _yields(drawn: Drawn, n_draws: int) -> dict[str, np.ndarray]:
    points = (values_of(drawn, n) for n in range(n_draws))
    yields = [
        formulas.rolled_yield_ratio([gate_yield_ratio(values, gate) for gate in GATES])
        for values in points
    ]
    return {"rolled_yield_ratio": np.array(yields)}


def _takt(drawn: Drawn) -> dict[str, np.ndarray]:
    demand, oee = drawn["demand_count_per_year"], drawn["planned_oee_ratio"]
    if not (demand.size and drawn["shifts_count"].size):
        return {}
    takt = formulas.takt_seconds(_planned_hours(drawn), oee_ratio=oee, demand_count=demand)
    return {"takt_seconds": takt}


def _planned_hours(drawn: Drawn) -> np.ndarray:
    day_hours = np.minimum(np.round(drawn["shifts_count"]) * drawn["shift_hours_per_day"], 24)
    hours: np.ndarray = day_hours * drawn["working_days_per_year"]
    return hours


def _product(drawn: Drawn) -> dict[str, np.ndarray]:
    """Figures of one motor."""
    power_mw = drawn["rated_power_mw"]
    if not power_mw.size:
        return {}
    names = ("rare_earth_ratio", "metal_in_oxide_ratio", "magnet_yield_ratio")
    magnet_kg = power_mw * drawn["magnet_kg_per_mw"]
    oxide_kg = magnet_kg * formulas.oxide_to_magnet_ratio(**{name: drawn[name] for name in names})
    found = {
        "magnet_kg": magnet_kg,
        "oxide_kg": oxide_kg,
        "oxide_yuan": oxide_kg / 1000 * drawn["prnd_oxide_yuan_per_t"],
    }
    before, after = drawn["efficiency_before_ratio"], drawn["efficiency_after_ratio"]
    if before.size and after.size:
        found["saving_mwh_per_year"] = formulas.saving_mwh_per_year(
            power_mw, load_ratio=drawn["load_ratio"], before_ratio=before, after_ratio=after,
            running_hours=drawn["running_hours_per_year"],
        )  # fmt: skip
    return found


def _line(drawn: Drawn, simulated: Drawn, *, n_draws: int) -> dict[str, np.ndarray]:
    days = drawn["working_days_per_year"]
    output = simulated["output_count_per_day"] * days
    bounds = np.array([bounds_count_per_day(values_of(drawn, n)) for n in range(n_draws)])
    paid_hours = _planned_hours(drawn) * np.round(drawn["operators_count"])
    return {
        "output_count_per_year": output,
        "lowest_output_count_per_year": bounds[:, 0] * days,
        "highest_output_count_per_year": bounds[:, 1] * days,
        "labour_hours": paid_hours / output,
        **{name: simulated[name] for name in ("oee_ratio", "wip_count", "lead_hours")},
    }


def _of_output(drawn: Drawn, motor: Drawn, line: Drawn) -> dict[str, np.ndarray]:
    """What a year's output amounts to."""
    output, found = line["output_count_per_year"], {}
    if (peer_hours := drawn["best_peer_labour_hours"]).size:
        found["automation_rank_count"] = 1.0 + (peer_hours < line["labour_hours"])
    if (price_yuan := drawn["motor_price_yuan"]).size:
        found["output_value_yuan_per_year"] = output * price_yuan
        found["tax_yuan_per_year"] = output * price_yuan * drawn["tax_to_output_ratio"]
    if "magnet_kg" in motor:
        found["magnet_t_per_year"] = output * motor["magnet_kg"] / 1000
        found["oxide_t_per_year"] = output * motor["oxide_kg"] / 1000
        if (local := drawn["local_magnet_ratio"]).size:
            found["local_oxide_t_per_year"] = local * found["oxide_t_per_year"]
            found["local_oxide_yuan_per_year"] = local * output * motor["oxide_yuan"]
    if "saving_mwh_per_year" in motor:
        found["output_saving_mwh_per_year"] = output * motor["saving_mwh_per_year"]
    return found
