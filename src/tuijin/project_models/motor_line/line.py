"""The line: its stations as a table, and at one set of values as a network of `engines.flow`."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tuijin.project_models.motor_line.formulas import (
    DAY_SECONDS,
    HOUR_SECONDS,
    line_rate_bounds,
    reworked_yield_ratio,
    rolled_yield_ratio,
)

# One value of each known parameter.
Values = Mapping[str, float]

OVEN_RESERVE_RATIO = 0.85  # ovens are as many as this load of them needs
_WARM_UP_DAYS, DAYS = 1, 5  # DAYS are measured


@dataclass(frozen=True, slots=True)
class Station:
    """A row of `stations.csv`; its defects are found at a gate; rank 1 stays manual longest."""

    name: str
    path: str
    found_at: str
    is_oven: bool
    manual_rank: int
    title: str
    title_zh: str


@cache
def stations() -> tuple[Station, ...]:
    """Return the stations in the order of the flow, the rotor's before it is joined."""
    path = Path(__file__).with_name("stations.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Station(
                row["name"], row["path"], row["found_at"], row["is_oven"] == "1",
                int(row["manual_rank"]), row["title"], row["title_zh"],
            )
            for row in csv.DictReader(stream)
        )  # fmt: skip


GATES = ("stator_test", "balancing", "end_of_line")
_FIRST = {"main": "stator_stacking", "rotor": "rotor_stacking"}


def station_seconds(values: Values, station: Station) -> float:
    """Its own cycle where that is on record, else the line's; an oven's share of a load."""
    if station.is_oven:
        per_piece = values["oven_minutes"] * 60 / round(values["oven_batch_count"])
        return per_piece / oven_count(values)
    return values.get(f"{station.name}_seconds", values["cycle_seconds"])


def oven_count(values: Values) -> int:
    """Ovens that keep pace with the line's cycle, with a reserve."""
    batch = round(values["oven_batch_count"])
    pace = batch * values["cycle_seconds"] * OVEN_RESERVE_RATIO
    return math.ceil(values["oven_minutes"] * 60 / pace)


def is_manual(values: Values, station: Station) -> bool:
    return not station.is_oven and station.manual_rank <= round(values["manual_stations_count"])


def gate_first_pass_ratio(values: Values, gate: str) -> float:
    """Share of pieces without any of the defects that are found at a gate."""
    found = (s.name for s in stations() if s.found_at == gate)
    common = values["station_yield_ratio"]
    return rolled_yield_ratio([values.get(f"{name}_yield_ratio", common) for name in found])


def gate_yield_ratio(values: Values, gate: str) -> float:
    """Share of pieces that a gate lets on, at first or after rework."""
    return float(
        reworked_yield_ratio(
            gate_first_pass_ratio(values, gate),
            rework_ratio=values["rework_ratio"],
            rework_yield_ratio=values["rework_yield_ratio"],
        )
    )


def visits_count(values: Values, station: Station) -> float:
    """Pieces a station must take for one good motor."""
    names = [s.name for s in stations() if s.path == station.path]
    ahead = set(names[names.index(station.name) :]) | {"end_of_line"}
    if station.name == "packing":
        ahead = set()
    yields = [gate_yield_ratio(values, gate) for gate in GATES if gate in ahead]
    return 1 / rolled_yield_ratio(yields)


def planned_day_seconds(values: Values) -> float:
    hours = round(values["shifts_count"]) * values["shift_hours_per_day"]
    return min(hours * HOUR_SECONDS, DAY_SECONDS)


def bounds_count_per_day(values: Values) -> tuple[float, float]:
    """
    Lowest and highest output by closed form, see `line_rate_bounds`.

    The operators are a station more: their work for a motor, shared among them. At the lowest
    nothing of it overlaps.
    """
    visits = {s: visits_count(values, s) for s in stations() if not s.is_oven}
    cycles = [station_seconds(values, s) * n for s, n in visits.items()]
    lost = 1 / values["availability_ratio"] - 1
    stops = [cycle * lost for cycle in cycles]
    work = sum(c for c, s in zip(cycles, visits, strict=True) if is_manual(values, s)) + sum(stops)
    work += rework_count(values) * values["rework_minutes"] * 60
    shared = work / round(values["operators_count"])
    lowest, highest = line_rate_bounds(cycles, lost_seconds=stops)
    day = planned_day_seconds(values)
    return day / (1 / lowest + shared), day * min(highest, 1 / shared)


