"""What is gone through once a day: proposals, deadlines, levels, and who is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tuijin.ledger import records, scope, trail
from tuijin.push import deadlines, escalation, flags, notices, officers, proposals, states
from tuijin.push.deadlines import Limits
from tuijin.push.models import DayDone, Issue
from tuijin.push.notices import Line

_MONDAY = 0


@dataclass(frozen=True, slots=True)
class Day:
    """What a day brought."""

    proposed: int = 0
    escalated: int = 0
    due: int = 0
    late: int = 0


def go_through(*, on: date) -> Day | None:
    """
    Go through a day once, then find its flags; None if that has been done.

    Flags have a mark of their own: where finding them fails, the day stays gone through, and the
    next call finds them and returns a day that brought nothing more.
    """
    with scope.active(scope.system_scope("daily")):
        with transaction.atomic():
            trail.lock()  # two workers do not go through it at once
            done, is_new = DayDone.objects.get_or_create(on=on)
            if done.has_flags:
                return None
            day = _push(on=on) if is_new else Day()
        flags.refresh(on=on)  # reads the whole record, so not while the trail is held
        is_first = DayDone.objects.filter(on=on, has_flags=False).update(has_flags=True)
    return day if is_first else None


def _push(*, on: date) -> Day:
    """Propose, escalate and tell, once a day."""
    told = {issue.pk for issue in escalation.at_once()}
    proposed = proposals.refresh(on=on)
    notices.tell_at_once([i for i in escalation.at_once() if i.pk not in told], on=on)
    notices.tell_proposed(proposed, on=on)
    limits = Limits()
    _draw_provisional(limits)
    late = list(_open().filter(next_due_on__lt=on))
    slips = escalation.escalate_due(late, limits, on=on)
    raised = {slip.issue_id for slip in slips}
    notices.tell_slips(slips, on=on)
    yesterday = on - timedelta(days=1)
    newly = [i for i in late if i.next_due_on == yesterday and i.pk not in raised]
    notices.tell_day(newly, kind="late", on=on)
    near = list(_open().filter(next_due_on=limits.calendar.nth_workday(on, 1)))
    notices.tell_day(near, kind="due", on=on)
    if on.weekday() == _MONDAY:
        _tell_neglect(on=on)
    return Day(len(proposed), len(slips), len(near), len(late))


def _open() -> QuerySet[Issue]:
    return Issue.objects.filter(state__in=states.OPEN).order_by("pk")


def _draw_provisional(limits: Limits) -> None:
    """Count again what was counted past the published calendar: it may have been published."""
    rows = list(_open().filter(is_provisional=True))
    pauses = deadlines.pauses_of(rows)
    changes = {issue.pk: limits.kept(issue, pauses.get(issue.pk, [])) for issue in rows}
    records.change(Issue, changes, action="clock")


def _tell_neglect(*, on: date) -> None:
    """Each Monday, one line to whoever has not been somewhere for long."""
    loads = officers.loads(as_of=on)
    lines = [
        Line(load.user_id, "neglected", None, len(load.neglected))
        for load in loads
        if load.user_id and load.neglected
    ]
    notices.tell(lines, on=on)
