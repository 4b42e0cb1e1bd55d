"""Pages of issues: mine, the board, the calendar, the ranking, today, one issue, its steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import VersionConflict
from tuijin.importers.nouns import CHOICES
from tuijin.ledger import evidence, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Evidence, Place, Project, User
from tuijin.push import board, deadlines, issues, local_day, moving
from tuijin.push.forms import IssueForm, PauseForm, StepForm
from tuijin.push.issues import Given
from tuijin.push.models import Assignment, Issue, Pause
from tuijin.push.states import STEPS, Step
from tuijin.push.wording import step_word
from tuijin.push.workdays import load_calendar
from tuijin.see import maps, overview
from tuijin.see.drafts import sent
from tuijin.see.language import choice_text
from tuijin.see.quantities import Portfolio


def find_issue(issue_id: int) -> Issue:
    return visible.find_or_404(board.shown(), pk=issue_id)


@requires("read")
@require_GET
def show_mine(request: HttpRequest) -> HttpResponse:
    """What waits for me, late first; small enough for a bad line."""
    today = local_day.today()
    context = {
        "today": today,
        "mine": board.my_issues(),
        "waiting": board.waiting_for_dispatch(),
        "projects": _own_projects(),
    }
    return render(request, "push/mine.html", context)


def _own_projects() -> list[Project]:
    who = scope.current()
    assigned = Assignment.objects.filter(user=who.user_id, ends_on=None).values("project_id")
    rows = Project.objects.filter(pk__in=assigned)
    if who.role.reach == "projects":
        rows = rows | Project.objects.filter(pk__in=who.projects)
    return list(rows.distinct()[:50])


def _filter(request: HttpRequest) -> board.Filter:
    return board.Filter(
        place=request.GET.get("place", "")[:12],
        category=request.GET.get("category", "")[:20],
        text=request.GET.get("text", "").strip()[:100],
        late=request.GET.get("late") == "1",
    )


def _filter_context(wanted: board.Filter) -> dict[str, Any]:
    homes = overview.home_places()
    rows = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    return {
        "wanted": wanted,
        "places": [(p.code, maps.place_name(p)) for p in rows.exclude(name="市辖区")],
        "categories": [(c, choice_text("issue_category", c)) for c in CHOICES["issue_category"]],
    }


@requires("read")
@require_GET
def show_board(request: HttpRequest) -> HttpResponse:
    """Every open issue by its state."""
    wanted, today = _filter(request), local_day.today()
    columns = board.read_board(wanted, as_of=today)
    context = {**_filter_context(wanted), "columns": columns, "today": today}
    return render(request, "push/board.html", context)


@requires("read")
@require_GET
def show_calendar(request: HttpRequest) -> HttpResponse:
    """What is due in the coming weeks, on working days and others."""
    wanted, today = _filter(request), local_day.today()
    calendar = load_calendar()
    weeks = [
        (start, [(day, calendar.is_workday(day), due) for day, due in days],
         any(due for _day, due in days))
        for start, days in board.read_calendar(wanted, as_of=today)
    ]  # fmt: skip
    context = {**_filter_context(wanted), "weeks": weeks, "today": today,
               "known_until": calendar.known_until}  # fmt: skip
    return render(request, "push/calendar.html", context)


@requires("read")
@require_GET
def show_ranking(request: HttpRequest) -> HttpResponse:
    """Places by the share done on time, this year, with the formula."""
    today = local_day.today()
    since = date(today.year, 1, 1)
    rows = board.rank_places(since=since, as_of=today)
    return render(request, "push/ranking.html", {"rows": rows, "since": since, "today": today})


@requires("read")
@require_GET
def show_today(request: HttpRequest) -> HttpResponse:
    """What needs a leader today."""
    today = local_day.today()
    context = {"found": board.read_today(as_of=today), "today": today}
    return render(request, "push/today.html", context)


@requires("read", to_change="raise")
@require_http_methods(["GET", "POST"])
def create_issue(request: HttpRequest) -> HttpResponse:
    """Raise an issue, about the project of the address or about a place."""
    project = None
    if request.GET.get("project"):
        project = visible.find_or_404(Project.objects, pk=request.GET["project"])
    places, projects = ([], None) if project else (_own_places(), _projects_to_raise_on())
    form = IssueForm(request.POST or None, places=places, projects=projects)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = project or data["project"]
        place_id = chosen.place_id if chosen else data["place"]
        project_id = chosen.pk if chosen else None
        scope.current().require("raise", place_id=place_id, project_id=project_id)
        issue = issues.open_issue(
            data["title"], place_id=place_id, project_id=project_id, on=local_day.today(),
            category=data["category"], detail=data["detail"], severity=data["severity"],
        )  # fmt: skip
        messages.success(request, _("已收集"))
        return sent(reverse("issue", args=[issue.pk]), "issue")
    title = _("上报问题")
    context = {"form": form, "title": title, "project": project, "draft": "issue"}
    return render(request, "push/form.html", context, status=422 if form.is_bound else 200)


def _projects_to_raise_on() -> QuerySet[Project]:
    return Portfolio((), local_day.today().year).projects()


def _own_places() -> list[tuple[str, str]]:
    who = scope.current()
    if who.everywhere:
        homes = overview.home_places()
        rows = Place.objects.filter(parent__in=homes) | Place.objects.filter(code__in=homes)
    else:
        rows = Place.objects.filter(code__in=who.places)
    return [(p.code, maps.place_name(p)) for p in rows.exclude(name="市辖区").order_by("code")]


@requires("read")
@require_GET
def show_issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    """An issue with its limits, its history, and the steps open to the reader."""
    return _render(request, find_issue(issue_id))


def _render(request: HttpRequest, issue: Issue, bound: StepForm | PauseForm | None = None,
            bound_to: str = "") -> HttpResponse:  # fmt: skip
    today = local_day.today()
    limits = deadlines.Limits()
    pauses = list(Pause.objects.filter(issue=issue))
    steps = [
        (step, bound if bound_to == step.code else _form(issue, step))
        for step in issues.steps_open_to_reader(issue)
    ]
    who = scope.current()
    owns = who.owns(place_id=issue.place_id, project_id=issue.project_id)
    context = {
        "issue": issue,
        "today": today,
        "running": [] if issue.is_over else limits.running(issue, pauses),
        "late_days": limits.late_workdays(issue, pauses, as_of=today),
        "pauses": pauses,
        "is_paused": any(pause.ends_on is None for pause in pauses),
        "may_dispatch": owns and who.may("dispatch") and not issue.is_over,
        "may_reply": owns and who.may("reply"),
        "pause_form": bound if bound_to == "pause" else PauseForm(
            initial={"version": issue.version}
        ),
        "steps": steps,
        "history": issue.steps.select_related("evidence").order_by("-pk"),
        "slips": issue.slips.order_by("number"),
        "names": dict(User.objects.values_list("username", "display_name")),
        "open_step": bound_to,
    }  # fmt: skip
    return render(request, "push/issue.html", context, status=422 if bound else 200)


def _form(issue: Issue, step: Step, data: Any = None, files: Any = None) -> StepForm:
    initial = {
        "version": issue.version, "owner_unit": issue.owner_unit or _department(issue),
        "severity": issue.severity, "note": issue.outcome if step.code == "close" else "",
    }  # fmt: skip
    users = _candidates(issue) if "unit" in step.needs else []
    return StepForm(
        data, files, step=step, users=users, has_project=issue.project_id is not None,
        initial=initial, units=_units(issue, users),
    )  # fmt: skip


def _units(issue: Issue, users: list[User]) -> dict[str, str]:
    """Names of units with the one account that bears each, by its own name or by 包联."""
    known = {user.pk: user.username for user in users}
    held = Assignment.objects.filter(project=issue.project_id, user__in=known, ends_on=None)
    named = [(user.display_name, user.username) for user in users]
    named += [(holder, known[pk]) for holder, pk in held.values_list("holder", "user_id")]
    found: dict[str, set[str]] = {}
    for name, username in named:
        found.setdefault(name, set()).add(username)
    return {name: min(accounts) for name, accounts in found.items() if len(accounts) == 1}


def _department(issue: Issue) -> str:
    rows = Assignment.objects.filter(project=issue.project_id, kind="department", ends_on=None)
    return rows.values_list("holder", flat=True).first() or ""


def _candidates(issue: Issue) -> list[User]:
    """Accounts an issue can be given to: departments, those of its project, and its place."""
    departments = User.objects.filter(role="city_department", is_active=True)
    officers = User.objects.filter(role="place_officer", is_active=True, projects=issue.project_id)
    editors = User.objects.filter(role="place_editor", is_active=True, places=issue.place_id)
    found = [*officers[:50], *editors[:50], *departments[:100]]
    return list(dict.fromkeys(found))


def build_step_view(step: Step) -> Callable[..., HttpResponse]:
    """Return the view that takes one kind of step."""

    @requires("read", to_change=step.action)
    @require_POST
    def take_step(request: HttpRequest, issue_id: int) -> HttpResponse:
        issue = find_issue(issue_id)
        issues.refuse(issue, step)
        form = _form(issue, step, request.POST, request.FILES)
        if not form.is_valid():
            return _render(request, issue, form, step.code)
        data = form.cleaned_data
        _refuse_stale(issue, data["version"])
        owner = data.get("owner")
        with transaction.atomic():  # a step that is refused leaves no evidence
            given = Given(
                note=data.get("note", ""),
                evidence=_attach(issue, data.get("file")),
                owner_unit=data.get("owner_unit", ""),
                owner=User.objects.get(username=owner) if owner else None,
                due_on=data.get("due_on"),
                severity=data.get("severity", ""),
            )
            moving.move(issue, step, given, on=local_day.today())
        messages.success(request, _("已办理：%(step)s") % {"step": step_word(step.code)})
        return sent(reverse("issue", args=[issue.pk]), f"{step.code}-{issue.pk}")

    return take_step


STEP_VIEWS = {code: build_step_view(step) for code, step in STEPS.items()}


def _refuse_stale(issue: Issue, seen: int) -> None:
    if issue.version != seen:
        raise VersionConflict


def _attach(issue: Issue, upload: Any) -> Evidence | None:
    if upload is None or issue.project is None:
        return None
    kind = "document" if (upload.name or "").lower().endswith(".pdf") else "photo"
    described = evidence.Described(
        kind=kind, title=f"办结依据：{issue.title}"[:300], taken_on=None, note=""
    )
    return evidence.attach(issue.project, upload, described)


@requires("read", to_change="dispatch")
@require_POST
def pause_issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Let the clock stand for a reason."""
    issue = find_issue(issue_id)
    scope.current().require("dispatch", place_id=issue.place_id, project_id=issue.project_id)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _render(request, issue, form, "pause")
    _refuse_stale(issue, form.cleaned_data["version"])
    issues.pause(issue, reason=form.cleaned_data["reason"], on=local_day.today())
    return redirect("issue", issue.pk)


@requires("read", to_change="dispatch")
@require_POST
def resume_issue(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Let the clock run again."""
    issue = find_issue(issue_id)
    issues.resume(issue, on=local_day.today())
    return redirect("issue", issue.pk)