def rework_count(values: Values) -> float:
    """Pieces on the rework benches for one good motor."""
    by_name = {s.name: s for s in stations()}
    return values["rework_ratio"] * sum(
        visits_count(values, by_name[gate]) * (1 - gate_first_pass_ratio(values, gate))
        for gate in GATES
    )


def build_network(
    values: Values, *, seed: int, name: str = "motor line", days: int = DAYS
) -> dict[str, Any]:
    """
    Return the line as `read_network` takes it: stators to motors, and rotors for the joining.

    The store of rotors before the joining holds enough to let each path run by itself; motors are
    then as many as the slower path allows.
    """
    day = planned_day_seconds(values)
    calendars = {"shifts": {"period": DAY_SECONDS, "open_during": [[0, day]]}}
    found: dict[str, Any] = {}
    for path in _FIRST:
        on_path = [s for s in stations() if s.path == path]
        for station, after in zip(on_path, [*on_path[1:], None], strict=True):
            found[station.name] = _station(values, station, after, is_first=station is on_path[0])
    for gate in GATES:
        found[f"rework_{gate}"] = _rework(values, found[gate]["route"][0]["to"])
    return {
        "name": name,
        "time_unit": "seconds",
        "classes": ["motor", "rotor", "scrap"],
        "sources": {
            path: {"to": first, "every": 0, "when_full": "wait",
                   "class": "motor" if path == "main" else "rotor"}
            for path, first in _FIRST.items()
        },
        "stations": found,
        "operators": {"operators": {"count": round(values["operators_count"])}},
        "calendars": calendars,
        "measures": {"lead": {"start": "network.enters", "end": "packing.leaves"}},
        "run": {"horizon": (_WARM_UP_DAYS + days) * DAY_SECONDS,
                "warm_up": _WARM_UP_DAYS * DAY_SECONDS, "replications": 1, "seed": seed},
    }  # fmt: skip


def _station(
    values: Values, station: Station, after: Station | None, *, is_first: bool
) -> dict[str, Any]:
    onwards = after.name if after else "exit"
    batch = round(values["oven_batch_count"])
    buffer = 0 if is_first else round(values["buffer_count"])
    route = [{"to": onwards}]
    if station.name in GATES:
        route = _sorted(values, station.name, onwards)
    if station.is_oven:
        return {
            "servers": oven_count(values), "service": values["oven_minutes"] * 60,
            "batch": {"least": batch, "most": batch}, "buffer": batch, "route": route,
        }  # fmt: skip
    if _follows_oven(station):
        buffer = max(buffer, batch)  # an oven is unloaded whole
    return {
        "service": _service(values, station),
        "buffer": buffer,
        "route": route,
        "breakdowns": _stops(values),
        "calendars": ["shifts"],
        "when_closed": "pause",
        **({"crew": {"of": "operators"}} if is_manual(values, station) else {}),
    }


def _follows_oven(station: Station) -> bool:
    on_path = [s for s in stations() if s.path == station.path]
    place = on_path.index(station)
    return place > 0 and on_path[place - 1].is_oven


def _service(values: Values, station: Station) -> Any:
    mean, spread = station_seconds(values, station), values["manual_spread_ratio"]
    if not is_manual(values, station) or spread == 0:
        return mean
    return {"kind": "gamma", "mean": mean, "shape": spread**-2}


def _stops(values: Values) -> list[dict[str, Any]]:
    """Stops in time at work, cleared by an operator; none where a station never stops."""
    up_ratio, repair = values["availability_ratio"], values["repair_minutes"] * 60
    if up_ratio == 1:
        return []
    return [
        {
            "by": "operation",
            "up": {"kind": "exponential", "mean": repair * up_ratio / (1 - up_ratio)},
            "repair": {"kind": "exponential", "mean": repair},
            "repaired_by": "operators",
        }
    ]


def _sorted(values: Values, gate: str, onwards: str) -> list[dict[str, Any]]:
    """On, to the rework bench, or scrapped."""
    passed, reworked = gate_first_pass_ratio(values, gate), values["rework_ratio"]
    return [
        {"to": onwards, "probability": passed},
        {"to": f"rework_{gate}", "probability": (1 - passed) * reworked},
        {"to": "exit", "probability": (1 - passed) * (1 - reworked), "becomes": "scrap"},
    ]


def _rework(values: Values, onwards: str) -> dict[str, Any]:
    return {
        "service": values["rework_minutes"] * 60,
        "route": [
            {"to": onwards, "probability": values["rework_yield_ratio"]},
            {"to": "exit", "probability": 1 - values["rework_yield_ratio"], "becomes": "scrap"},
        ],
        "crew": {"of": "operators"},
        "calendars": ["shifts"],
        "when_closed": "pause",
    }
