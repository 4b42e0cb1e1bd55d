"""
Put the stops of each day in an order that respects travel time.

The day of a stop is as recorded. The route engine orders the stops of a day from the seat of the
meeting's place and back; a pinned stop then keeps its own number, and the whole is timed. A day
into which the stops do not fit is ordered all the same, and says by how much it is too long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from typing import Any

import numpy as np
from django.db import transaction

from tuijin.engines.route import (
    ASSUMED_ROADS,
    Day,
    Tour,
    TourStatus,
    plan_tour,
    time_tour,
    travel_minutes,
)
from tuijin.engines.route import Stop as RouteStop
from tuijin.errors import ImportFailed
from tuijin.ledger import records, scope
from tuijin.ledger.models import Place, TrailEvent
from tuijin.meet.models import Meeting, Stop

_LONG_MINUTES = 72 * 60.0
_ITERATIONS = 500


@dataclass(frozen=True, slots=True)
class Point:
    longitude_deg: float
    latitude_deg: float
    is_rough: bool


def locate(stop: Stop) -> Point | None:
    """Where a stop is: the project's own point, or that of its place."""
    project = stop.project
    if project.longitude is not None and project.latitude is not None:
        is_rough = project.location_accuracy == "approximate"
        return Point(project.longitude, project.latitude, is_rough)
    return locate_place(project.place)


def locate_place(place: Place) -> Point | None:
    if place.longitude is None or place.latitude is None:
        return None
    return Point(place.longitude, place.latitude, is_rough=True)


def order_stops(meeting: Meeting) -> None:
    """Number and time the stops of every day, and keep what came of it with the meeting."""
    stops = list(load_stops(meeting))
    notes: dict[str, Any] = {}
    changes: dict[int, dict[str, Any]] = {}
    for day, of_day in groupby(stops, key=lambda stop: stop.day):
        notes[day.isoformat()] = _order_day(meeting, list(of_day), changes)
    with transaction.atomic():
        records.change(Stop, changes, action="order")
        records.change(Meeting, {meeting.pk: {"tour_note": notes}}, action="order")


def load_stops(meeting: Meeting) -> Any:
    """The visible stops in order of day and number."""
    rows = Stop.objects.filter(meeting=meeting).select_related("project__place", "source")
    return rows.order_by("day", "position", "id")


def _order_day(
    meeting: Meeting, stops: Sequence[Stop], changes: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    seat = locate_place(meeting.place)
    placed = [stop for stop in stops if locate(stop) is not None] if seat else []
    lost = [stop for stop in stops if stop not in placed]
    tour = _plan(meeting, seat, placed) if seat and placed else Tour(TourStatus.PLANNED)
    legs = {int(leg.stop): leg for leg in tour.legs}
    ordered = [next(s for s in placed if s.pk == pk) for pk in legs]
    for number, stop in enumerate([*ordered, *lost], start=1):
        leg = legs.get(stop.pk)
        changes[stop.pk] = {
            "position": number,
            "drive_minutes": None if leg is None else round(leg.drive_minutes, 1),
            "arrives_minutes": None if leg is None else round(leg.arrives_minutes, 1),
            "leaves_minutes": None if leg is None else round(leg.leaves_minutes, 1),
        }
    ends = _minutes(meeting.day_ends_at)
    returns = max(tour.returns_minutes, default=0.0)
    return {
        "drive_minutes": round(tour.drive_minutes, 1),
        "returns_minutes": round(returns, 1),
        "late_minutes": round(max(0.0, returns - ends), 1),
        "lost_count": len(lost),
        "is_rough": any(point.is_rough for stop in placed if (point := locate(stop))),
    }


def _plan(meeting: Meeting, seat: Point, stops: Sequence[Stop]) -> Tour:
    points = [seat, seat, *(point for stop in stops if (point := locate(stop)))]
    drives = travel_minutes(
        np.array([p.longitude_deg for p in points]),
        np.array([p.latitude_deg for p in points]),
        roads=ASSUMED_ROADS,
    )
    visits = [RouteStop(str(stop.pk), stop.minutes, closes_minutes=_LONG_MINUTES) for stop in stops]
    starts, ends = _minutes(meeting.day_starts_at), _minutes(meeting.day_ends_at)
    tour = plan_tour(visits, [Day(starts, ends)], drives, n_iterations=_ITERATIONS)
    if tour.status is not TourStatus.PLANNED:
        long_day = Day(starts, starts + _LONG_MINUTES)
        tour = plan_tour(visits, [long_day], drives, n_iterations=_ITERATIONS)
    index = {visit.id: number for number, visit in enumerate(visits)}
    order = _pin([index[leg.stop] for leg in tour.legs], stops)
    return time_tour(visits, [Day(starts, ends)], drives, order=[order])


def _pin(order: Sequence[int], stops: Sequence[Stop]) -> list[int]:
    """Give pinned stops their own number; the others keep the order found."""
    pinned = sorted(
        (number for number in order if stops[number].is_pinned and stops[number].position),
        key=lambda number: stops[number].position or 0,
    )
    found = [number for number in order if number not in pinned]
    for number in pinned:
        found.insert((stops[number].position or 1) - 1, number)
    return found


def _minutes(moment: time) -> float:
    return moment.hour * 60.0 + moment.minute


def pin_stop(stop: Stop, *, position: int) -> None:
    """
    Fix a stop's number within its day and order the rest around it.

    Raises
    ------
    ImportFailed
        If the day has no such number.
    """
    n_stops = Stop.objects.filter(meeting=stop.meeting_id, day=stop.day).count()
    if not 1 <= position <= n_stops:
        raise ImportFailed(f"次序应为 1 至 {n_stops}", code="position")
    with transaction.atomic():
        records.change(Stop, {stop.pk: {"is_pinned": True, "position": position}}, action="pin")
        order_stops(stop.meeting)


def unpin_stop(stop: Stop) -> None:
    """Let the order by travel time decide again."""
    with transaction.atomic():
        records.change(Stop, {stop.pk: {"is_pinned": False}}, action="unpin")
        order_stops(stop.meeting)


def days_of(meeting: Meeting) -> list[date]:
    """Every day of the meeting, also those without a stop on record."""
    span = (meeting.ends_on - meeting.starts_on).days
    return [date.fromordinal(meeting.starts_on.toordinal() + n) for n in range(span + 1)]


def follow(events: Sequence[TrailEvent]) -> None:
    """Order the tours that got stops, from a file or through the API."""
    brought = {int(e.object_id) for e in events if (e.object_type, e.action) == ("stop", "create")}
    if brought:
        transaction.on_commit(lambda: _order_meetings_of(brought))


def _order_meetings_of(stop_ids: set[int]) -> None:
    with scope.active(scope.system_scope("order")):
        meetings = Meeting.objects.filter(stops__in=stop_ids).distinct().select_related("place")
        for meeting in meetings:
            order_stops(meeting)
