"""The days of a meeting: which stops fall on each, and what the record says was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tuijin.ledger.models import Figure, Project
from tuijin.meet.models import Meeting, Stop
from tuijin.meet.ordering import days_of, load_stops

STATED_METRIC = "meeting_projects_count"


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day of the tour: its stops in order, and what the record says was seen."""

    day: date
    stops: tuple[Stop, ...]
    stated: Figure | None

    @property
    def unnamed_count(self) -> int:
        """Projects said to have been seen that nobody has named."""
        said = int(self.stated.value) if self.stated and self.stated.value else 0
        return max(0, said - len(self.stops))


def load_days(meeting: Meeting) -> list[DayPlan]:
    """Every day of the meeting with its visible stops."""
    stops = list(load_stops(meeting))
    stated = Figure.objects.filter(
        place=meeting.place, metric=STATED_METRIC, is_current=True
    ).select_related("source")
    said = {figure.as_of: figure for figure in stated}
    return [
        DayPlan(day, tuple(s for s in stops if s.day == day), said.get(day.isoformat()))
        for day in days_of(meeting)
    ]


def visited_projects(days: Iterable[DayPlan]) -> dict[int, Project]:
    """Projects of the visible stops by id: those a decision may be about."""
    return {stop.project_id: stop.project for plan in days for stop in plan.stops}
