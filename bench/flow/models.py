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


def reckon_sojourn(model: str) -> float | None:
    """
    Mean sojourn by closed form, minutes: what every peer must come near.

    Erlang's C for the queues; for the port mean value analysis of the closed network, exact with
    exponential service and any lane, two servers at a place included (Reiser and Lavenberg 1980).
    The line, with blocking, has none: there the peers are held against each other.
    """
    if model == "line":
        return None
    return _port_cycle() if model == "port" else _erlang_sojourn(int(model.removeprefix("mm")))


def _erlang_sojourn(n_servers: int) -> float:
    load, busy = 0.8 * n_servers, 1.0
    for n in range(1, n_servers + 1):  # Erlang's B, then C
        busy = load * busy / (n + load * busy)
    waits = busy / (1 - 0.8 * (1 - busy))
    return 1 + waits / (n_servers - load)


def _port_cycle() -> float:
    """Cycle of one AGV: delays, and at each place the probabilities of how many are there."""
    visits = {name: PORT_INSPECTED if name == "x_ray" else 1.0 for name in PORT}
    places = {name: 2 if name in ("load", "unload") else 1
              for name in PORT if name not in ("out", "back")}  # fmt: skip
    present = {name: [1.0] for name in places}
    for n in range(1, PORT_FLEET + 1):
        stay = {name: visits[name] * PORT[name] for name in PORT}
        for name, servers in places.items():
            stay[name] *= sum((k + 1) / min(k + 1, servers) * share
                              for k, share in enumerate(present[name]))  # fmt: skip
        cycle = sum(stay.values())
        for name, servers in places.items():
            rate = n / cycle * visits[name] * PORT[name]
            some = [rate / min(k + 1, servers) * share for k, share in enumerate(present[name])]
            present[name] = [1 - sum(some), *some]
    return cycle
