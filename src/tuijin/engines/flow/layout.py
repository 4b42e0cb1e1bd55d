"""A network as the kernel's flat tables: once for each network, copied for each replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuijin.engines.flow import paths, spec
from tuijin.engines.flow.distributions import Distribution
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.layout_rows import Rows

Array = np.ndarray[Any, Any]
UNLIMITED = 2**62
_SETUP = "setup"


@dataclass(slots=True)
class Layout(Rows):
    """The rows of a network, and the names of what has a row."""

    network: spec.Network = field(kw_only=True)
    class_rows: dict[str, int] = field(default_factory=dict)
    station_rows: dict[str, int] = field(default_factory=dict)
    pool_rows: dict[str, int] = field(default_factory=dict)
    fleet_rows: dict[str, int] = field(default_factory=dict)
    place_rows: dict[str, int] = field(default_factory=dict)
    reserve: int = 8


def build_layout(network: spec.Network, *, for_trace: bool = False) -> Layout:
    """Lay out a network; `for_trace` puts the mark of the trace on every point."""
    layout = Layout(network=network)
    layout.class_rows = {name: row for row, name in enumerate(network.classes)}
    layout.station_rows = {name: row for row, name in enumerate(network.stations)}
    for _ in network.classes:
        layout.add("class_")
    for name, operators in network.operators.items():
        empty = dict.fromkeys(("station_head", "station_tail", "mode_head", "mode_tail"), -1)
        layout.pool_rows[name] = layout.add(
            "pool", free=operators.count, count=operators.count, **empty
        )
    layout.place_rows = paths.find_places(network)
    layout.fleet_rows = {name: row for row, name in enumerate(network.fleets)}
    for name, station in network.stations.items():
        _add_station(layout, name, station)
    paths.add_paths(layout, network, layout.place_rows)
    for name in network.fleets:
        paths.add_fleet(layout, network, name, layout.place_rows)
    for name, source in network.sources.items():
        _add_source(layout, name, source)
    for population in network.populations.values():
        class_ = layout.class_rows[population.class_ or network.classes[0]]
        station_row = layout.station_rows[population.at]
        layout.add("population", class_=class_, station=station_row, count=population.count)
    _add_measures(layout, for_trace=for_trace)
    _add_gates(layout)
    return layout


def _add_station(layout: Layout, name: str, station: spec.Station) -> None:
    network = layout.network
    levels = sorted({station.priority.get(c, 0) for c in network.classes})
    by_priority = station.queue == "priority" and len(levels) > 1
    n_queues = len(levels) if by_priority else 1
    first_queue = len(layout.rows.get("queue", []))
    for _ in range(n_queues):
        layout.add("queue", head=-1, tail=-1)
    batch = station.batch or spec.Batch(most=1)
    features = _features(network, name, station) | (tables.PRIORITY if by_priority else 0)
    n_servers = UNLIMITED if station.servers is None else station.servers
    capacity = UNLIMITED
    if station.buffer is not None:
        capacity = n_servers * batch.most + station.buffer
    row = layout.add(
        "station", features=features, free=n_servers, capacity=capacity,
        loses=station.when_full == "lose", lifo=station.queue == "lifo",
        pauses=station.when_closed == "pause" and bool(station.calendars),
        stream=layout.add_stream(f"station {name} service"),
        route_stream=layout.add_stream(f"station {name} route"),
        setup_stream=layout.add_stream(f"station {name} {_SETUP}"),
        first_queue=first_queue, n_queues=n_queues, blocked_head=-1, blocked_tail=-1,
        batch_min=batch.least, batch_max=batch.most, merges=batch.merges, split=station.copies,
        pool=layout.pool_rows[station.crew.of] if station.crew else -1,
        pool_need=station.crew.count if station.crew else 0, pool_next=-1,
        first_server=len(layout.rows.get("server", [])),
        n_servers=n_servers if features & tables.UNITS else 0,
        node=layout.place_rows.get(station.place or "", -1),
    )  # fmt: skip
    layout.reserve = max(layout.reserve, 8 + batch.most * station.copies)
    layout.add("wake")
    _add_steps(layout, name, station, levels if by_priority else [])
    if features & tables.UNITS:
        for number in range(n_servers):
            _add_server(layout, name, station, row, number)


def _features(network: spec.Network, name: str, station: spec.Station) -> int:
    """Bits for what the plain path need not look at."""
    pauses = bool(station.calendars) and station.when_closed == "pause"
    bulk = station.batch is not None and (station.batch.most > 1 or station.batch.merges)
    features = tables.BULK if bulk else 0
    features |= tables.SPLITS if station.copies > 1 else 0
    features |= tables.POOLED if station.crew else 0
    features |= tables.CLOSABLE if station.calendars else 0
    features |= tables.WATCHED if station.breakdowns or pauses else 0
    if station.breakdowns or pauses or bulk or station.copies > 1 or station.setup:
        features |= tables.UNITS
    routes = network.routes_of(name).values()
    if any(branch.by is not None for route in routes for branch in route):
        features |= tables.SENDS
    return features


def _add_steps(layout: Layout, name: str, station: spec.Station, levels: Sequence[int]) -> None:
    network = layout.network
    service = _draws(layout, network.by_class(station.service))
    setup = _draws(layout, network.by_class(station.setup) if station.setup else {})
    ranges: dict[int, tuple[int, int]] = {}
    routes = network.routes_of(name)
    for class_ in network.classes:
        route = routes.get(class_, ())
        first, n = ranges.get(id(route), (-1, 0))
        if n == 0 or any(branch.becomes is None for branch in route):
            first, n = _add_branches(layout, route, class_)
            ranges[id(route)] = (first, n)
        queue = levels.index(station.priority.get(class_, 0)) if levels else 0
        layout.add(
            "step", service=service.get(class_, -1), setup=setup.get(class_, -1),
            first_branch=first, n_branches=n, queue=queue,
        )  # fmt: skip


def _draws(layout: Layout, by_class: Mapping[str, Distribution]) -> dict[str, int]:
    """Class → row of its draw; equal distributions share a row."""
    rows: dict[int, int] = {}
    for distribution in by_class.values():
        if id(distribution) not in rows:
            rows[id(distribution)] = layout.add_draw(distribution)
    return {name: rows[id(distribution)] for name, distribution in by_class.items()}


def _add_branches(layout: Layout, route: spec.Route, class_: str) -> tuple[int, int]:
    """First row and number of a route's branches, for entities of a class."""
    first, reached = len(layout.rows.get("branch", [])), 0.0
    for branch in route:
        reached += branch.probability
        layout.add(
            "branch", cumulative=reached, target=layout.station_rows.get(branch.to, -1),
            new_class=layout.class_rows[branch.becomes or class_],
            fleet=layout.fleet_rows.get(branch.by or "", -1),
        )  # fmt: skip
    return first, len(route)


