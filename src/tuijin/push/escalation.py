"""Level by level: each step up is one slip (督办单) with a number and a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max

from tuijin.errors import Conflict
from tuijin.ledger import records, scope, trail
from tuijin.push import states
from tuijin.push.deadlines import Limits, pauses_of
from tuijin.push.issues import refuse_unaddressed
from tuijin.push.models import ClockRule, Issue, Slip


def escalate_due(issues: Sequence[Issue], limits: Limits, *, on: date) -> list[Slip]:
    """Take every issue to each level it is late enough for."""
    pauses, slips = pauses_of(issues), []
    for issue in issues:
        late = limits.late_workdays(issue, pauses.get(issue.pk, []), as_of=on)
        rules = limits.levels_due(issue, late=late)
        slips += [write_slip(issue, rule, late=late, on=on) for rule in rules]
    return slips


def write_slip(issue: Issue, rule: ClockRule, *, late: int, on: date) -> Slip:
    """Write the slip of a level, numbered without a gap in its year."""
    with transaction.atomic():
        trail.lock()  # whoever writes waits here, so that no two take the same number
        numbered = Slip._base_manager.filter(year=on.year)  # of every place, not of one's sight
        last = numbered.aggregate(last=Max("number"))["last"]
        slip = Slip(
            issue=issue, year=on.year, number=(last or 0) + 1, level=rule.level, rule=rule,
            addressed_to=issue.owner_unit or "项目办", facts=_facts(issue, late=late), issued_on=on,
            issued_by=scope.current().actor,
        )  # fmt: skip
        records.save_new([slip], action="escalate")
        level = max(issue.level, rule.level)
        records.change(Issue, {issue.pk: {"level": level}}, action="escalate")
        issue.level = level
    return slip


def _facts(issue: Issue, *, late: int) -> list[list[str]]:
    """What the slip says of the issue, as it is on its day."""
    zh, en = states.STATES[issue.state]
    found = [
        ["事项", "Matter", issue.title],
        ["责任单位", "Responsible unit", issue.owner_unit or "—"],
        ["办理状态", "State", f"{zh} {en}"],
        ["应办时限", "Due", issue.next_due_on.isoformat() if issue.next_due_on else "—"],
        ["逾期工作日", "Working days late", str(late)],
    ]
    public = [[zh, en, value] for zh, en, value, kind in issue.figures if kind in "PI"]
    return found + public


def receive(slip: Slip, *, on: date) -> None:
    """
    Sign for a slip.

    Raises
    ------
    Conflict
        If somebody has.
    """
    issue = slip.issue
    scope.current().require("reply", place_id=issue.place_id, project_id=issue.project_id)
    refuse_unaddressed(issue)
    if slip.received_on is not None:
        raise Conflict("已签收", code="state")
    received = {"received_on": on, "received_by": scope.current().actor}
    records.change(Slip, {slip.pk: received}, action="receive")
