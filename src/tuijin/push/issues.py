"""Open and close issues. (Assignment, deadlines and escalation come with their own issue.)"""

from __future__ import annotations

from datetime import date

from tuijin.errors import Conflict
from tuijin.ledger import records, scope
from tuijin.push.models import Issue


def open_issue(
    title: str,
    *,
    place_id: str,
    project_id: int | None,
    owner_unit: str,
    due_on: date,
    origin: str,
) -> Issue:
    """Record an issue; the caller has checked who may."""
    issue = Issue(
        title=title, place_id=place_id, project_id=project_id, owner_unit=owner_unit,
        due_on=due_on, origin=origin, opened_by=scope.current().actor,
    )  # fmt: skip
    records.save_new([issue])
    return issue


def close_issue(issue: Issue, *, on: date, outcome: str) -> None:
    """
    Record that it is done, and how.

    Raises
    ------
    Conflict
        If it is closed already.
    """
    if issue.closed_on is not None:
        raise Conflict(f"该事项已于 {issue.closed_on} 办结")
    records.change(Issue, {issue.pk: {"closed_on": on, "outcome": outcome}}, action="close")
    issue.closed_on, issue.outcome = on, outcome


def is_overdue(issue: Issue, *, as_of: date) -> bool:
    """A deadline ends with its day."""
    return issue.closed_on is None and issue.due_on < as_of