def _add_server(layout: Layout, name: str, station: spec.Station, row: int, number: int) -> None:
    server = layout.add("server", station=row, job=-1, last_class=-1)
    layout.add("mode_range", first=len(layout.rows.get("mode", [])), n=len(station.breakdowns))
    for n, breakdown in enumerate(station.breakdowns):
        stream = f"station {name} server {number} breakdown {n}"
        layout.add(
            "mode", server=server, by_operation=breakdown.by == "operation",
            up=layout.add_draw(breakdown.up), repair=layout.add_draw(breakdown.repair),
            up_stream=layout.add_stream(f"{stream} up"),
            repair_stream=layout.add_stream(f"{stream} repair"), key=-1, next=-1,
            pool=layout.pool_rows[breakdown.repaired_by] if breakdown.repaired_by else -1,
        )  # fmt: skip


def _add_source(layout: Layout, name: str, source: spec.Source) -> None:
    class_ = source.class_ or layout.network.classes[0]
    first_branch, n_branches = _add_branches(layout, source.to, class_)
    first_time = len(layout.numbers)
    layout.numbers.extend(source.at)
    layout.add(
        "source", kind=tables.RENEWAL if source.every else tables.SCHEDULE,
        gap=layout.add_draw(source.every) if source.every else -1,
        gap_stream=layout.add_stream(f"source {name} every"),
        batch=layout.add_draw(source.batch) if source.batch else -1,
        batch_stream=layout.add_stream(f"source {name} batch"),
        route_stream=layout.add_stream(f"source {name} route"),
        first_branch=first_branch, n_branches=n_branches,
        remaining=-1 if source.limit is None else source.limit,
        first_time=first_time, n_times=len(source.at), key=-1, waits=source.when_full == "wait",
    )  # fmt: skip
    if source.batch is not None:
        largest = getattr(source.batch, "value", 0) or max(getattr(source.batch, "values", (1,)))
        layout.reserve = max(layout.reserve, 8 + int(largest))


