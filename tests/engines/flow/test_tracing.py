"""A trace against the statistics of the same replication, and a day followed by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.engines.flow.random_networks import networks
from tests.engines.flow.test_fleets import yard
from tuijin.engines.flow import errors, read_network, record_trace, simulate, tracing
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.layout import build_layout
from tuijin.engines.flow.replication import Replication

ARRIVES, STARTS, FINISHES, LEAVES, ENTERS, EXITS = range(len(tracing.PASSES))


def integrate(start, end, first, times, steps):
    """Integral of a count that begins at `first` and moves by `steps` at `times`."""
    edges = np.array([start, *times, end])
    counts = first + np.concatenate([[0], np.cumsum(steps)])
    return float((counts * np.diff(edges)).sum())


def test_one_trip_event_by_event():
    trace = record_trace(read_network(yard()), start=0, end=100)
    p = trace.passages
    told = [
        (float(time), trace.stations[station] if station >= 0 else "network", tracing.PASSES[point])
        for time, station, point in zip(p.time, p.station, p.point, strict=True)
    ]
    assert told == [
        (0, "network", "network.enters"), (0, "pit", "arrives"), (0, "pit", "starts"),
        (1, "pit", "finishes"), (1, "pit", "leaves"),
        (4.75, "mill", "arrives"), (4.75, "mill", "starts"), (5.75, "mill", "finishes"),
        (5.75, "mill", "leaves"), (5.75, "network", "network.exits"),
    ]  # fmt: skip
    assert set(p.entity) == {0}
    states = [(float(t), tables.STATES[s]) for t, s in zip(trace.duties.time, trace.duties.state,
                                                           strict=True)]  # fmt: skip
    assert states == [(1, "to_pickup"), (2, "loading"), (2.5, "to_drop"), (4.5, "unloading"),
                      (4.75, "idle")]  # fmt: skip
    drives = zip(trace.drives.entered, trace.drives.left, trace.drives.lane, strict=True)
    assert [(float(a), float(b), trace.lanes[lane]) for a, b, lane in drives] == [
        (1, 2, ("b", "a", "lane")), (2.5, 4.5, ("a", "b", "lane")),
    ]  # fmt: skip
    assert trace.vehicles == (("agv", 0),)


def port():
    """Two vehicles that charge, a single-lane section, a closing gate, and weather."""
    return {
        "time_unit": "minutes",
        "sources": {"in": {"to": "pit", "every": {"kind": "exponential", "mean": 9},
                           "calendars": ["shift"]}},
        "stations": {
            "pit": {"service": 2, "place": "a", "route": [{"to": "gate", "by": "agv"}]},
            "gate": {"service": {"kind": "exponential", "mean": 3}, "place": "b", "buffer": 4,
                     "calendars": ["weather"]},
        },
        "segments": {"lane": {"from": "a", "to": "m", "length_km": 1, "ways": "single",
                              "headway": 0.5},
                     "road": {"from": "m", "to": "b", "length_km": 0.5}},
        "fleets": {"agv": {"count": 2, "at": "b", "loaded_km_per_hour": 20,
                           "empty_km_per_hour": 25, "load": 1, "unload": 1,
                           "charging": {"at": "m", "time": 10, "battery_kwh": 20,
                                        "loaded_kwh_per_km": 2, "empty_kwh_per_km": 1}}},
        "calendars": {"shift": {"period": 1440, "open_during": [[480, 1200]]},
                      "weather": {"open_for": {"kind": "exponential", "mean": 300},
                                  "closed_for": {"kind": "exponential", "mean": 30}}},
        "measures": {"stay": {"start": "network.enters", "end": "network.exits"}},
        "run": {"horizon": 2880, "warm_up": 1440, "replications": 1, "seed": 3},
    }  # fmt: skip


def test_a_trace_gives_the_figures_of_the_run():
    network = read_network(port())
    found = {name: e.mean for name, e in simulate(network).estimates.items()}
    trace = record_trace(network, start=1440, end=2880)
    p = trace.passages
    for row, name in enumerate(trace.stations):
        here = p.station == row
        assert (here & (p.point == LEAVES)).sum() / 1440 == pytest.approx(
            found[f"station.{name}.throughput"]
        )
        moves = here & np.isin(p.point, (ARRIVES, STARTS))
        steps = np.where(p.point[moves] == ARRIVES, 1, -1)
        area = integrate(1440, 2880, trace.beginning.waiting[row], p.time[moves], steps)
        assert area / 1440 == pytest.approx(found[f"station.{name}.queue"])
    entering = p.point == ENTERS
    entered = dict(zip(p.entity[entering], p.time[entering], strict=True))
    out = p.point == EXITS
    stays = [t - entered[e] for e, t in zip(p.entity[out], p.time[out], strict=True)]
    assert np.mean(stays) == pytest.approx(found["measure.stay.mean"])
    assert_vehicles_and_calendars(trace, found)


def assert_vehicles_and_calendars(trace, found):
    for state, name in enumerate(tables.STATES):
        spent = 0.0
        for vehicle in range(len(trace.vehicles)):
            mine = trace.duties.vehicle == vehicle
            is_in = (trace.duties.state[mine] == state).astype(int)
            first = int(trace.beginning.state[vehicle] == state)
            steps = np.diff(np.concatenate([[first], is_in]))
            spent += integrate(1440, 2880, first, trace.duties.time[mine], steps)
        assert spent / 2880 == pytest.approx(found[f"fleet.agv.{name}_share"])
    km = {"lane": 1.0, "road": 0.5}
    within = trace.drives.entered > 1440
    driven = sum(km[trace.lanes[lane][2]] for lane in trace.drives.lane[within])
    told = found["fleet.agv.loaded_km"] + found["fleet.agv.empty_km"]
    assert driven == pytest.approx(told, abs=1.5)
    for row, name in enumerate(trace.calendars):
        mine = trace.switches.calendar == row
        steps = np.where(trace.switches.is_open[mine], 1, -1)
        opened = integrate(
            1440, 2880, trace.beginning.is_open[row], trace.switches.time[mine], steps
        )
        assert opened / 1440 == pytest.approx(found[f"calendar.{name}.open"])


def test_no_vehicle_is_on_two_lanes_at_once_and_a_single_lane_has_one_direction():
    trace = record_trace(read_network(port()), start=1440, end=2880)
    drives = trace.drives
    for vehicle in range(2):
        mine = drives.vehicle == vehicle
        assert (drives.entered[mine][1:] >= drives.left[mine][:-1] - 1e-9).all()
    directions = {row: a for row, (a, _, segment) in enumerate(trace.lanes) if segment == "lane"}
    on_lane = [
        (a, b, directions[lane])
        for a, b, lane in zip(drives.entered, drives.left, drives.lane, strict=True)
        if lane in directions
    ]
    for before, after in pairwise(on_lane):
        assert before[2] == after[2] or after[0] >= before[1] - 1e-9


def test_a_trace_is_bounded_and_says_where_it_ends():
    network = read_network(port())
    whole = record_trace(network, start=480, end=1440)
    part = record_trace(network, start=480, end=1440, most_rows=100)
    n = len(part.passages.time)
    assert part.end < 1440
    assert whole.end == 1440
    assert 0 < n < 100
    assert (part.passages.time == whole.passages.time[:n]).all()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_recording_changes_nothing(document):
    """The same run with the marks of the trace and without, on networks of every feature."""
    network = read_network(document)
    plain, traced = (
        Replication(build_layout(network, for_trace=marked), seed=5, replication=2)
        for marked in (False, True)
    )
    traced.open_trace(10_000)
    endings = []
    for replication in (plain, traced):
        try:
            replication.run()
            endings.append("")
        except errors.RunFailed as failure:
            endings.append(failure.code)
    assert endings[0] == endings[1]
    for table in ("class_", "station", "measure", "source", "fleet", "state_time"):
        columns = [c for c in tables.TABLES[table].names if c not in ("features", "last")]
        for column in columns:
            a, b = plain.tables[table][column], traced.tables[table][column]
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), (table, column)
