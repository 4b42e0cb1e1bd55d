"""Pages of 包联: load and neglect, who answers for a project, a visit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.ledger import evidence, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Evidence, Project, User
from tuijin.push import local_day, officers
from tuijin.push.forms import AssignmentForm, VisitForm
from tuijin.push.models import Assignment
from tuijin.see.drafts import sent

_MAY_HOLD = ("city_leader", "city_department", "place_leader", "place_officer", "place_editor")


def _own_project(project_id: int, action: str) -> Project:
    project = visible.find_or_404(Project.objects, pk=project_id)
    scope.current().require(action, place_id=project.place_id, project_id=project.pk)
    return project


@requires("read")
@require_GET
def show_officers(request: HttpRequest) -> HttpResponse:
    """Who carries what, and who has not been where for how long."""
    context = {
        "loads": officers.loads(as_of=local_day.today()),
        "neglected_days": officers.NEGLECTED_DAYS,
        "most_projects": officers.MOST_PROJECTS,
    }
    return render(request, "push/officers.html", context)


@requires("dispatch")
@require_http_methods(["GET", "POST"])
def assign_project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Let somebody answer for a project."""
    project = _own_project(project_id, "dispatch")
    users = User.objects.filter(role__in=_MAY_HOLD, is_active=True).order_by("display_name")[:300]
    initial = {"starts_on": local_day.today()}
    form = AssignmentForm(request.POST or None, users=users, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        user = officers.find_user(data["user"]) if data["user"] else None
        officers.assign(project, kind=data["kind"], holder=data["holder"], user=user,
                        starts_on=data["starts_on"])  # fmt: skip
        messages.success(request, _("已记录包联"))
        return redirect("project", project.pk)
    return _form(request, form, project, _("安排包联"))


@requires("dispatch")
@require_POST
def relieve(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """End an assignment today."""
    rows = Assignment.objects.select_related("project")
    found = visible.find_or_404(rows, pk=assignment_id)
    officers.relieve(found, on=local_day.today())
    return redirect("project", found.project_id)


@requires("comment")
@require_http_methods(["GET", "POST"])
def record_visit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Write a visit down, with a photo where there is one."""
    project = _own_project(project_id, "comment")
    today = local_day.today()
    form = VisitForm(request.POST or None, request.FILES or None, initial={"visited_on": today})
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["evidence"] = _photo(project, values.pop("file"), taken_on=values["visited_on"])
        officers.record_visit(project, values, today=today)
        messages.success(request, _("走访已记录"))
        return sent(reverse("project", args=[project.pk]), f"visit-{project.pk}")
    return _form(request, form, project, _("记录走访"), draft=f"visit-{project.pk}")


def _photo(project: Project, upload: Any, *, taken_on: Any) -> Evidence | None:
    if upload is None:
        return None
    described = evidence.Described(kind="photo", title="走访照片", taken_on=taken_on, note="")
    return evidence.attach(project, upload, described)


def _form(request: HttpRequest, form: Any, project: Project, title: str, draft: str = ""
          ) -> HttpResponse:  # fmt: skip
    context = {"form": form, "project": project, "title": title, "draft": draft}
    return render(request, "push/form.html", context, status=422 if form.is_bound else 200)
