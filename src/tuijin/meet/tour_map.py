"""The tour on the map: the places it passes, its stops by number, a line for each day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from tuijin.ledger.models import PlaceBoundary
from tuijin.meet.days import DayPlan
from tuijin.meet.models import Meeting
from tuijin.meet.ordering import Point, locate, locate_place
from tuijin.meet.wording import visit_time, write_date
from tuijin.see.language import either
from tuijin.see.maps import place_name
from tuijin.see.outlines import join_pieces

_COLOURS = ("#b4483f", "#1f5f99", "#1a7a4c", "#c9822b")
_COLUMNS = ("longitude", "latitude", "name", "group", "size", "url", "detail", "label")


def build_map(meeting: Meeting, days: Sequence[DayPlan]) -> dict[str, Any] | None:
    """Return the data of `map.js`, or None where no stop has a place on it."""
    seat = locate_place(meeting.place)
    points: list[list[Any]] = []
    routes: list[dict[str, Any]] = []
    groups: list[dict[str, str]] = []
    for number, plan in enumerate(days):
        located = [(n, s, point) for n, s in enumerate(plan.stops, 1) if (point := locate(s))]
        if not located:
            continue
        colour, code = _COLOURS[number % len(_COLOURS)], plan.day.isoformat()
        groups.append(
            {"code": code, "label": write_date(plan.day), "colour": colour, "shape": "circle"}
        )
        points += [_row(n, stop, point, code) for n, stop, point in located]
        line = [_pair(seat)] if seat else []
        line += [_pair(point) for _, _, point in located]
        line += [_pair(seat)] if seat else []
        routes.append({"label": write_date(plan.day), "line": line, "colour": colour, "dash": True})
    if not points:
        return None
    return {
        "boundaries": _boundaries(meeting),
        "groups": groups,
        "points": {"columns": _COLUMNS, "rows": points},
        "routes": routes,
    }


def _pair(point: Point) -> list[float]:
    return [round(point.longitude_deg, 5), round(point.latitude_deg, 5)]


def _row(number: int, stop: Any, point: Point, group: str) -> list[Any]:
    project = stop.project
    detail = [either(str(project.place), project.place.name_en), visit_time(stop)]
    return [
        *_pair(point), either(project.name, project.name_en), group, 1.0,
        reverse("stop", args=(stop.pk,)), [line for line in detail if line], str(number),
    ]  # fmt: skip


def _boundaries(meeting: Meeting) -> dict[str, Any]:
    shapes = PlaceBoundary.objects.filter(place__parent=meeting.place) or (
        PlaceBoundary.objects.filter(place=meeting.place)
    )
    features = [
        {
            "type": "Feature",
            "properties": {"name": place_name(shape.place)},
            "geometry": join_pieces(shape.geometry),
        }
        for shape in shapes.select_related("place").order_by("place_id")
    ]
    return {"type": "FeatureCollection", "features": features}
