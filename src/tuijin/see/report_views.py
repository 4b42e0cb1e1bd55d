"""Pages for a phone on site: what is to be reported, a progress report, a month's operation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tuijin.errors import ImportFailed
from tuijin.importers.dates import parse_period, show_period
from tuijin.importers.faults import Fault
from tuijin.ledger import evidence, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Project
from tuijin.see import editing, forms, reporting
from tuijin.see.drafts import sent
from tuijin.see.language import write_period
from tuijin.see.reporting import Known

_MOST_SHOWN = 300


def _own_project(project_id: int) -> Project:
    project = visible.find_or_404(Project.objects.select_related("place"), pk=project_id)
    scope.current().require("report", place_id=project.place_id, project_id=project.pk)
    return project


def _period(text: str, today: date) -> str:
    try:
        return parse_period(text) if text else reporting.recent_periods(today)[0]
    except Fault as fault:
        raise ImportFailed(fault.expected, code=fault.code) from fault


@requires("report")
@require_GET
def show_reports(request: HttpRequest) -> HttpResponse:
    """The reader's own projects, those still to report first."""
    period = _period(request.GET.get("period", ""), timezone.localdate())
    rows = reporting.to_report(period=period)
    text = request.GET.get("text", "").strip()[:100]
    if text:
        rows = rows.filter(name__icontains=text)
    shown: list[Any] = list(rows.select_related("place")[:_MOST_SHOWN])
    context = {
        "projects": [(one, one.last_period and write_period(one.last_period)) for one in shown],
        "most": _MOST_SHOWN,
        "count": rows.count(),
        "left_count": rows.filter(done_period=None).count(),
        "period": period,
        "periods": _choices(timezone.localdate()),
        "text": text,
    }
    return render(request, "see/reports.html", context)


def _choices(today: date) -> list[tuple[str, str]]:
    return [(period, write_period(period)) for period in reporting.recent_periods(today)]


@requires("report")
@require_http_methods(["GET", "POST"])
def record_report(request: HttpRequest, project_id: int) -> HttpResponse:
    """A report of a month or 旬: what is known stands there, what changed is typed."""
    project, today = _own_project(project_id), timezone.localdate()
    posted = request.POST if request.method == "POST" else None
    period = _period((posted or request.GET).get("period", ""), today)
    known = reporting.read_known(project, period)
    form = forms.ReportForm(posted, request.FILES or None, initial=_initial(known),
                            has_stage=scope.current().may("edit"))  # fmt: skip
    if posted is None or not form.is_valid():
        return _form(request, form, known)
    values = form.changes()
    found = [] if form.cleaned_data["confirmed"] else reporting.doubts(known, values)
    if found:
        return _form(request, form, known, doubts=found)
    _save(known, form, values, today)
    messages.success(request, _("进度已上报"))
    return sent(reverse("project", args=[project.pk]), _draft(known))


def _draft(known: Known) -> str:
    return f"report-{known.project.pk}-{known.period}"


def _initial(known: Known) -> dict[str, Any]:
    values = known.copied()
    return {
        "period": known.period,
        "year_done_wan": forms.write_wan(values.get("year_done_yuan")),
        "total_done_wan": forms.write_wan(values.get("total_done_yuan")),
        "progress": values.get("progress", ""),
        "problems": values.get("problems", ""),
        "stage": known.project.stage,
    }


def _save(known: Known, form: forms.ReportForm, values: dict[str, Any], today: date) -> None:
    project, data = known.project, form.cleaned_data
    if not reporting.is_unchanged(known, values):
        editing.record_report(project, known.period, values)
    if data.get("stage") and data["stage"] != project.stage:
        reporting.record_stage(project, data["stage"], on=today)
    if data.get("file"):
        shown = f"{show_period(known.period)} {_('形象进度照片')}"
        described = evidence.Described(kind="photo", title=shown, taken_on=today, note="")
        evidence.attach(project, data["file"], described)


def _form(request: HttpRequest, form: forms.ReportForm, known: Known, doubts: Any = ()
          ) -> HttpResponse:  # fmt: skip
    project = known.project
    shows_plan = visible.is_shown(
        "year_planned_yuan", place_id=project.place_id, project_id=project.pk
    )
    context = {
        "form": form,
        "known": known,
        "project": project,
        "period": write_period(known.period),
        "before_period": known.before and write_period(known.before.period),
        "plan": known.plan if shows_plan else None,
        "periods": _choices(timezone.localdate()),
        "doubts": doubts,
        "draft": _draft(known),
    }
    return render(request, "see/report.html", context, status=422 if form.is_bound else 200)


@requires("report")
@require_http_methods(["GET", "POST"])
def record_operation(request: HttpRequest, project_id: int) -> HttpResponse:
    """Sales, tax, jobs and electricity of a month."""
    project, today = _own_project(project_id), timezone.localdate()
    last = reporting.last_operation(project, before=today.replace(day=1))
    month = date.fromordinal(today.replace(day=1).toordinal() - 1)
    initial = {"month": f"{month:%Y-%m}", "jobs_count": last and last.jobs_count}
    form = forms.OperationForm(request.POST or None, initial=initial)
    draft = f"operation-{project.pk}"
    if request.method == "POST" and form.is_valid():
        reporting.record_operation(project, form.cleaned_data["month"], form.changes())
        messages.success(request, _("运行记录已上报"))
        return sent(reverse("project", args=[project.pk]), draft)
    context = {"form": form, "project": project, "title": _("填报运行"), "draft": draft,
               "submit": _("上报")}  # fmt: skip
    return render(request, "see/form.html", context, status=422 if form.is_bound else 200)
