"""Path network and fleets as rows of the kernel's tables."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping

from tuijin.engines.flow import spec
from tuijin.engines.flow.kernels import tables
from tuijin.engines.flow.layout_rows import Rows


def find_places(network: spec.Network) -> dict[str, int]:
    """Place → row of its node."""
    names = [name for s in network.segments.values() for name in (s.from_, s.to)]
    return {name: row for row, name in enumerate(dict.fromkeys(names))}


def arcs_of(network: spec.Network) -> Iterable[tuple[str, str, spec.Segment]]:
    """Each lane as from, to and its segment; both lanes of a segment in a row."""
    for segment in network.segments.values():
        yield segment.from_, segment.to, segment
        if segment.ways != "one":
            yield segment.to, segment.from_, segment


def find_ways(network: spec.Network, goal: str) -> dict[str, tuple[int, float]]:
    """Place → (lane to take, km in all) on the shortest way to a goal (Dijkstra 1959)."""
    into: dict[str, list[tuple[int, str, float]]] = {}
    for lane, (start, end, segment) in enumerate(arcs_of(network)):
        into.setdefault(end, []).append((lane, start, segment.length_km))
    found: dict[str, tuple[int, float]] = {}
    todo = [(0.0, -1, goal)]
    while todo:
        km, lane, place = heapq.heappop(todo)
        if place in found:
            continue
        found[place] = (lane, km)
        for other, start, length in into.get(place, []):
            heapq.heappush(todo, (km + length, other, start))
    return found


def add_paths(rows: Rows, network: spec.Network, places: Mapping[str, int]) -> None:
    for _, end, segment in arcs_of(network):
        here = len(rows.rows.get("lane", []))
        is_second = segment.ways != "one" and places[end] == places[segment.from_]
        rows.add(
            "lane", to_node=places[end], km=segment.length_km, headway=segment.headway,
            passing=segment.passing, single=segment.ways == "single",
            opposite=here - 1 if is_second else here + 1, last_entry=-math.inf,
            last_exit=-math.inf, head=-1, tail=-1,
        )  # fmt: skip
    ways = {goal: find_ways(network, goal) for goal in places}
    for start in places:
        for goal in places:
            lane, km = ways[goal].get(start, (-1, math.inf))
            rows.add("hop", lane=lane, distance=km)


def add_fleet(rows: Rows, network: spec.Network, name: str, places: Mapping[str, int]) -> None:
    fleet = network.fleets[name]
    pace = 1 / spec.HOURS[network.time_unit]  # time for a kilometre at 1 km/h
    charging, breakdown = fleet.charging, fleet.breakdown
    charge = {
        "charge": rows.add_draw(charging.time), "charge_node": places[charging.at],
        "chargers": charging.chargers, "battery": charging.battery_kwh,
        "charge_below": charging.below_ratio * charging.battery_kwh,
        "loaded_kwh": charging.loaded_kwh_per_km, "empty_kwh": charging.empty_kwh_per_km,
    } if charging else {"charge": -1}  # fmt: skip
    row = rows.add(
        "fleet", first=len(rows.rows.get("vehicle", [])), n=fleet.count, n_idle=fleet.count,
        nearest=fleet.dispatch == "nearest", head=-1, tail=-1, charge_head=-1, charge_tail=-1,
        loaded_pace=pace / fleet.loaded_km_per_hour, empty_pace=pace / fleet.empty_km_per_hour,
        load=rows.add_draw(fleet.load), unload=rows.add_draw(fleet.unload),
        load_stream=rows.add_stream(f"fleet {name} load"),
        unload_stream=rows.add_stream(f"fleet {name} unload"),
        charge_stream=rows.add_stream(f"fleet {name} charge"),
        up=rows.add_draw(breakdown.up) if breakdown else -1,
        repair=rows.add_draw(breakdown.repair) if breakdown else -1, **charge,
    )  # fmt: skip
    for number in range(fleet.count):
        rows.add(
            "vehicle", fleet=row, node=places[fleet.at], lane=-1, job=-1, next=-1,
            up_stream=rows.add_stream(f"fleet {name} vehicle {number} up"),
            repair_stream=rows.add_stream(f"fleet {name} vehicle {number} repair"),
            kwh=charging.battery_kwh if charging else 0.0,
        )  # fmt: skip
        for _ in range(tables.N_STATES):
            rows.add("state_time")
