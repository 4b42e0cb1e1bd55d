"""
A network as a diagram: stations in layers from left to right, and below them the path of vehicles.

Layers follow Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11(2), 1981): ways back are set aside, a
station stands one layer after the last that leads to it, and each layer is put in the order of the
middles of its neighbours. A long line goes on in the next row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tuijin.engines.flow.spec import Network

WIDTH, HEIGHT = 132, 52  # of a box
_STEP_X, _STEP_Y, _MARGIN = 176, 82, 16
_LAYERS_IN_A_ROW = 7
_SWEEPS = 4
_EXIT = "exit"
_PATH_GAP, _PLACE_STEP, _PATH_HEIGHT = 70, 168, 60


@dataclass(frozen=True, slots=True)
class _Edge:
    start: str
    end: str
    ratio: float
    fleet: str


@dataclass(slots=True)
class _Graph:
    """Boxes by id, with the edges between them."""

    edges: list[_Edge]
    boxes: list[str]
    forward: dict[str, list[str]] = field(default_factory=dict)


def draw_network(network: Network) -> dict[str, Any]:
    """Return boxes, edges, places and lanes with their coordinates, as plain data."""
    edges = _find_edges(network)
    boxes = list(dict.fromkeys(name for edge in edges for name in (edge.start, edge.end)))
    graph = _Graph(edges, boxes)
    graph.forward = _without_ways_back(graph)
    at, height = _place_boxes(_find_layers(graph), graph)
    width = max(x for x, _ in at.values()) + WIDTH + _MARGIN
    path, path_width = _draw_path(network, top=height + _PATH_GAP)
    return {
        "width": max(width, path_width),
        "height": height + (_PATH_GAP + _PATH_HEIGHT if network.segments else _MARGIN),
        "box": [WIDTH, HEIGHT],
        "boxes": [_draw_box(network, name, *at[name]) for name in boxes],
        "edges": [_draw_edge(edge, at[edge.start], at[edge.end]) for edge in edges],
        **path,
    }


def _find_edges(network: Network) -> list[_Edge]:
    """Ways between boxes; those of several classes are one, with the mean of their shares."""
    shares: dict[tuple[str, str, str], list[float]] = {}
    for name, source in network.sources.items():
        for branch in source.to:
            shares.setdefault((f"source {name}", branch.to, ""), []).append(branch.probability)
    for name in network.stations:
        routes = network.routes_of(name)
        for route in {id(r): r for r in routes.values()}.values():
            for branch in route:
                key = (name, branch.to, branch.by or "")
                shares.setdefault(key, []).append(branch.probability)
    return [_Edge(a, b, sum(r) / len(r), by) for (a, b, by), r in shares.items()]


def _without_ways_back(graph: _Graph) -> dict[str, list[str]]:
    """Box → boxes it leads to, less the edges that would close a circle."""
    leads: dict[str, list[str]] = {name: [] for name in graph.boxes}
    for edge in graph.edges:
        leads[edge.start].append(edge.end)
    kept: dict[str, list[str]] = {name: [] for name in graph.boxes}
    state: dict[str, int] = {}
    for first in graph.boxes:
        todo = [(first, iter(leads[first]))] if first not in state else []
        state.setdefault(first, 1)
        while todo:
            name, following = todo[-1]
            other = next(following, None)
            if other is None:
                state[name] = 2
                todo.pop()
            elif state.get(other) != 1:
                kept[name].append(other)
                if other not in state:
                    state[other] = 1
                    todo.append((other, iter(leads[other])))
    return kept


def _find_layers(graph: _Graph) -> list[list[str]]:
    """Boxes by the longest way that leads to them, each layer in a good order."""
    depth = dict.fromkeys(graph.boxes, 0)
    for _ in graph.boxes:
        moved = False
        for name, others in graph.forward.items():
            for other in others:
                if depth[other] <= depth[name]:
                    depth[other], moved = depth[name] + 1, True
        if not moved:
            break
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in graph.boxes:
        layers[depth[name]].append(name)
    before: dict[str, list[str]] = {name: [] for name in graph.boxes}
    for name, others in graph.forward.items():
        for other in others:
            before[other].append(name)
    for sweep in range(_SWEEPS):
        neighbours = before if sweep % 2 == 0 else graph.forward
        order = {name: n for layer in layers for n, name in enumerate(layer)}
        for layer in layers:
            layer.sort(key=lambda name: _middle(name, neighbours, order))
            order |= {name: n for n, name in enumerate(layer)}
    return layers


def _middle(name: str, neighbours: Mapping[str, list[str]], order: Mapping[str, int]) -> float:
    places = [order[other] for other in neighbours[name]]
    return sum(places) / len(places) if places else float(order[name])


def _place_boxes(
    layers: list[list[str]], graph: _Graph
) -> tuple[dict[str, tuple[float, float]], float]:
    """Left upper corner of each box, and the height of all."""
    at: dict[str, tuple[float, float]] = {}
    top = float(_MARGIN)
    for first in range(0, len(layers), _LAYERS_IN_A_ROW):
        row = layers[first : first + _LAYERS_IN_A_ROW]
        tallest = max(len(layer) for layer in row)
        for column, layer in enumerate(row):
            above = (tallest - len(layer)) * _STEP_Y / 2
            for n, name in enumerate(layer):
                at[name] = (_MARGIN + column * _STEP_X, top + above + n * _STEP_Y)
        top += tallest * _STEP_Y + 24
    return at, top


def _draw_box(network: Network, name: str, x: float, y: float) -> dict[str, Any]:
    station = network.stations.get(name)
    box: dict[str, Any] = {
        "id": name,
        "x": x,
        "y": y,
        "kind": "exit" if name == _EXIT else "source",
    }
    if station is None:
        return {**box, "title": name.removeprefix("source ")}
    return {**box, "kind": "station", "title": name, "servers": station.servers,
            "buffer": station.buffer, "place": station.place or ""}  # fmt: skip


def _draw_edge(edge: _Edge, start: tuple[float, float], end: tuple[float, float]) -> dict[str, Any]:
    """A curve from side to side, or below the boxes where it leads back or past others."""
    (x1, y1), (x2, y2) = start, end
    if edge.start == edge.end:
        x, y = x1 + WIDTH / 2, y1
        way, middle = f"M{x - 20} {y}C{x - 20} {y - 22} {x + 20} {y - 22} {x + 20} {y}", (x, y - 18)
    elif x1 < x2 and (x2 - x1 < 1.5 * _STEP_X or 0 < abs(y2 - y1) < 3 * _STEP_Y):
        x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2
        half = (x1 + x2) / 2
        way, middle = f"M{x1} {y1}C{half} {y1} {half} {y2} {x2} {y2}", (half, (y1 + y2) / 2 - 4)
    else:
        x1, y1, x2, y2 = x1 + WIDTH / 2, y1 + HEIGHT, x2 + WIDTH / 2, y2 + HEIGHT
        low = max(y1, y2) + 26
        if y2 - HEIGHT > y1:  # on to the next row
            y2, low = y2 - HEIGHT, (y1 + y2 - HEIGHT) / 2
        way, middle = f"M{x1} {y1}C{x1} {low} {x2} {low} {x2} {y2}", ((x1 + x2) / 2, low - 4)
    return {"way": way, "x": middle[0], "y": middle[1], "fleet": edge.fleet,
            "ratio": edge.ratio if edge.ratio < 1 else None}  # fmt: skip


def _draw_path(network: Network, *, top: float) -> tuple[dict[str, Any], float]:
    """Places in a line in the order of the way, and a line for each direction of a segment."""
    if not network.segments:
        return {"places": [], "lanes": []}, 0.0
    order = _order_places(network)
    x_of = {name: _MARGIN + 40.0 + n * _PLACE_STEP for n, name in enumerate(order)}
    stations: dict[str, list[str]] = {}
    for name, station in network.stations.items():
        stations.setdefault(station.place or "", []).append(name)
    fleets = {fleet.at for fleet in network.fleets.values()}
    chargers = {f.charging.at for f in network.fleets.values() if f.charging}
    places = [
        {"id": name, "x": x, "y": top, "stations": stations.get(name, []),
         "is_home": name in fleets, "is_charger": name in chargers}
        for name, x in x_of.items()
    ]  # fmt: skip
    lanes = []
    for name, segment in network.segments.items():
        ways = [(segment.from_, segment.to)]
        if segment.ways != "one":
            ways.append((segment.to, segment.from_))
        far = abs(order.index(segment.from_) - order.index(segment.to)) > 1
        for a, b in ways:
            side = 4 if x_of[a] < x_of[b] else -4
            bend = f"Q{(x_of[a] + x_of[b]) / 2} {top - 46 + side}" if far else "L"
            way = f"M{x_of[a]} {top + side}{bend} {x_of[b]} {top + side}"
            lanes.append({"id": name, "way": way,
                          "km": segment.length_km, "x": (x_of[a] + x_of[b]) / 2,
                          "y": top - (34 if far else 10), "is_first": a == segment.from_,
                          "is_single": segment.ways == "single"})  # fmt: skip
    return {"places": places, "lanes": lanes}, _MARGIN * 2 + 80 + (len(order) - 1) * _PLACE_STEP


def _order_places(network: Network) -> list[str]:
    """From one end of the path to the other: depth first, from a place with one neighbour."""
    near: dict[str, list[str]] = {}
    for segment in network.segments.values():
        near.setdefault(segment.from_, []).append(segment.to)
        near.setdefault(segment.to, []).append(segment.from_)
    ends: Iterable[str] = sorted(near, key=lambda name: len(set(near[name])))
    found: dict[str, None] = {}
    for first in ends:
        todo = [first]
        while todo:
            name = todo.pop()
            if name not in found:
                found[name] = None
                todo += [other for other in near[name] if other not in found]
    return list(found)
