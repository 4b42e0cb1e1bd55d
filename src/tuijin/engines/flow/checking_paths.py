"""Faults of fleets and of the path they run on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tuijin.engines.flow import paths
from tuijin.engines.flow.spec import EXIT, Network

Fault = tuple[str, str]
MAX_PLACES = 300


def find_path_faults(network: Network) -> Iterator[Fault]:
    places = paths.find_places(network)
    if len(places) > MAX_PLACES:
        yield "/segments", f"have {len(places)} places, at most {MAX_PLACES}"
        return
    for key, segment in network.segments.items():
        if segment.from_ == segment.to:
            yield f"/segments/{key}/to", "must not be where it comes from"
    for key, station in network.stations.items():
        if station.place is not None and station.place not in places:
            yield f"/stations/{key}/place", f"{station.place!r} is on no segment"
    for key, fleet in network.fleets.items():
        path = f"/fleets/{key}"
        if fleet.breakdown is not None and (
            fleet.breakdown.by != "time" or fleet.breakdown.repaired_by
        ):
            yield f"{path}/breakdown", "of a fleet is by time, and without repaired_by"
        stops = {"at": fleet.at} | ({"charging/at": fleet.charging.at} if fleet.charging else {})
        for field, place in stops.items():
            if place not in places:
                yield f"{path}/{field}", f"{place!r} is on no segment"
    yield from _ride_faults(network)
    yield from _way_faults(network, list(places))


def _ride_faults(network: Network) -> Iterator[Fault]:
    """Who takes something from a station to another must find both."""
    for key, station in network.stations.items():
        routes = station.route if isinstance(station.route, Mapping) else {"": station.route}
        for class_, route in routes.items():
            for n, branch in enumerate(route):
                if branch.by is None:
                    continue
                path = f"/stations/{key}/route/{class_}/{n}".replace("//", "/")
                if branch.to == EXIT:
                    yield f"{path}/by", "cannot be given on the way to exit"
                elif station.place is None:
                    yield f"/stations/{key}/place", f"is needed by {path}"
                elif branch.to in network.stations and network.stations[branch.to].place is None:
                    yield f"/stations/{branch.to}/place", f"is needed by {path}"
    for key, source in network.sources.items():
        for n, branch in enumerate(source.to):
            if branch.by is not None:
                yield f"/sources/{key}/to/{n}/by", "cannot be given from a source; use a station"


def _way_faults(network: Network, places: list[str]) -> Iterator[Fault]:
    """With a fleet there is a way from every place to every other."""
    if not network.fleets or not places:
        return
    there = paths.find_ways(network, places[0])
    for place in places:
        if place not in there or places[0] not in paths.find_ways(network, place):
            yield "/segments", f"have no way between {place!r} and {places[0]!r}, there and back"
            return
