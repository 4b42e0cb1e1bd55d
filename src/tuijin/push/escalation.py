"""Level by level: each step up is one slip (督办单) with a number and a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max

from tuijin.errors import Conflict
from tuijin.ledger import records, scope, trail, visible
from tuijin.ledger.models import Place
from tuijin.push import states
from tuijin.push.deadlines import Limits, pauses_of
from tuijin.push.issues import refuse_unaddressed
from tuijin.push.models import Assignment, ClockRule, Issue, Slip
from tuijin.push.rungs import RUNGS


def escalate_due(issues: Sequence[Issue], limits: Limits, *, on: date) -> list[Slip]:
    """Take every issue that is late enough one level up; what was missed is made up day by day."""
    pauses, due = pauses_of(issues), []
    for issue in issues:
        late = limits.late_workdays(issue, pauses.get(issue.pk, []), as_of=on)
        rule = limits.next_level(issue, late=late)
        if rule is not None:
            due.append((issue, rule, late))
    names = Names([issue for issue, _, _ in due])
    return [write_slip(issue, rule, late=late, on=on, names=names) for issue, rule, late in due]


def at_once() -> list[Issue]:
    """Open issues of a light whose rule has people told on the same day."""
    rows = Issue.objects.filter(state__in=states.OPEN, rule__amount=0)
    return list(rows.exclude(rule__reaches="").select_related("rule").order_by("pk"))


class Names:
    """What the addressees of slips are called, read once for many issues."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        places = Place.objects.filter(code__in={issue.place_id for issue in issues})
        self._places = dict(places.values_list("code", "name"))
        leaders = Assignment.objects.filter(
            project__in={issue.project_id for issue in issues}, kind="leader", ends_on=None
        )
        self._leaders = dict(leaders.values_list("project_id", "holder"))

    def addressee(self, issue: Issue, rule: ClockRule) -> str:
        """
        Whom a slip is addressed to.

        A late matter is laid before the rung of its level; what a light asks for is asked of the
        unit, whoever else is told.
        """
        rung = RUNGS[rule.reaches if rule.trigger == "late" and rule.reaches else "unit"]
        return rung.addressee.format(
            unit=issue.owner_unit or "项目办",
            leader=self._leaders.get(issue.project_id or 0, RUNGS["project_leader"].zh),
            place=self._places[issue.place_id],
        )[:200]  # of the column


def write_slip(
    issue: Issue, rule: ClockRule, *, late: int, on: date, names: Names | None = None
) -> Slip:
    """Write the slip of a level, numbered without a gap in its year."""
    addressee = (names or Names([issue])).addressee(issue, rule)
    with transaction.atomic():
        trail.lock()  # whoever writes waits here, so that no two take the same number
        numbered = Slip._base_manager.filter(year=on.year)  # of every place, not of one's sight
        last = numbered.aggregate(last=Max("number"))["last"]
        slip = Slip(
            issue=issue, year=on.year, number=(last or 0) + 1, level=rule.level, rule=rule,
            addressed_to=addressee, facts=_facts(issue, late=late), issued_on=on,
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
    with transaction.atomic():
        trail.lock()  # and what it says now is read after
        slip = visible.find_or_404(Slip.objects.select_related("issue"), pk=slip.pk)
        issue = slip.issue
        scope.current().require("reply", place_id=issue.place_id, project_id=issue.project_id)
        refuse_unaddressed(issue)
        if slip.received_on is not None:
            raise Conflict("已签收", code="state")
        received = {"received_on": on, "received_by": scope.current().actor}
        records.change(Slip, {slip.pk: received}, action="receive")
