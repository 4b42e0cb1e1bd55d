"""What happened in a window of one replication, event by event, for animation and for scrutiny."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuijin.engines.flow import paths
from tuijin.engines.flow.fields import Time
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.layout import build_layout
from tuijin.engines.flow.replication import Replication, Watch
from tuijin.engines.flow.spec import NETWORK_POINTS, POINTS, Network

Array = np.ndarray[Any, Any]
MOST_ROWS = 500_000
# What befalls an entity, by the number that `Passages.point` holds.
PASSES = (*POINTS, *NETWORK_POINTS)
# What a vehicle does, by the number that `Duties.state` holds.
VEHICLE_STATES = tables.STATES


@dataclass(frozen=True, slots=True)
class Passages:
    """
    Entities past points, in the order of happening; all of shape (n_passages,).

    entity: numbered from 0 in the order of appearance; class_, station: by number, station -1 at
    the network's own points; point: number in `PASSES`.
    """

    time: Array
    entity: Array
    class_: Array
    station: Array
    point: Array


@dataclass(frozen=True, slots=True)
class Duties:
    """Vehicles that begin to do something else: state by number in `VEHICLE_STATES`."""

    time: Array
    vehicle: Array
    state: Array


@dataclass(frozen=True, slots=True)
class Drives:
    """Vehicles on lanes, by time of entry; a vehicle on its way at the start enters there."""

    entered: Array
    left: Array
    vehicle: Array
    lane: Array


@dataclass(frozen=True, slots=True)
class Switches:
    """Calendars that open and close."""

    time: Array
    calendar: Array
    is_open: Array


@dataclass(frozen=True, slots=True)
class Beginning:
    """How things stood at the start: by station, vehicle (state, place by number) and calendar."""

    waiting: Array
    inside: Array
    state: Array
    place: Array
    is_open: Array


@dataclass(frozen=True, slots=True)
class Trace:
    """
    A window of one replication.

    lanes: from, to, segment; vehicles: fleet and number within it. end: of what was recorded;
    earlier than asked for if there was more than `most_rows`.
    """

    start: Time
    end: Time
    classes: tuple[str, ...]
    stations: tuple[str, ...]
    calendars: tuple[str, ...]
    places: tuple[str, ...]
    lanes: tuple[tuple[str, str, str], ...]
    vehicles: tuple[tuple[str, int], ...]
    beginning: Beginning
    passages: Passages
    duties: Duties
    drives: Drives
    switches: Switches


def record_trace(
    network: Network,
    *,
    start: Time,
    end: Time,
    replication: int = 0,
    most_rows: int = MOST_ROWS,
    watch: Watch | None = None,
) -> Trace:
    """
    Run a replication up to `end`, and tell what happened from `start` on.

    It is the replication that `simulate` runs under the same number: a trace moves no random
    number, and a run that records none does not pay for it.
    """
    done = Replication(build_layout(network, for_trace=True), seed=network.run.seed,
                       replication=replication)  # fmt: skip
    if start > 0:
        done.run_until(start, watch)
    under_way = _find_under_way(done, start)
    beginning = _observe(done)
    done.open_trace(most_rows)
    done.run_until(end, watch)
    rows, is_cut = done.read_trace()
    if is_cut:
        end = float(rows["time"][rows["what"] != tables.LANE_LEFT][-1])
    return _build_trace(network, rows, under_way, beginning, start=start, end=end)


def _observe(done: Replication) -> Beginning:
    stations, vehicles = done.tables["station"], done.tables["vehicle"]
    n_stations, n_vehicles = len(done.layout.station_rows), int(done.world["n_vehicles"][0])
    return Beginning(
        waiting=stations["waiting"][:n_stations].copy(),
        inside=stations["inside"][:n_stations].copy(),
        state=vehicles["state"][:n_vehicles].copy(),
        place=vehicles["node"][:n_vehicles].copy(),
        is_open=done.tables["gate"]["is_open"][: int(done.world["n_gates"][0])].copy(),
    )


def _find_under_way(done: Replication, start: Time) -> Array:
    """Vehicles that are on a lane, as rows of a trace."""
    events = done.tables["event"][: int(done.world["n_heap"][0])]
    kinds = (events["key"] >> tables.ROW_BITS) & ((1 << tables.KIND_BITS) - 1)
    found = [
        row
        for event in events[kinds == tables.VEHICLE]
        if done.tables["vehicle"]["lane"][v := int(event["key"]) & (tables.MAX_ROWS - 1)] >= 0
        for row in _as_drive(v, int(done.tables["vehicle"]["lane"][v]), start, event["time"])
    ]
    return np.array(found, dtype=tables.TRACE)


def _as_drive(v: int, lane: int, entered: Time, left: Time) -> list[tuple[Any, ...]]:
    return [(entered, tables.LANE_ENTERED, v, lane, -1), (left, tables.LANE_LEFT, v, lane, -1)]


def _build_trace(
    network: Network,
    rows: Array,
    under_way: Array,
    beginning: Beginning,
    *,
    start: Time,
    end: Time,
) -> Trace:
    duties, switches = _of_kind(rows, tables.VEHICLE_BECOMES), _of_kind(rows, tables.GATE_SWITCHED)
    lanes_by_segment = {id(segment): name for name, segment in network.segments.items()}
    return Trace(
        start=start,
        end=end,
        classes=network.classes,
        stations=tuple(network.stations),
        calendars=tuple(network.calendars),
        places=tuple(paths.find_places(network)),
        lanes=tuple((a, b, lanes_by_segment[id(s)]) for a, b, s in paths.arcs_of(network)),
        vehicles=tuple((name, n) for name, f in network.fleets.items() for n in range(f.count)),
        beginning=beginning,
        passages=_read_passages(_of_kind(rows, tables.ENTITY), len(network.stations)),
        duties=Duties(duties["time"], duties["who"], duties["where"]),
        drives=_read_drives(np.concatenate([under_way, rows])),
        switches=Switches(switches["time"], switches["who"], switches["where"]),
    )


def _of_kind(rows: Array, what: int) -> Array:
    found: Array = rows[rows["what"] == what]
    return found


def _read_passages(rows: Array, n_stations: int) -> Passages:
    """A row of the table of entities is used again and again: who enters there is somebody else."""
    entering = 4 * n_stations
    number_of: dict[int, int] = {}
    entity = np.empty(len(rows), dtype=np.int64)
    n_seen = 0
    for place, (who, where) in enumerate(zip(rows["who"], rows["where"], strict=True)):
        if where == entering or who not in number_of:
            number_of[who], n_seen = n_seen, n_seen + 1
        entity[place] = number_of[who]
    at_station = rows["where"] < entering
    return Passages(
        time=rows["time"],
        entity=entity,
        class_=rows["with_"],
        station=np.where(at_station, rows["where"] // 4, -1),
        point=np.where(at_station, rows["where"] % 4, 4 + rows["where"] - entering),
    )


def _read_drives(rows: Array) -> Drives:
    """A lane's entry and its end are told together, when the vehicle's turn to enter comes."""
    entries, ends = _of_kind(rows, tables.LANE_ENTERED), _of_kind(rows, tables.LANE_LEFT)
    entries = entries[: len(ends)]
    order = np.argsort(entries["time"], kind="stable")
    return Drives(
        entered=entries["time"][order], left=ends["time"][order], vehicle=entries["who"][order],
        lane=entries["where"][order],
    )  # fmt: skip
