"""
The port as a network of `engines.flow`: AGVs go round it, and the stations are what holds them up.

An AGV passes a gate with its load and keeps it, so the vehicles are the entities of a closed
network, and its places and lanes are stations. All times are in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, float]

DAY_MINUTES = 1440.0
WARM_UP_DAYS = 1
# An AGV on its way in is clear, scanned, or opened; on its way out it is empty.
CLASSES = ("empty", "clear", "scanned", "opened")


def build_network(values: Values, *, days: int, seed: int) -> dict[str, Any]:
    """
    Return the network at one value for each parameter, as `read_network` takes it.

    Parameters
    ----------
    values
        Parameter → value, every one that `parameters.csv` has but costs and trucks.
    days
        Days that are measured, after one to warm up.
    """
    return {
        "name": "border_port",
        "time_unit": "minutes",
        "classes": list(CLASSES),
        "calendars": _calendars(values),
        "populations": {
            "agvs": {"at": "dispatch", "count": count_deployed(values), "class": "empty"}
        },
        "stations": {**_way_out(values), **_mongolian_side(values), **_way_in(values)},
        "measures": _measures(),
        "run": {
            "horizon": (days + WARM_UP_DAYS) * DAY_MINUTES,
            "warm_up": WARM_UP_DAYS * DAY_MINUTES,
            "replications": 1,
            "seed": seed,
        },
    }


def count_deployed(values: Values) -> int:
    """AGVs that are in service on a day: whole ones, at least one."""
    return max(1, round(values["agv_count"] * values["availability_ratio"]))


def gate_minutes(values: Values) -> float:
    """Mean time of an AGV in a lane of the Chinese gate, one step after the other."""
    steps = ("reading_minutes", "weighing_minutes", "radiation_minutes", "matching_minutes")
    return sum(values[step] for step in steps)


def open_minutes(values: Values) -> float:
    """Minutes a day in which AGVs are sent out."""
    return values["shift_hours_per_day"] * values["productive_ratio"] * 60


def _calendars(values: Values) -> dict[str, Any]:
    shift = {"period": DAY_MINUTES, "open_during": [[0, open_minutes(values)]]}
    if open_minutes(values) >= DAY_MINUTES:
        shift = {"period": DAY_MINUTES, "open_during": [[0, DAY_MINUTES]]}
    calendars: dict[str, Any] = {"shift": shift}
    share, closed = values["outage_ratio"], values["outage_minutes"]
    if share > 0:
        calendars["weather"] = {
            "open_for": {"kind": "exponential", "mean": closed * (1 - share) / share},
            "closed_for": {"kind": "exponential", "mean": closed},
        }
    return calendars


def _weather(values: Values) -> dict[str, Any]:
    return {"calendars": ["weather"]} if values["outage_ratio"] > 0 else {}


def _way_out(values: Values) -> dict[str, Any]:
    """From the Chinese yard, empty, to the Mongolian one; charging comes before it, if at all."""
    open_when = ["shift", *_weather(values).get("calendars", [])]
    return {
        "dispatch": {
            "service": 0.0, "servers": None, "calendars": open_when, "route": _to("cn_gate_out"),
        },
        "cn_gate_out": _gate(gate_minutes(values), values, to="lane_out", side="cn"),
        **_lane("out", values, speed=values["empty_km_per_hour"], to="mn_gate_in"),
        "mn_gate_in": _gate(values["mn_gate_minutes"], values, to="loading", side="mn"),
    }  # fmt: skip


def _mongolian_side(values: Values) -> dict[str, Any]:
    """Loading decides what will happen at the Chinese gate, so that a class can be followed."""
    opened = values["opened_share_ratio"]
    scanned = (1 - opened) * values["xray_share_ratio"]
    shares = {"clear": 1 - opened - scanned, "scanned": scanned, "opened": opened}
    return {
        "loading": {
            "service": _gamma(values["handling_minutes"] / 2, values["handling_variation_ratio"]),
            "servers": count_berths(values),
            "route": [
                {"to": "mn_gate_out", "probability": share, "becomes": name}
                for name, share in shares.items()
                if share > 0
            ],
        },
        "mn_gate_out": _gate(values["mn_gate_minutes"], values, to="lane_in", side="mn"),
    }


def _way_in(values: Values) -> dict[str, Any]:
    """Loaded, through the lane and the Chinese gate with its inspections, to be unloaded."""
    ways = {"clear": "released", "scanned": "xray", "opened": "opening"}
    gate = _gate(gate_minutes(values), values, to="released", side="cn")
    gate["route"] = {name: _to(way) for name, way in ways.items()}
    return {
        **_lane("in", values, speed=values["loaded_km_per_hour"], to="cn_gate"),
        "cn_gate": gate,
        "xray": {"service": values["xray_minutes"], "servers": None, "route": _to("released")},
        "opening": {
            "service": values["opening_minutes"], "servers": None, "route": _to("released"),
        },
        "released": {"service": 0.0, "servers": None, "route": _to("unloading")},
        "unloading": {
            "service": _gamma(values["handling_minutes"] / 2, values["handling_variation_ratio"]),
            "servers": count_berths(values),
            "route": [{"to": "charging", "becomes": "empty"}],
        },
        "charging": {
            "service": values["charging_minutes"], "servers": None, "route": _to("dispatch"),
        },
    }  # fmt: skip


def count_berths(values: Values) -> int:
    return max(1, round(values["berth_count"]))


def _gate(minutes: float, values: Values, *, to: str, side: str) -> dict[str, Any]:
    return {
        "service": _gamma(minutes, values["gate_variation_ratio"]),
        "servers": round(values[f"{side}_gate_lane_count"]),
        "route": _to(to),
    }


def _lane(way: str, values: Values, *, speed: float, to: str) -> dict[str, Any]:
    """A headway at its beginning, then the drive; all at one speed, so nobody is overtaken."""
    return {
        f"lane_{way}": {
            "service": values["headway_minutes"],
            "servers": round(values["lane_count"]),
            "route": _to(f"drive_{way}"),
            **_weather(values),
        },
        f"drive_{way}": {
            "service": values["lane_km"] / speed * 60, "servers": None, "route": _to(to),
        },
    }  # fmt: skip


def _measures() -> dict[str, Any]:
    clearance = {"start": "cn_gate.arrives", "end": "released.leaves"}
    return {
        "clearance": clearance,
        "clear": {**clearance, "class": "clear"},
        "cycle": {"start": "cn_gate_out.arrives", "end": "charging.leaves"},
    }


def _to(station: str) -> list[dict[str, Any]]:
    return [{"to": station}]


def _gamma(mean: float, variation: float) -> Any:
    """A time by its mean and coefficient of variation."""
    if mean == 0 or variation < 0.01:
        return mean
    return {"kind": "gamma", "mean": mean, "shape": 1 / variation**2}
