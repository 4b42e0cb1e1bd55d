"""Pieces that touch become one outline; an enclave becomes a hole; apart stays apart."""

from __future__ import annotations

from itertools import pairwise

from tuijin.see.outlines import join_pieces

LEFT = [[0, 0], [1, 0], [1, 1], [1, 2], [0, 2], [0, 0]]
RIGHT = [[1, 0], [2, 0], [2, 2], [1, 2], [1, 1], [1, 0]]


def multi(*rings: list[list[int]]) -> dict:
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def area(ring: list[list[float]]) -> float:
    pairs = pairwise(ring)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def test_two_halves_become_one() -> None:
    (polygon,) = join_pieces(multi(LEFT, RIGHT))["coordinates"]
    (ring,) = polygon
    assert ring[0] == ring[-1]
    assert area(ring) == 4
    assert [1, 1] not in ring  # the seam is gone


def test_pieces_apart_stay_apart() -> None:
    far = [[x + 10, y] for x, y in RIGHT]
    assert len(join_pieces(multi(LEFT, far))["coordinates"]) == 2


def test_two_halves_around_an_enclave_leave_a_hole() -> None:
    # two C shapes around the square (1, 1) to (2, 2)
    west = [[0, 0], [1.5, 0], [1.5, 1], [1, 1], [1, 2], [1.5, 2], [1.5, 3], [0, 3], [0, 0]]
    east = [[1.5, 0], [3, 0], [3, 3], [1.5, 3], [1.5, 2], [2, 2], [2, 1], [1.5, 1], [1.5, 0]]
    (polygon,) = join_pieces(multi(west, east))["coordinates"]
    outline, hole = polygon
    assert (area(outline), area(hole)) == (9, 1)


def test_a_single_polygon_is_left_alone() -> None:
    geometry = {"type": "Polygon", "coordinates": [LEFT]}
    assert join_pieces(geometry) is geometry
