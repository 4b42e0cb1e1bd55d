"""包联: who answers for which project, what they wrote on site, and who has not been where."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q

from tuijin.errors import Conflict, ImportFailed, NotFound
from tuijin.ledger import records, scope
from tuijin.ledger.models import Project, User
from tuijin.push import states
from tuijin.push.models import Assignment, Issue, Visit

# Staff officers look after 5 to 7 projects; no published number of visits was found for a city.
MOST_PROJECTS = 7
NEGLECTED_DAYS = 30


def assign(
    project: Project, *, kind: str, holder: str, user: User | None, starts_on: date
) -> Assignment:
    """
    Let somebody answer for a project; a leader or department before them ends the day before.

    Raises
    ------
    NotAllowed
        If the project is not one's own to dispatch.
    ImportFailed
        If the account does not see the project: sight is given by two administrators.
    Conflict
        If they answer for it already.
    """
    scope.current().require("dispatch", place_id=project.place_id, project_id=project.pk)
    if user is not None and not _sees(user, project):
        raise ImportFailed("该账号看不到此项目，请先由安全管理员授权", code="owner_blind")
    with transaction.atomic():
        before = Assignment.objects.filter(project=project, kind=kind, ends_on=None)
        if kind != "officer":
            for old in before:
                if old.holder == holder:
                    raise Conflict("已是此项目的包联人", code="exists")
                last = max(old.starts_on, starts_on - timedelta(days=1))
                records.change(Assignment, {old.pk: {"ends_on": last}}, action="relieve")
        found = Assignment(
            project=project, kind=kind, holder=holder, user=user, starts_on=starts_on
        )
        try:
            with transaction.atomic():
                records.save_new([found], action="assign")
        except IntegrityError as error:
            raise Conflict("已是此项目的包联人", code="exists") from error
    return found


def relieve(assignment: Assignment, *, on: date) -> None:
    """End an assignment with a day."""
    project = assignment.project
    scope.current().require("dispatch", place_id=project.place_id, project_id=project.pk)
    if assignment.ends_on is not None:
        raise Conflict("已经解除", code="state")
    last = max(assignment.starts_on, on)
    records.change(Assignment, {assignment.pk: {"ends_on": last}}, action="relieve")


def _sees(user: User, project: Project) -> bool:
    classes = scope.build_scope(user).classes_for(place_id=project.place_id, project_id=project.pk)
    return "I" in classes


def record_visit(project: Project, values: Mapping[str, Any], *, today: date) -> Visit:
    """
    Record a visit of the signed-in user; the same visit sent twice is one.

    Raises
    ------
    NotAllowed
        If the project is not one's own.
    ImportFailed
        If it lies in the future, or its photo is another project's.
    """
    who = scope.current()
    who.require("comment", place_id=project.place_id, project_id=project.pk)
    if who.user_id is None:
        raise Conflict("走访须由本人登录记录", code="state")
    if values["visited_on"] > today:
        raise ImportFailed("走访日期不能晚于今天", code="date")
    evidence = values.get("evidence")
    if evidence is not None and evidence.project_id != project.pk:
        raise ImportFailed("照片不属于此项目", code="unknown_reference")
    visit = Visit(project=project, user_id=who.user_id, **values)
    known = Visit.objects.filter(
        project=project, user_id=who.user_id, visited_on=visit.visited_on, record=visit.record
    ).first()
    if known is not None:
        return known
    records.save_new([visit], action="visit")
    return visit


@dataclass(slots=True)
class Load:
    """What one person carries on a day."""

    holder: str
    kind: str
    user_id: int | None
    projects_count: int = 0
    open_count: int = 0
    late_count: int = 0
    visits_count: int = 0  # of the last 30 days
    last_visit_on: date | None = None
    neglected: list[tuple[Project, int | None]] = field(default_factory=list)

    @property
    def is_heavy(self) -> bool:
        return self.kind == "officer" and self.projects_count > MOST_PROJECTS


def current(*, as_of: date) -> Any:
    """Assignments that hold on a day."""
    ends = Q(ends_on=None) | Q(ends_on__gte=as_of)
    return Assignment.objects.filter(ends, starts_on__lte=as_of)


def loads(*, as_of: date) -> list[Load]:
    """Everybody's load in the reader's sight, the most neglected first."""
    rows = list(current(as_of=as_of).select_related("project"))
    last = last_visits(row.project_id for row in rows)
    recent = Counter(
        Visit.objects.filter(visited_on__gt=as_of - timedelta(days=30), visited_on__lte=as_of)
        .values_list("user_id", flat=True)
    )  # fmt: skip
    issues = _open_issues(as_of=as_of)
    found: dict[tuple[str, str, int | None], Load] = {}
    for row in rows:
        key = (row.kind, row.holder, row.user_id)
        load = found.setdefault(key, Load(row.holder, row.kind, row.user_id))
        load.projects_count += 1
        load.open_count += issues[row.project_id][0]
        load.late_count += issues[row.project_id][1]
        if row.kind == "department":
            continue  # a department is judged by its issues; people go
        seen = last.get((row.project_id, row.user_id))
        load.visits_count = recent[row.user_id] if row.user_id else 0
        if seen and (load.last_visit_on is None or seen > load.last_visit_on):
            load.last_visit_on = seen
        days = (as_of - (seen or row.starts_on)).days
        if days > NEGLECTED_DAYS:
            load.neglected.append((row.project, days if seen else None))
    for load in found.values():
        load.neglected.sort(key=lambda pair: (pair[1] is not None, -(pair[1] or 0)))
    return sorted(found.values(), key=lambda x: (-len(x.neglected), -x.projects_count, x.holder))


def last_visits(project_ids: Iterable[int]) -> dict[tuple[int, int | None], date]:
    """The last visit of each person to each project."""
    wanted = set(project_ids)
    rows = Visit.objects.order_by().values_list("project_id", "user_id")
    return {
        (project, user): on
        for project, user, on in rows.annotate(last=Max("visited_on"))
        if project in wanted
    }


def _open_issues(*, as_of: date) -> dict[int, tuple[int, int]]:
    """Open and late issues of each project."""
    rows = Issue.objects.filter(state__in=states.OPEN).order_by().values("project_id")
    counted = rows.annotate(
        open=Count("id"), late=Count("id", filter=Q(next_due_on__lt=as_of))
    ).values_list("project_id", "open", "late")
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    found.update({project: (n, late) for project, n, late in counted if project})
    return found


def unit_names(user_id: int | None) -> set[str]:
    """Names under which an account answers as a unit: its own, and those it holds in 包联."""
    held = Assignment.objects.filter(user=user_id, ends_on=None).values_list("holder", flat=True)
    own = User.objects.filter(pk=user_id).values_list("display_name", flat=True)
    return {*held, *own}


def find_user(username: str) -> User:
    """
    Return an account that may hold an assignment.

    Raises
    ------
    NotFound
    """
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound
    return user
