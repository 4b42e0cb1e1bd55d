"""After the tour: decisions, and what became of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tuijin.ledger import scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Project
from tuijin.meet.days import load_days
from tuijin.meet.decisions import decide
from tuijin.meet.forms import ClosingForm, DecisionForm
from tuijin.meet.models import Decision
from tuijin.meet.views import find_meeting
from tuijin.push.issues import close_issue


@requires("decide")
@require_POST
def add_decision(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Record a decision; it becomes an issue."""
    meeting = find_meeting(meeting_id)
    projects = {s.project_id: s.project.name for plan in load_days(meeting) for s in plan.stops}
    form = DecisionForm(request.POST, projects=projects.items())
    if not form.is_valid():
        context = {"form": form, "meeting": meeting, "title": _("记录议定事项")}
        return render(request, "meet/form.html", context, status=422)
    data = form.cleaned_data
    project = None
    if data["project"]:
        project = visible.find_or_404(Project.objects, pk=int(data["project"]))
    decide(
        meeting,
        project=project,
        text=data["text"],
        owner_unit=data["owner_unit"],
        due_on=data["due_on"],
    )
    messages.success(request, _("已记录，并转为督办事项"))
    return redirect("meeting", meeting.pk)


@requires("decide")
@require_http_methods(["GET", "POST"])
def close_decision(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Say that the issue of a decision is done, and how."""
    rows = Decision.objects.select_related("issue", "meeting__place")
    decision = visible.find_or_404(rows, pk=decision_id, issue__isnull=False)
    scope.current().require("decide", place_id=decision.place_id)
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and decision.issue is not None:
        data = form.cleaned_data
        close_issue(decision.issue, on=data["closed_on"], outcome=data["outcome"])
        return redirect("meeting", decision.meeting_id)
    context = {"form": form, "meeting": decision.meeting, "title": _("办结"), "note": decision.text}
    status = 422 if form.is_bound else 200
    return render(request, "meet/form.html", context, status=status)
