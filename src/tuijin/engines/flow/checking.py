"""Faults of a network between its parts: names that lead nowhere, probabilities, needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from tuijin.engines.flow.checking_paths import find_path_faults
from tuijin.engines.flow.distributions import Constant, Distribution, Empirical
from tuijin.engines.flow.spec import (
    EXIT,
    NETWORK_POINTS,
    POINTS,
    Calendar,
    Network,
    Route,
    Source,
    Station,
)
from tuijin.errors import Problem

Fault = tuple[str, str]
MAX_SERVERS = 100_000


def find_faults(network: Network) -> list[Problem]:
    return [Problem("spec", message, field=path) for path, message in _faults(network)]


def _faults(network: Network) -> Iterator[Fault]:
    if len(set(network.classes)) < len(network.classes) or not network.classes:
        yield "/classes", "must name at least one class, each once"
    if not network.stations:
        yield "/stations", "needs at least one station"
    if not network.sources and not network.populations:
        yield "/sources", "nothing enters: give a source or a population"
    if network.run.warm_up >= network.run.horizon:
        yield "/run/warm_up", f"must be below horizon ({network.run.horizon})"
    for part in ("sources", "populations", "stations", "operators", "measures", "fleets"):
        for key, item in getattr(network, part).items():
            yield from _dangling(network, item, f"/{part}/{key}")
    for key, calendar in network.calendars.items():
        yield from _calendar_faults(calendar, f"/calendars/{key}")
    for key, source in network.sources.items():
        yield from _source_faults(network, source, f"/sources/{key}")
    for key, station in network.stations.items():
        yield from _station_faults(network, station, f"/stations/{key}")
    yield from find_path_faults(network)
    yield from _population_faults(network)
    yield from _measure_faults(network)
    yield from _reach_faults(network)


def _dangling(network: Network, item: Any, path: str) -> Iterator[Fault]:
    """Words that should name another part of the network, and do not."""
    for field in fields(item):
        value = getattr(item, field.name)
        known = field.metadata.get("refers")
        if known:
            for word in (value,) if isinstance(value, str) else value or ():
                if word not in getattr(network, known):
                    at = f"{path}/{field.name.rstrip('_')}"
                    yield at, f"{word!r} is not one of the {known}"
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Distribution):
            yield from _dangling(network, value, f"{path}/{field.name}")
        elif field.name in ("route", "to") and not isinstance(value, str):
            yield from _dangling_branches(network, value, f"{path}/{field.name}")
        elif field.name == "breakdowns":
            for n, breakdown in enumerate(value):
                yield from _dangling(network, breakdown, f"{path}/breakdowns/{n}")


def _dangling_branches(network: Network, route: Any, path: str) -> Iterator[Fault]:
    routes = route if isinstance(route, Mapping) else {"": route}
    for key, branches in routes.items():
        for n, branch in enumerate(branches):
            at = f"{path}/{key}/{n}" if key else f"{path}/{n}"
            yield from _dangling(network, branch, at)


def _calendar_faults(calendar: Calendar, path: str) -> Iterator[Fault]:
    if (calendar.period is None) == (calendar.open_for is None):
        yield path, "give either period and open_during, or open_for and closed_for"
    elif calendar.open_for is not None and calendar.closed_for is None:
        yield f"{path}/closed_for", "is missing"
    elif calendar.period is not None:
        if not calendar.open_during:
            yield f"{path}/open_during", "needs at least one pair"
        end = -1.0
        for n, pair in enumerate(calendar.open_during):
            if len(pair) != 2 or not end < pair[0] < pair[1] <= calendar.period:
                wanted = f"two rising times within 0 and {calendar.period}, after the pair before"
                yield f"{path}/open_during/{n}", f"must be {wanted}"
                return
            end = pair[1]
    for name in ("open_for", "closed_for"):
        distribution = getattr(calendar, name)
        if distribution is not None and distribution.mean_time <= 0:
            yield f"{path}/{name}", "must have a mean above 0"


def _source_faults(network: Network, source: Source, path: str) -> Iterator[Fault]:
    if (source.every is None) == (not source.at):
        yield f"{path}/every", "give either every or at"
    if any(b < a for a, b in zip(source.at, source.at[1:], strict=False)):
        yield f"{path}/at", "must not fall"
    if source.every is not None and source.when_full == "lose" and source.every.mean_time <= 0:
        yield f"{path}/every", "must have a mean above 0, or when_full must be wait"
    if source.batch is not None:
        yield from _batch_size_faults(source.batch, f"{path}/batch")
    yield from _route_faults(network, source.to, f"{path}/to", may_exit=False)


def _batch_size_faults(batch: Distribution, path: str) -> Iterator[Fault]:
    """Sizes are whole numbers."""
    sizes = (batch.value,) if isinstance(batch, Constant) else getattr(batch, "values", ())
    if not isinstance(batch, Constant | Empirical):
        yield path, "must be constant or empirical"
    elif any(size != int(size) or not 1 <= size <= 10_000 for size in sizes):
        yield path, "must be whole numbers from 1 to 10,000"


def _route_faults(
    network: Network, route: Route, path: str, *, may_exit: bool = True
) -> Iterator[Fault]:
    for n, branch in enumerate(route):
        if branch.to not in network.stations and not (may_exit and branch.to == EXIT):
            yield f"{path}/{n}/to", f"{branch.to!r} is not one of the stations"
    total = sum(branch.probability for branch in route)
    if abs(total - 1) > 1e-9:
        yield path, f"probabilities must sum to 1, got {total:.10g}"


def _station_faults(network: Network, station: Station, path: str) -> Iterator[Fault]:
    for name in ("service", "route", "setup", "priority"):
        value = getattr(station, name)
        if isinstance(value, Mapping):
            for class_ in value:
                if class_ not in network.classes:
                    yield f"{path}/{name}/{class_}", "is not one of the classes"
    if isinstance(station.route, Mapping):
        for class_, route in station.route.items():
            yield from _route_faults(network, route, f"{path}/route/{class_}")
    else:
        yield from _route_faults(network, station.route, f"{path}/route")
    yield from _work_faults(network, station, path)
    yield from _unlimited_faults(station, path)


def _work_faults(network: Network, station: Station, path: str) -> Iterator[Fault]:
    if station.batch is not None and station.batch.least > station.batch.most:
        yield f"{path}/batch/least", f"must not exceed most ({station.batch.most})"
    if station.crew is not None and station.crew.of in network.operators:
        n_operators = network.operators[station.crew.of].count
        if station.crew.count > n_operators:
            yield f"{path}/crew/count", f"must be at most the {n_operators} there are"
    for n, breakdown in enumerate(station.breakdowns):
        if breakdown.up.mean_time <= 0:
            yield f"{path}/breakdowns/{n}/up", "must have a mean above 0"


def _unlimited_faults(station: Station, path: str) -> Iterator[Fault]:
    """What needs servers that can be told apart."""
    if station.servers is not None and station.servers <= MAX_SERVERS:
        return
    for name in ("batch", "setup", "breakdowns"):
        if getattr(station, name):
            yield f"{path}/{name}", f"needs a number of servers, at most {MAX_SERVERS:,}"
    if station.when_closed == "pause" or station.copies > 1:
        yield path, f"pausing and copies need a number of servers, at most {MAX_SERVERS:,}"
    if station.servers is None and station.buffer is not None:
        yield f"{path}/buffer", "must be null where servers are unlimited"


def _population_faults(network: Network) -> Iterator[Fault]:
    placed: dict[str, int] = {}
    for key, population in network.populations.items():
        placed[population.at] = placed.get(population.at, 0) + population.count
        station = network.stations.get(population.at)
        if station is None or station.buffer is None or station.servers is None:
            continue
        room = station.servers * (station.batch.most if station.batch else 1) + station.buffer
        if placed[population.at] > room:
            yield f"/populations/{key}/count", f"{population.at} has room for {room}"


def _measure_faults(network: Network) -> Iterator[Fault]:
    for key, measure in network.measures.items():
        for name in ("start", "end"):
            point = getattr(measure, name)
            station, _, what = point.rpartition(".")
            if point not in NETWORK_POINTS and not (station in network.stations and what in POINTS):
                wanted = f"{' or '.join(NETWORK_POINTS)}, or a station and .{', .'.join(POINTS)}"
                yield f"/measures/{key}/{name}", f"must be {wanted}; got {point!r}"


def _reach_faults(network: Network) -> Iterator[Fault]:
    """A class that can get to a station must have a service time and a way onwards there."""
    first = network.classes[0] if network.classes else ""
    todo = [(p.at, p.class_ or first) for p in network.populations.values()]
    for source in network.sources.values():
        todo += [(b.to, b.becomes or source.class_ or first) for b in source.to]
    seen = set()
    while todo:
        place = todo.pop()
        name, class_ = place
        station = network.stations.get(name)
        if place in seen or station is None:
            continue
        seen.add(place)
        if class_ not in network.by_class(station.service):
            yield f"/stations/{name}/service", f"says nothing of class {class_!r}, which comes here"
        ways = network.routes_of(name).get(class_)
        if ways is None:
            yield f"/stations/{name}/route", f"says nothing of class {class_!r}, which comes here"
        todo += [(b.to, b.becomes or class_) for b in ways or ()]
