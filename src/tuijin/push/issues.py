"""Open an issue and take it step by step along `states.STEPS`; every step is in the trail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from tuijin.errors import Conflict, ImportFailed, NotAllowed, Problem
from tuijin.ledger import records, scope, trail, visible
from tuijin.ledger.models import Evidence, Project, User
from tuijin.push import officers, states
from tuijin.push.deadlines import Limits
from tuijin.push.models import ClockRule, Issue, IssueStep, Pause
from tuijin.push.states import Step

# Roles that answer only what is addressed to them.
_ADDRESSED_ONLY = ("city_department", "place_officer")


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says with a step; what a step does not ask for is left alone."""

    note: str = ""
    evidence: Evidence | None = None
    owner_unit: str = ""
    owner: User | None = None
    due_on: date | None = None
    severity: str = ""


def build_issue(
    title: str, *, place_id: str, project_id: int | None, on: date, category: str = "other",
    detail: str = "", severity: str = "ordinary", origin: str = "", cause: str = "",
    figures: Sequence[Sequence[str]] = (), rule: ClockRule | None = None,
    limits: Limits | None = None,
) -> Issue:  # fmt: skip
    """Put an issue together with its first limit; it is not saved yet."""
    issue = Issue(
        key=f"issue:{uuid.uuid4().hex[:20]}", title=title, detail=detail, category=category,
        severity=severity, place_id=place_id, project_id=project_id, origin=origin, cause=cause,
        figures=[list(figure) for figure in figures], rule=rule, opened_on=on,
        opened_by=scope.current().actor,
    )  # fmt: skip
    for name, value in (limits or Limits()).kept(issue, ()).items():
        setattr(issue, name, value)
    return issue


def open_issue(title: str, **given: Any) -> Issue:
    """
    Record an issue of what `build_issue` takes; the caller has checked who may.

    Raises
    ------
    Conflict
        If what it came from has an open issue already.
    """
    issue = build_issue(title, **given)
    try:
        with transaction.atomic():
            records.save_new([issue], action="raise")
    except IntegrityError as error:
        raise Conflict("此事已有未销号的问题", code="exists") from error
    return issue


def take_step(issue: Issue, step: Step, given: Given, *, on: date) -> Issue:
    """
    Take one step, and return the issue as it is then.

    Raises
    ------
    NotAllowed
        If the role may not, if it is addressed to somebody else, or if it would be one's own work
        that one approves (`self_approval`).
    Conflict
        If the state does not allow it (`state`).
    ImportFailed
        If something that the step needs is missing.
    """
    with transaction.atomic():
        trail.lock()
        issue = visible.find_or_404(Issue.objects.select_for_update(of=("self",)), pk=issue.pk)
        refuse(issue, step)
        if issue.state not in step.comes_from:
            zh = states.STATES[issue.state][0]
            raise Conflict(f"“{zh}”状态下不能{step.zh}", code="state")
        _check_given(issue, step, given)
        moved = IssueStep(
            issue=issue, step=step.code, from_state=issue.state, to_state=step.leads_to,
            by=scope.current().actor, on=on, note=given.note, evidence=given.evidence,
        )  # fmt: skip
        columns = _columns(issue, step, given, on=on)
        for name, value in columns.items():
            setattr(issue, name, value)
        columns |= Limits().kept(issue, list(Pause.objects.filter(issue=issue)))
        records.save_new([moved], action=step.code)
        records.change(Issue, {issue.pk: columns}, action=step.code)
    return visible.find_or_404(Issue.objects, pk=issue.pk)


def refuse(issue: Issue, step: Step) -> None:
    """
    Refuse who may not take a step, whatever the state.

    Raises
    ------
    NotAllowed
    """
    who = scope.current()
    who.require(step.action, place_id=issue.place_id, project_id=issue.project_id)
    if step.action == "reply":
        refuse_unaddressed(issue)
    if step.is_by_others and has_in_hand(issue, who):
        raise NotAllowed("不能核验、销号自己办理的事项", code="self_approval")


def refuse_unaddressed(issue: Issue) -> None:
    """Refuse who answers only what is addressed to them, and this is not."""
    who = scope.current()
    is_open_to_officer = issue.owner_id is None and who.role.reach == "projects"
    is_addressed = issue.owner_id == who.user_id or is_open_to_officer
    if who.role.code not in _ADDRESSED_ONLY or is_addressed:
        return
    if issue.owner_id is not None or issue.owner_unit not in officers.unit_names(who.user_id):
        raise NotAllowed("此事未交办给您", code="not_addressed")


