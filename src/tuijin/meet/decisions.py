"""Decisions of a meeting; each becomes an issue with a unit and a date."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from tuijin.errors import ImportFailed
from tuijin.importers.texts import clean_text
from tuijin.ledger import records, scope
from tuijin.ledger.models import Project
from tuijin.meet.models import Decision, Meeting
from tuijin.push.issues import Given, open_issue, take_step
from tuijin.push.states import STEPS


def decide(
    meeting: Meeting, *, project: Project | None, text: str, owner_unit: str, due_on: date,
    today: date,
) -> Decision:  # fmt: skip
    """
    Record a decision, open its issue and assign it on the day of entry, or on its date if that has
    passed by then.

    Raises
    ------
    NotAllowed
        If the role may not decide, or not here.
    ImportFailed
        If it says nothing, names nobody, or is due before the meeting began.
    """
    place_id = meeting.place_id if project is None else project.place_id
    scope.current().require("decide", place_id=place_id)
    what = clean_text(text, max_length=500)
    who = clean_text(owner_unit, max_length=200)
    if what is None or who is None:
        raise ImportFailed("请写明事项和责任单位", code="empty")
    if due_on < meeting.starts_on:
        raise ImportFailed(f"时限应不早于会议首日 {meeting.starts_on}", code="date")
    on = min(today, due_on)
    with transaction.atomic():
        decision = Decision(
            meeting=meeting, place_id=place_id, project=project, text=what,
            decided_by_id=scope.current().user_id,
        )  # fmt: skip
        records.save_new([decision], action="decide")
        issue = open_issue(
            what,
            place_id=place_id,
            project_id=None if project is None else project.pk,
            on=on,
            origin=f"decision:{decision.pk}",
        )
        issue = take_step(issue, STEPS["assign"], Given(owner_unit=who, due_on=due_on), on=on)
        Decision.objects.filter(pk=decision.pk).update(issue=issue)
        decision.issue = issue
    return decision
