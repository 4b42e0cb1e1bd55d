"""The four networks of the benchmark, as specs; peers.py says the same in each peer's words."""

from __future__ import annotations

from typing import Any

LINE_STATIONS, LINE_BUFFER, LINE_RATE = 20, 10, 0.6
# Means in minutes of the port's steps: exponential but for travel. Round trip 2 x 2.4 km.
PORT = {"load": 6.0, "out": 5.8, "gate_mn": 1.5, "gate_cn": 1.0, "x_ray": 4.0, "unload": 5.0,
        "back": 5.8}  # fmt: skip
PORT_FLEET, PORT_INSPECTED, PORT_TRIP_MINUTES = 10, 0.2, 38.5


def _exponential(mean: float) -> dict[str, Any]:
    return {"kind": "exponential", "mean": mean}


def build_queue(n_servers: int, n_entities: int) -> dict[str, Any]:
    """M/M/c at 0.8."""
    return {
        "time_unit": "minutes",
        "sources": {"in": {"to": "desk", "every": _exponential(1.25 / n_servers),
                           "limit": n_entities}},
        "stations": {"desk": {"servers": n_servers, "service": _exponential(1.0)}},
        "run": {"horizon": 1e9, "replications": 1, "seed": 7},
    }  # fmt: skip


def build_line(n_entities: int) -> dict[str, Any]:
    """Twenty machines in a row, ten places between, blocking after service."""
    names = [f"m{n}" for n in range(LINE_STATIONS)]
    stations = {
        name: {
            "service": _exponential(1.0),
            "buffer": LINE_BUFFER if n else None,
            "route": names[n + 1] if n + 1 < LINE_STATIONS else "exit",
        }
        for n, name in enumerate(names)
    }
    return {
        "time_unit": "minutes",
        "sources": {"in": {"to": "m0", "every": _exponential(1 / LINE_RATE),
                           "limit": n_entities}},
        "stations": stations,
        "run": {"horizon": 1e9, "replications": 1, "seed": 7},
    }  # fmt: skip


def build_port(minutes: float) -> dict[str, Any]:
    """Ten AGVs round and round: load, lane, both gates, one in five to X-ray, unload, back."""
    onwards = {"load": "out", "out": "gate_mn", "gate_mn": "gate_cn", "x_ray": "unload",
               "unload": "back", "back": "load"}  # fmt: skip
    servers = {"load": 2, "unload": 2, "out": None, "back": None}
    stations: dict[str, Any] = {
        name: {
            "servers": servers.get(name, 1),
            "service": mean if name in ("out", "back") else _exponential(mean),
            "route": onwards.get(name, [{"to": "x_ray", "probability": PORT_INSPECTED},
                                        {"to": "unload", "probability": 1 - PORT_INSPECTED}]),
        }
        for name, mean in PORT.items()
    }  # fmt: skip
    return {
        "time_unit": "minutes",
        "populations": {"agv": {"at": "load", "count": PORT_FLEET}},
        "stations": stations,
        "run": {"horizon": minutes, "replications": 1, "seed": 7},
    }


def build(model: str, n_entities: int) -> dict[str, Any]:
    """`n_entities` are customers, parts, or the port's trips (about)."""
    if model == "port":
        return build_port(n_entities * PORT_TRIP_MINUTES / PORT_FLEET)
    if model == "line":
        return build_line(n_entities)
    return build_queue(int(model.removeprefix("mm")), n_entities)
