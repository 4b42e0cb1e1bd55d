"""Pages that change: a project's columns, its reports and reasons, many projects at once."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tuijin.errors import Conflict, ImportFailed, NotAllowed, VersionConflict
from tuijin.importers.nouns import CHOICES
from tuijin.ledger import places_below, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Park, Place, Project
from tuijin.see import editing, forms, merging, overview
from tuijin.see import project_page as parts

_MOST_AT_ONCE = 200


def _own_project(project_id: int, action: str) -> Project:
    """The visible project, which must also be the reader's own."""
    project = visible.find_or_404(Project.objects, pk=project_id)
    scope.current().require(action, place_id=project.place_id, project_id=project.pk)
    return project


def _form(project: Project | None, data: Any = None) -> forms.ProjectForm:
    """The form of a project, or of a new one; offers the places the reader may write in."""
    own = [project.place_id] if project else []
    codes = {*places_below.codes(overview.home_places()), *own}
    sums = Place.objects.filter(name="市辖区").exclude(code__in=own)  # of districts, no place
    counties = Place.objects.filter(code__in=codes, level=Place.Level.COUNTY)
    places = list(counties.exclude(pk__in=sums))
    parks = list(Park.objects.filter(place__in=codes).order_by("name"))
    initial = forms.initial_of(project) if project else {"stage": "planned", "status": "active"}
    return forms.ProjectForm(data, initial=initial, places=places, parks=parks)


@requires("edit")
@require_http_methods(["GET", "POST"])
def add_project(request: HttpRequest) -> HttpResponse:
    """Put a new project on record."""
    form = _form(None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        project = editing.create_project(form.changes())
        messages.success(request, _("项目已入账"))
        return redirect("project", project.pk)
    return render(request, "see/edit.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("edit")
@require_http_methods(["GET", "POST"])
def edit_project(request: HttpRequest, project_id: int) -> HttpResponse:
    """Change columns; if somebody else saved first, show both sides."""
    project = _own_project(project_id, "edit")
    sent = merging.merge(request.POST.dict(), project) if request.method == "POST" else None
    form = _form(project, sent)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            waits = editing.change_project(
                project, form.changes(), seen_version=data["version"], reason=data["reason"]
            )
        except VersionConflict:
            return _show_conflict(request, project, form)
        except ImportFailed as error:
            form.add_error("reason", str(error))
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            saved = _("已保存；总投资、装机和用地的更正等待另一人批准") if waits else _("已保存")
            messages.success(request, saved)
            return redirect("project", project.pk)
    status = 422 if form.is_bound else 200
    return render(request, "see/edit.html", {"project": project, "form": form}, status=status)


def _show_conflict(request: HttpRequest, project: Project, form: forms.ProjectForm) -> HttpResponse:
    """Both sides, field by field; what was sent is saved only as it is picked."""
    sent: Any = form.data
    again = _form(project, {**sent, "version": str(project.version)})
    met = merging.compare(project, form)
    context = {"project": project, "form": again, "met": met, "both": met.of("both"),
               "alone": met.of("mine") + met.of("theirs")}  # fmt: skip
    return render(request, "see/conflict.html", context, status=412)


@requires("edit")
@require_POST
def record_reason(request: HttpRequest, project_id: int) -> HttpResponse:
    """Record a good reason, which lifts a light."""
    project = _own_project(project_id, "edit")
    form = forms.ReasonForm(request.POST, nodes=parts.reason_choices(project.place_id))
    if not form.is_valid():
        context = {"project": project, "form": form, "title": _("记录正当理由")}
        return render(request, "see/form.html", context, status=422)
    data = form.cleaned_data
    editing.record_reason(project, data["node"], data["reason"])
    messages.success(request, _("理由已记录，亮灯已重算"))
    return redirect("project", project.pk)


@requires("edit")
@require_POST
def change_many(request: HttpRequest) -> HttpResponse:
    """Set one column of the ticked projects."""
    ids = [int(text) for text in request.POST.getlist("ids") if re.fullmatch("[0-9]{1,18}", text)]
    column, _sign, value = request.POST.get("change", "").partition("=")
    if column not in forms.BULK or value not in CHOICES[column]:
        raise ImportFailed(f"cannot set {column[:40]!r} to {value[:40]!r}", code="bulk")
    if not 0 < len(ids) <= _MOST_AT_ONCE:
        raise ImportFailed(f"choose 1 to {_MOST_AT_ONCE} projects, got {len(ids)}", code="bulk")
    who = scope.current()
    for pk, place_id in Project.objects.filter(pk__in=ids).values_list("pk", "place_id"):
        if not who.owns(place_id=place_id, project_id=pk):
            raise NotAllowed(_("所选项目中有不归您管的"))
    number = editing.change_many(ids, column=column, value=value)
    messages.success(request, _("已修改%(number)s个项目") % {"number": number})
    return redirect(f"/projects/?{request.POST.get('query', '')[:1000]}")
