"""Prepare a meeting: its record, and which projects it visits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from tuijin.errors import Conflict, ImportFailed
from tuijin.ledger import records, references, scope, trail
from tuijin.ledger.models import Place, Project
from tuijin.meet.models import Comment, Meeting, Stop, Vote
from tuijin.meet.ordering import days_of, order_stops


def create_meeting(values: Mapping[str, Any]) -> Meeting:
    """
    Record a meeting; its key is made of place and first day.

    Raises
    ------
    Conflict
        If the place has a meeting that begins on that day.
    """
    scope.current().require("edit", place_id=values["place_id"])
    key = f"{values['place_id']}-{values['starts_on']}"
    if Meeting.objects.filter(key=key).exists():
        raise Conflict("该地区当日已有会议")
    meeting = Meeting(key=key, **values)
    records.save_new([meeting])
    return meeting


def may_prepare(meeting: Meeting) -> bool:
    who = scope.current()
    return who.may("edit") and who.owns(place_id=meeting.place_id, project_id=None)


def require_prepare(meeting: Meeting) -> None:
    scope.current().require("edit", place_id=meeting.place_id)


def add_stop(
    meeting: Meeting, *, word: str, day: date, group: str, visit_minutes: int | None
) -> Stop:
    """
    Put a project on the tour, found by key, code or unique name, and order the day anew.

    Raises
    ------
    ImportFailed
        If no single project is called that, or the day is not the meeting's.
    Conflict
        If it is on that day already.
    """
    key = references.resolve_projects([word]).get(word)
    if key is None:
        raise ImportFailed(f"找不到唯一的项目：{word}", code="unknown_reference")
    if day not in days_of(meeting):
        raise ImportFailed(f"{day} 不在会议日期内", code="date")
    project = Project.objects.get(key=key)
    if Stop.objects.filter(meeting=meeting, day=day, project=project).exists():
        raise Conflict("该项目当日已在观摩点中")
    stop = Stop(meeting=meeting, day=day, project=project, group=group, visit_minutes=visit_minutes)
    with transaction.atomic():
        records.save_new([stop])
        order_stops(meeting)
    return stop


def remove_stop(stop: Stop) -> None:
    """
    Take a project off the tour while nothing was said or marked there.

    Raises
    ------
    Conflict
        If there are comments or votes.
    """
    kept = Comment.objects.filter(stop=stop).exists() or Vote.objects.filter(stop=stop).exists()
    if kept:
        raise Conflict("该观摩点已有点评或投票，不能移除")
    event = trail.Event(
        action="remove",
        object_type="stop",
        object_id=str(stop.pk),
        changes={"day": (stop.day, None), "meeting_id": (stop.meeting_id, None)},
        project_id=stop.project_id,
    )
    with transaction.atomic():
        trail.append([event])
        stop.delete()
        order_stops(stop.meeting)


def places_to_choose() -> list[Place]:
    """Places a new meeting may be held in by this user."""
    who = scope.current()
    if who.everywhere:
        used = Project.objects.order_by().values_list("place_id", flat=True).distinct()
        codes = set(used[:500])
        parents = Place.objects.filter(code__in=codes).values_list("parent_id", flat=True)
        return list(Place.objects.filter(code__in=codes | {p for p in parents if p}))
    return list(Place.objects.filter(code__in=who.places))
