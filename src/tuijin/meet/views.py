"""Pages of the clerk and of everybody: the meetings, one meeting, its stops and their order."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import ImportFailed
from tuijin.ledger import records, scope, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Rulebook
from tuijin.meet import ballots, ordering, planning
from tuijin.meet.days import DayPlan, load_days, visited_projects
from tuijin.meet.forms import DecisionForm, MeetingForm, StopForm, initial_of
from tuijin.meet.models import Decision, Meeting, Stop
from tuijin.meet.sheets import build_sheet
from tuijin.meet.tour_map import build_map
from tuijin.meet.wording import stated_sentence, tour_sentences, write_formula
from tuijin.push.deadlines import is_overdue


def find_meeting(meeting_id: int) -> Meeting:
    return visible.find_or_404(Meeting.objects.select_related("place", "source"), pk=meeting_id)


def find_stop(stop_id: int) -> Stop:
    rows = Stop.objects.select_related("project__place", "meeting__place")
    return visible.find_or_404(rows, pk=stop_id)


@requires("read")
@require_GET
def show_meetings(request: HttpRequest) -> HttpResponse:
    """Every visible meeting, newest first."""
    rows = Meeting.objects.select_related("place")[:200]
    return render(request, "meet/meetings.html", {"meetings": rows})


@requires("edit")
@require_http_methods(["GET", "POST"])
def create_meeting(request: HttpRequest) -> HttpResponse:
    """A new meeting."""
    form = MeetingForm(request.POST or None, places=planning.places_to_choose())
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["place_id"] = values.pop("place")
        del values["version"]
        meeting = planning.create_meeting(values)
        return redirect("meeting", meeting.pk)
    status = 422 if form.is_bound else 200
    return render(request, "meet/meeting_form.html", {"form": form}, status=status)


@requires("edit")
@require_http_methods(["GET", "POST"])
def edit_meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Change a meeting's dates, hours and signature; the stops are ordered anew."""
    meeting = find_meeting(meeting_id)
    planning.require_prepare(meeting)
    form = MeetingForm(request.POST or None, places=[meeting.place], initial=initial_of(meeting))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        del values["place"]
        seen = values.pop("version")
        versions = None if seen is None else {meeting.pk: seen}
        records.change(Meeting, {meeting.pk: values}, versions=versions)
        ordering.order_stops(find_meeting(meeting_id))
        return redirect("meeting", meeting.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "meeting": meeting}
    return render(request, "meet/meeting_form.html", context, status=status)


@requires("read")
@require_GET
def show_meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """A meeting: days with their stops on the map, ranking, decisions."""
    meeting = find_meeting(meeting_id)
    days = load_days(meeting)
    context = {
        "meeting": meeting,
        "days": [_shown_day(meeting, plan) for plan in days],
        "map": build_map(meeting, days),
        "may_prepare": planning.may_prepare(meeting),
        "stop_form": StopForm(days=ordering.days_of(meeting)),
        "decision_form": DecisionForm(projects=visited_projects(days).values()),
        "decisions": shown_decisions(meeting),
        "rulebooks": Rulebook.objects.filter(kind=Rulebook.Kind.SCORE).order_by("code"),
        **ranking_context(meeting),
    }
    return render(request, "meet/meeting.html", context)


def _shown_day(meeting: Meeting, plan: DayPlan) -> dict[str, Any]:
    return {
        "plan": plan,
        "stated": stated_sentence(plan),
        "notes": tour_sentences(meeting, plan),
    }


def shown_decisions(meeting: Meeting) -> list[dict[str, Any]]:
    rows = Decision.objects.filter(meeting=meeting).select_related("issue", "project")
    today = timezone.localdate()
    return [
        {"decision": row, "is_overdue": row.issue and is_overdue(row.issue, as_of=today)}
        for row in rows
    ]


def ranking_context(meeting: Meeting) -> dict[str, Any]:
    """The ranking as it stands, with its formula; nothing for those who see only a part."""
    rules = ballots.rules_of(meeting)
    context: dict[str, Any] = {
        "rulebook": rules[0].rulebook,
        "formula": write_formula(rules),
        "sees_ranking": ballots.sees_all(),
    }
    if context["sees_ranking"]:
        stops = {s.pk: s for s in ordering.load_stops(meeting)}
        context["ranking"] = [
            {"standing": found, "stop": stops[found.stop_id]}
            for found in ballots.standings(meeting)
        ]
    return context


@requires("read")
@require_GET
def show_stop(request: HttpRequest, stop_id: int) -> HttpResponse:
    """The sheet of a stop, for the desk and for the phone."""
    stop = find_stop(stop_id)
    context = {
        "meeting": stop.meeting,
        "sheet": build_sheet(stop, number=stop.position or 1, as_of=timezone.localdate()),
        "next_stop": _next_stop(stop),
    }
    return render(request, "meet/stop.html", context)


def _next_stop(stop: Stop) -> Stop | None:
    ordered = list(ordering.load_stops(stop.meeting))
    at = [s.pk for s in ordered].index(stop.pk)
    return ordered[at + 1] if at + 1 < len(ordered) else None


@requires("edit")
@require_POST
def order_stops(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Order the stops by travel time."""
    meeting = find_meeting(meeting_id)
    planning.require_prepare(meeting)
    ordering.order_stops(meeting)
    messages.success(request, _("已按行车时间排序"))
    return redirect("meeting", meeting.pk)


@requires("edit")
@require_POST
def add_stop(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Put a project on the tour."""
    meeting = find_meeting(meeting_id)
    planning.require_prepare(meeting)
    form = StopForm(request.POST, days=ordering.days_of(meeting))
    if not form.is_valid():
        raise ImportFailed("; ".join(str(e[0]) for e in form.errors.values()), code="form")
    data = form.cleaned_data
    planning.add_stop(
        meeting,
        word=data["project"],
        day=date.fromisoformat(data["day"]),
        group=data["group"],
        visit_minutes=data["visit_minutes"],
    )
    return redirect("meeting", meeting.pk)


@requires("edit")
@require_POST
def change_stop(request: HttpRequest, stop_id: int) -> HttpResponse:
    """Pin a stop to a number, let it go, or take it off the tour."""
    stop = find_stop(stop_id)
    planning.require_prepare(stop.meeting)
    act = request.POST.get("act", "")
    if act == "pin":
        text = request.POST.get("position", "")
        is_number = text.isascii() and text.isdigit() and len(text) < 4
        ordering.pin_stop(stop, position=int(text) if is_number else 0)
    elif act == "unpin":
        ordering.unpin_stop(stop)
    elif act == "remove":
        planning.remove_stop(stop)
    else:
        raise ImportFailed("请选择固定、取消固定或移除", code="act")
    return redirect("meeting", stop.meeting_id)


@requires("decide")
@require_POST
def set_voting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Open or close the vote, or score another way."""
    meeting = find_meeting(meeting_id)
    scope.current().require("decide", place_id=meeting.place_id)
    if "rulebook" in request.POST:
        books = Rulebook.objects.filter(kind=Rulebook.Kind.SCORE)
        book = visible.find_or_404(books, code=request.POST["rulebook"])
        ballots.choose_rulebook(meeting, book)
    else:
        ballots.set_voting(meeting, is_open=request.POST.get("act") == "open")
    return redirect("meeting", meeting.pk)