def has_in_hand(issue: Issue, who: scope.Scope) -> bool:
    """Whether somebody answers for the issue, or took it in hand at any time."""
    if who.user_id is not None and issue.owner_id == who.user_id:
        return True
    steps = IssueStep.objects.filter(issue=issue, step__in=states.IN_HAND)
    return steps.filter(by=who.actor).exists()


def steps_open_to_reader(issue: Issue) -> list[Step]:
    """Steps the reader may take now."""
    found = []
    for step in states.steps_from(issue.state):
        try:
            refuse(issue, step)
        except NotAllowed:
            continue
        found.append(step)
    return found


def _check_given(issue: Issue, step: Step, given: Given) -> None:
    lacks_evidence = given.evidence is None and issue.project_id is not None
    missing = {
        "note": not given.note,
        "unit": not (given.owner_unit or issue.owner_unit),
        "evidence": lacks_evidence,
    }
    words = {"note": "请写明情况", "unit": "请写明责任单位", "evidence": "请附办结依据"}
    fields = {"note": "note", "unit": "owner_unit", "evidence": "evidence"}
    problems = [
        Problem("required", words[need], field=fields[need]) for need in step.needs if missing[need]
    ]
    if problems:
        raise ImportFailed(problems[0].message, code="required", problems=problems)
    if given.owner is not None and not _sees(given.owner, issue):
        raise ImportFailed("该账号看不到此事项，请先由安全管理员授权", code="owner_blind")
    if given.evidence is not None and given.evidence.project_id != issue.project_id:
        raise ImportFailed("依据不属于此项目", code="unknown_reference")


def _sees(user: User, issue: Issue) -> bool:
    found = scope.build_scope(user)
    return "I" in found.classes_for(place_id=issue.place_id, project_id=issue.project_id)


def _columns(issue: Issue, step: Step, given: Given, *, on: date) -> dict[str, Any]:
    columns: dict[str, Any] = {"state": step.leads_to}
    if step.code in ("assign", "reassign"):
        columns |= {"assigned_on": on, "owner_id": given.owner and given.owner.pk}
        columns["owner_unit"] = given.owner_unit or issue.owner_unit
        if given.severity:
            columns["severity"] = given.severity
        if given.due_on is not None:
            if given.due_on < on:
                raise ImportFailed(f"时限不能早于交办之日 {on}", code="date")
            columns |= {"due_on": given.due_on, "is_due_given": True}
    elif step.code == "report":
        columns |= {"reported_on": on, "outcome": given.note}
    elif step.code == "return":
        columns["reported_on"] = None
    elif step.code == "close":
        columns |= {"closed_on": on, "outcome": given.note or issue.outcome}
    elif step.code == "drop":
        columns |= {"closed_on": on, "outcome": given.note}
    elif step.code == "reopen":  # a new clock, by the rules
        columns |= {"assigned_on": on, "closed_on": None, "is_due_given": False, "due_on": None,
                    "reported_on": None}  # fmt: skip
    return columns


def pause(issue: Issue, *, reason: str, on: date) -> Pause:
    """
    Let the clock stand from a day on, for a recorded reason.

    Raises
    ------
    Conflict
        If it stands already, or the issue is over.
    """
    with transaction.atomic():
        issue = _held_to_dispatch(issue)
        if issue.is_over or Pause.objects.filter(issue=issue, ends_on=None).exists():
            raise Conflict("已销号或已经停计", code="state")
        found = Pause(issue=issue, starts_on=on, reason=reason, by=scope.current().actor)
        records.save_new([found], action="pause")
        refresh_kept(issue)
    return found


def resume(issue: Issue, *, on: date) -> None:
    """
    Let the clock run again from a day on.

    Raises
    ------
    Conflict
        If it does not stand.
    """
    with transaction.atomic():
        issue = _held_to_dispatch(issue)
        standing = Pause.objects.filter(issue=issue, ends_on=None).first()
        if standing is None:
            raise Conflict("没有停计", code="state")
        records.change(Pause, {standing.pk: {"ends_on": on}}, action="resume")
        refresh_kept(issue)


def _held_to_dispatch(issue: Issue) -> Issue:
    """The issue as it is now, held to the end of the transaction by who may dispatch it."""
    trail.lock()
    issue = visible.find_or_404(Issue.objects.select_for_update(of=("self",)), pk=issue.pk)
    scope.current().require("dispatch", place_id=issue.place_id, project_id=issue.project_id)
    return issue


def refresh_kept(issue: Issue) -> None:
    """Draw the kept columns of one issue anew."""
    columns = Limits().kept(issue, list(Pause.objects.filter(issue=issue)))
    records.change(Issue, {issue.pk: columns}, action="clock")


def title_of(project: Project | None, title: str) -> str:
    return title if project is None else f"{project.name}：{title}"[:500]
