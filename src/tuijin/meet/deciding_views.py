"""After the tour: decisions; what becomes of them is the issue's own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tuijin.ledger import visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Project
from tuijin.meet.days import load_days
from tuijin.meet.decisions import decide
from tuijin.meet.forms import DecisionForm
from tuijin.meet.views import find_meeting
from tuijin.push import local_day


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
        today=local_day.today(),
    )
    messages.success(request, _("已记录，并转为督办事项"))
    return redirect("meeting", meeting.pk)
