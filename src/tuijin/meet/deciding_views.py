"""After the tour: decisions; what becomes of them is the issue's own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tuijin.ledger.access import requires
from tuijin.meet.days import load_days, visited_projects
from tuijin.meet.decisions import decide
from tuijin.meet.forms import DecisionForm
from tuijin.meet.views import find_meeting
from tuijin.push import local_day


@requires("decide")
@require_POST
def add_decision(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Record a decision; it becomes an issue."""
    meeting = find_meeting(meeting_id)
    projects = visited_projects(load_days(meeting))
    form = DecisionForm(request.POST, projects=projects.values())
    if not form.is_valid():
        context = {"form": form, "meeting": meeting, "title": _("记录议定事项")}
        return render(request, "meet/form.html", context, status=422)
    data = form.cleaned_data
    decide(
        meeting,
        project=projects[int(data["project"])] if data["project"] else None,
        text=data["text"],
        owner_unit=data["owner_unit"],
        due_on=data["due_on"],
        today=local_day.today(),
    )
    messages.success(request, _("已记录，并转为督办事项"))
    return redirect("meeting", meeting.pk)
