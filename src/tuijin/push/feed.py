"""The deadlines of one's own issues as a calendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.urls import reverse
from icalendar import Calendar, Event

from tuijin.push import board
from tuijin.push.models import Issue
from tuijin.push.wording import state_word

MOST_EVENTS = 200


def write_feed(*, base: str, today: date) -> bytes:
    """Write what waits for the reader, each deadline as a day."""
    calendar = Calendar()
    calendar.add("prodid", "-//tuijin//push//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "推进")
    stamp = datetime.combine(today, time(), tzinfo=UTC)
    for issue in board.waiting_for_reader()[:MOST_EVENTS]:
        if issue.next_due_on is not None:
            calendar.add_component(_event(issue, issue.next_due_on, base=base, stamp=stamp))
    return calendar.to_ical()


def _event(issue: Issue, due_on: date, *, base: str, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{issue.key}@tuijin")
    event.add("dtstamp", stamp)
    event.add("sequence", issue.version)
    event.add("dtstart", due_on)
    event.add("dtend", due_on + timedelta(days=1))
    event.add("summary", issue.title)
    event.add("description", f"{state_word(issue.state)} · {issue.owner_unit}")
    event.add("url", f"{base}{reverse('issue', args=[issue.pk])}")
    return event
