"""During the tour: the list, comments and votes, as plain forms that work on a bad line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tuijin.errors import ImportFailed
from tuijin.ledger.access import requires
from tuijin.meet import ballots, ordering, remarks
from tuijin.meet.ballot_forms import read_marks, read_number, read_ranks
from tuijin.meet.days import load_days
from tuijin.meet.models import Meeting, Stop
from tuijin.meet.views import find_meeting, find_stop, ranking_context
from tuijin.see.drafts import sent


@requires("read")
@require_GET
def show_tour(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The stops of the day as a short list."""
    meeting = find_meeting(meeting_id)
    return render(request, "meet/tour.html", {"meeting": meeting, "days": load_days(meeting)})


@requires("comment")
@require_POST
def add_comment(request: HttpRequest, stop_id: int) -> HttpResponse:
    """Say something at a stop."""
    stop = find_stop(stop_id)
    remarks.add_comment(stop, request.POST.get("text", ""))
    messages.success(request, _("点评已记录"))
    return sent(reverse("stop", args=[stop.pk]), f"comment-{stop.pk}")


@requires("score")
@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Rank the stops of a group, or mark each of them by criteria."""
    meeting = find_meeting(meeting_id)
    if request.method == "POST":
        draft = _cast(meeting, request.POST)
        messages.success(request, _("投票已记录，再投一次会替换前一次"))
        return sent(reverse("vote", args=[meeting.pk]), draft)
    stops = list(ordering.load_stops(meeting))
    rules, given = ballots.rules_of(meeting), ballots.own_ballot(meeting)
    groups = [
        {"name": name, "stops": [s for s in stops if s.group == name]}
        for name in dict.fromkeys(stop.group for stop in stops)
    ]
    for group in groups:
        n_stops = len(group["stops"])
        for stop in group["stops"]:
            mine = given.get(stop.pk, {})
            stop.own_rank = next((r.order for r in rules if r.code in mine), None)
            stop.own_marks = [(rule, mine.get(rule.code)) for rule in rules]
        group["ranks"] = range(1, n_stops + 1)
        group["draft"] = _draft_of_ranks(stop.pk for stop in group["stops"])
    context = {"meeting": meeting, "groups": groups, "kind": ballots.kind_of(rules)}
    return render(request, "meet/vote.html", {**context, **ranking_context(meeting)})


def _cast(meeting: Meeting, data: Any) -> str:
    """Cast what a form says, and return the draft that it was kept as."""
    if "stop" in data:
        stop = find_stop(read_number(data["stop"]))
        marks = {rule.code: data.get(rule.code, "") for rule in ballots.rules_of(meeting)}
        ballots.cast_marks(_of(stop, meeting), read_marks(marks))
        return f"marks-{stop.pk}"
    given = {
        name.removeprefix("rank-"): value
        for name, value in data.items()
        if name.startswith("rank-")
    }
    ranks = read_ranks(given)
    ballots.cast_ranks(meeting, data.get("group", ""), ranks)
    return _draft_of_ranks(ranks)


def _draft_of_ranks(stops: Iterable[int]) -> str:
    return f"ranks-{min(stops)}"


def _of(stop: Stop, meeting: Meeting) -> Stop:
    if stop.meeting_id != meeting.pk:
        raise ImportFailed("观摩点不属于本次会议", code="ballot")
    return stop


@requires("read")
@require_GET
def show_ranking(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The ranking alone: the part a page asks for while the vote is open, or a page of its own."""
    meeting = find_meeting(meeting_id)
    context = {"meeting": meeting, **ranking_context(meeting)}
    is_part = request.headers.get("HX-Request") == "true"
    template = "meet/ranking.html" if is_part else "meet/ranking_page.html"
    return render(request, template, context)