def _add_measures(layout: Layout, *, for_trace: bool) -> None:
    """Actions of each point in a row: stations' four points, then the network's two."""
    network = layout.network
    at_point: dict[int, list[dict[str, int]]] = {}
    for number, measure in enumerate(network.measures.values()):
        class_ = -1 if measure.class_ is None else layout.class_rows[measure.class_]
        limit = -1.0 if measure.limit is None else measure.limit
        layout.add("measure", low=np.inf, high=-np.inf, below_limit=limit)
        # ends first: where one point ends and starts a measure, it ends the one before
        for name, ends in ((measure.end, 1), (measure.start, 0)):
            action = {"measure": number, "ends": ends, "class_": class_}
            at_point.setdefault(_point(layout, name), []).append(action)
    n_stations = len(network.stations)
    for point in range(4 * n_stations + 2):
        actions = at_point.get(point, [])
        if for_trace:
            actions = [{"measure": tables.TRACED, "class_": -1}, *actions]
        layout.add("point", first=len(layout.rows.get("action", [])), n=len(actions))
        for action in actions:
            layout.add("action", **action)
        if actions and point < 4 * n_stations:
            layout.rows["station"][point // 4]["features"] |= tables.MARKED


def _point(layout: Layout, name: str) -> int:
    if name in spec.NETWORK_POINTS:
        return 4 * len(layout.station_rows) + spec.NETWORK_POINTS.index(name)
    station, _, what = name.rpartition(".")
    return 4 * layout.station_rows[station] + spec.POINTS.index(what)


def _add_gates(layout: Layout) -> None:
    network = layout.network
    parts: list[tuple[int, Mapping[str, Any]]] = [
        (tables.OF_STATION, network.stations), (tables.OF_SOURCE, network.sources),
        (tables.OF_POOL, network.operators), (tables.OF_FLEET, network.fleets),
    ]  # fmt: skip
    for name, calendar in network.calendars.items():
        targets = [
            (kind, row)
            for kind, part in parts
            for row, item in enumerate(part.values())
            if name in item.calendars
        ]
        first_target = len(layout.rows.get("gate_target", []))
        for kind, row in targets:
            layout.add("gate_target", kind=kind, index=row)
        own = _weather(layout, name, calendar) if calendar.open_for else _table(layout, calendar)
        layout.add("gate", first_target=first_target, n_targets=len(targets), **own)
        if not own["is_open"]:
            for kind, row in targets:
                table = layout.rows[("station", "source", "pool", "fleet")[kind]]
                table[row]["closed"] = table[row].get("closed", 0) + 1
                if kind == tables.OF_STATION and table[row]["pauses"]:
                    _halt_servers(layout, row)


def _halt_servers(layout: Layout, row: int) -> None:
    station = layout.rows["station"][row]
    first = station["first_server"]
    for server in layout.rows["server"][first : first + station["n_servers"]]:
        server["halted"] = server.get("halted", 0) + 1
    station["down"], station["free"] = station["n_servers"], 0


def _weather(layout: Layout, name: str, calendar: spec.Calendar) -> dict[str, Any]:
    assert calendar.open_for is not None
    assert calendar.closed_for is not None
    return {
        "is_random": 1, "is_open": 1,
        "up": layout.add_draw(calendar.open_for), "down": layout.add_draw(calendar.closed_for),
        "up_stream": layout.add_stream(f"calendar {name} open"),
        "down_stream": layout.add_stream(f"calendar {name} closed"),
    }  # fmt: skip


def _table(layout: Layout, calendar: spec.Calendar) -> dict[str, Any]:
    """
    Times within the period at which the door switches, and its state at time 0.

    A door that closes at the end of the period and opens at the beginning does not switch there.
    """
    assert calendar.period is not None
    times = [time for pair in calendar.open_during for time in pair]
    is_open = times[0] == 0
    if is_open:
        at_end = times[-1] == calendar.period
        times = times[1:-1] if at_end else [*times[1:], calendar.period]
    first_time = len(layout.numbers)
    layout.numbers.extend(times)
    return {
        "is_open": int(is_open), "period": calendar.period, "first_time": first_time,
        "n_times": len(times),
    }  # fmt: skip
