"""Outlines of places for a map: pieces that touch are joined, so that no seam is drawn. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Ring = list[Point]


def join_pieces(geometry: dict[str, Any]) -> dict[str, Any]:
    """
    Return a Polygon or MultiPolygon whose pieces share no edge.

    An edge that two pieces walk in opposite directions is a seam and goes; what is left is chained
    into rings again. A ring inside a larger one is a hole of it (an enclave).
    """
    if geometry["type"] != "MultiPolygon":
        return geometry
    edges: dict[Point, list[Point]] = {}
    for polygon in geometry["coordinates"]:
        for ring in polygon:
            _add_ring(edges, [(point[0], point[1]) for point in ring])
    rings = sorted(_chain(edges), key=lambda ring: -abs(_area(ring)))
    return {"type": "MultiPolygon", "coordinates": _nest(rings)}


def _add_ring(edges: dict[Point, list[Point]], ring: Ring) -> None:
    for start, end in pairwise(ring):
        if start in edges.get(end, ()):
            edges[end].remove(start)
        else:
            edges.setdefault(start, []).append(end)


def _chain(edges: dict[Point, list[Point]]) -> list[Ring]:
    rings = []
    while edges:
        start = next(iter(edges))
        ring = [start]
        while edges.get(ring[-1]):
            here = ring[-1]
            ring.append(edges[here].pop())
            if ring[-1] == start:
                break
        for point in ring:
            if not edges.get(point):
                edges.pop(point, None)
        if len(ring) > 3:
            rings.append(ring)
    return rings


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _nest(rings: Sequence[Ring]) -> list[list[list[list[float]]]]:
    """Group rings, the largest first: each is an outline, or a hole of one that holds it."""
    polygons: list[list[Ring]] = []
    for ring in rings:
        home = next((p for p in polygons if _holds(p[0], ring[0])), None)
        if home is None:
            polygons.append([ring])
        else:
            home.append(ring)
    return [[[list(point) for point in ring] for ring in polygon] for polygon in polygons]


def _holds(ring: Ring, point: Point) -> bool:
    """Whether a point lies inside a ring, by the parity of crossings."""
    x, y = point
    is_inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            is_inside = not is_inside
    return is_inside
