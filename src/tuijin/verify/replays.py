"""A trace as the page's animation reads it: counts of stations, ways of vehicles, open doors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tuijin.engines.flow.tracing import PASSES, VEHICLE_STATES, Trace

_ARRIVES, _STARTS, _FINISHES, _LEAVES, _ENTERS, _EXITS = range(len(PASSES))


def as_replay(trace: Trace, *, time_unit: str) -> dict[str, Any]:
    """
    Return plain data; times are relative to `start`.

    Stations hold `[time, waiting, inside]`, vehicles `[time, state]` and `[entered, left, lane]`,
    calendars `[time, is open]`; the first of each is how things stood at the beginning.
    """
    return {
        "time_unit": time_unit,
        "start": trace.start,
        "length": trace.end - trace.start,
        "states": list(VEHICLE_STATES),
        "places": list(trace.places),
        "lanes": [[a, b] for a, b, _ in trace.lanes],
        "stations": _count(trace),
        "vehicles": [_follow(trace, v) for v in range(len(trace.vehicles))],
        "calendars": {name: _switch(trace, row) for row, name in enumerate(trace.calendars)},
    }


def _since(trace: Trace, times: np.ndarray) -> np.ndarray:
    return np.round(times - trace.start, 4)


def _count(trace: Trace) -> dict[str, list[list[float]]]:
    """Entities at each station after each change; a copy is there without having arrived."""
    here = dict(zip(range(len(trace.stations)), trace.beginning.waiting.tolist(), strict=True))
    inside = trace.beginning.inside.tolist()
    found = {row: [[0.0, here[row], inside[row]]] for row in here}
    passages = trace.passages
    entering: set[int] = set()
    columns = (_since(trace, passages.time), passages.entity, passages.station, passages.point)
    for time, entity, station, point in zip(*(c.tolist() for c in columns), strict=True):
        if point == _ENTERS:
            entering.add(entity)
        if station < 0:
            continue
        is_copy = entity in entering and point != _ARRIVES
        entering.discard(entity)
        inside[station] += (point == _ARRIVES) + is_copy - (point == _LEAVES)
        here[station] += (point == _ARRIVES) - (point == _STARTS)
        _put(found[station], [time, here[station], inside[station]])
    return {trace.stations[row]: changes for row, changes in found.items()}


def _put(changes: list[list[float]], change: list[float]) -> None:
    """Append; what happens at one time is one change."""
    if changes[-1][0] == change[0] and len(changes) > 1:
        changes[-1] = change
    elif changes[-1][1:] != change[1:]:
        changes.append(change)


def _follow(trace: Trace, vehicle: int) -> dict[str, Any]:
    fleet, number = trace.vehicles[vehicle]
    duties = trace.duties.vehicle == vehicle
    drives = trace.drives.vehicle == vehicle
    times = _since(trace, trace.duties.time[duties]).tolist()
    ways = zip(
        _since(trace, trace.drives.entered[drives]).tolist(),
        _since(trace, trace.drives.left[drives]).tolist(),
        trace.drives.lane[drives].tolist(),
        strict=True,
    )
    return {
        "name": f"{fleet} {number + 1}",
        "place": int(trace.beginning.place[vehicle]),
        "states": [
            [0.0, int(trace.beginning.state[vehicle])],
            *([t, s] for t, s in zip(times, trace.duties.state[duties].tolist(), strict=True)),
        ],
        "ways": [list(way) for way in ways],
    }


def _switch(trace: Trace, calendar: int) -> list[list[float]]:
    mine = trace.switches.calendar == calendar
    times = _since(trace, trace.switches.time[mine]).tolist()
    states = trace.switches.is_open[mine].tolist()
    first = [0.0, int(trace.beginning.is_open[calendar])]
    return [first, *([time, state] for time, state in zip(times, states, strict=True))]
