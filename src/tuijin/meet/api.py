"""The room's part of the API: meetings, stops, comments, votes, decisions, ways to score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from ninja import Router

from tuijin.errors import ImportFailed, Problem
from tuijin.ledger import paging, visible
from tuijin.ledger.access import requires
from tuijin.ledger.models import Rulebook
from tuijin.ledger.rest import bodies, openapi, reading, resource, writing
from tuijin.ledger.rest.idempotency import once
from tuijin.ledger.rest.resource import Resource
from tuijin.ledger.rest.routes import answer, build_router
from tuijin.ledger.rest.rules import show_rules, show_source
from tuijin.ledger.targets import Target
from tuijin.meet import ballots, nouns, remarks
from tuijin.meet.ballot_forms import read_marks, read_ranks
from tuijin.meet.days import load_days, visited_projects
from tuijin.meet.decisions import decide
from tuijin.meet.models import Meeting, ScoreRule, Stop, Vote
from tuijin.meet.scoring import Standing
from tuijin.push import local_day


def add_comment(kind: Resource, body: Mapping[str, Any]) -> int:
    values = writing.check_new(kind, body)
    return int(remarks.add_comment(_stop(values["stop"]), values["text"]).pk)


def record_decision(kind: Resource, body: Mapping[str, Any]) -> int:
    """Record a decision about a project that the meeting visits, or about the whole of it."""
    values = writing.check_new(kind, body)
    meeting = Meeting.objects.select_related("place").get(key=values["meeting"])
    project = None
    if values.get("project"):
        visited = {p.key: p for p in visited_projects(load_days(meeting)).values()}
        project = visited.get(values["project"])
        if project is None:
            _refuse("project", "本次会议没有观摩这个项目")
    decision = decide(
        meeting, project=project, text=values["text"], owner_unit=values["owner_unit"],
        due_on=values["due_on"], today=local_day.today(),
    )  # fmt: skip
    return int(decision.pk)


def _stop(stop_id: int) -> Stop:
    rows = Stop.objects.select_related("project__place", "meeting__place")
    return rows.filter(pk=stop_id).first() or _refuse("stop", "找不到观摩点")


def _refuse(field: str, message: str) -> Any:
    problem = Problem("unknown_reference", message, field=field)
    raise ImportFailed(f"{field}：{message}", code=problem.code, problems=[problem])


router = Router()
router.add_router("/meetings", meeting_router := build_router("meeting"))
router.add_router("/stops", build_router("stop"))
router.add_router(
    "/comments", build_router("comment", to_create="comment", create=add_comment, change=None)
)
router.add_router(
    "/decisions",
    build_router("decision", to_create="decide", create=record_decision, change=None),
)
vote_router = Router(tags=["Vote"])
router.add_router("/votes", vote_router)


@vote_router.get("", summary="List: own vote (投票)", url_name="vote_list")
@requires("read")
def list_votes(request: HttpRequest) -> HttpResponse:
    """Keyset pages of the reader's own votes; those of others are seen only added up."""
    votes = ballots.own_votes()
    return answer(reading.list_rows(resource.of("vote"), request.GET, among=votes))


@vote_router.get("/{int:vote_id}", summary="Get: own vote (投票)", url_name="vote_entry")
@requires("read")
def get_vote(request: HttpRequest, vote_id: int) -> HttpResponse:
    votes = ballots.own_votes()
    row = reading.load_row(resource.of("vote"), paging.as_id(vote_id), among=votes)
    return answer(row, etag=row["etag"])


@vote_router.post(
    "",
    summary="Cast a ballot (投票)",
    url_name="vote_cast",
    openapi_extra=openapi.sent(openapi.fields(nouns.BALLOT, Vote), status=201),
)
@requires("read", to_change="score")
def cast_ballot(request: HttpRequest) -> HttpResponse:
    """
    Rank a group, or mark one stop; replaces one's earlier ballot, and answers the votes.

    Ranks: `{"meeting": "…", "group": "…", "ranks": {"<id of a stop>": 1, …}}`, every stop of the
    group once. Marks: `{"stop": 12, "marks": {"<code of a rule>": "8.5", …}}`, every criterion.
    """

    def act() -> HttpResponse:
        ballot = Resource(Target(nouns.BALLOT, Vote))
        values = bodies.check(ballot, bodies.read_object(request), classes="PI", is_new=True)
        votes = ballots.own_votes().filter(stop__in=_cast(values))
        cast = reading.list_rows(resource.of("vote"), QueryDict("size=200"), among=votes)
        return answer(cast, status=201)

    return once(request, act)


def _cast(values: Mapping[str, Any]) -> list[int]:
    """Cast a ballot and return the stops it names."""
    if values.get("stop") is not None:
        stop = _stop(values["stop"])
        ballots.cast_marks(stop, read_marks(_object(values, "marks")))
        return [stop.pk]
    if not values.get("meeting"):
        raise ImportFailed("请给出 meeting 与 ranks，或 stop 与 marks", code="required")
    meeting = Meeting.objects.select_related("place").get(key=values["meeting"])
    ranks = read_ranks(_object(values, "ranks"))
    ballots.cast_ranks(meeting, values.get("group") or "", ranks)
    return list(ranks)


def _object(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name)
    if not isinstance(found, dict):
        raise ImportFailed(f"{name} 应为 JSON 对象", code="ballot")
    return found


@meeting_router.get(
    "/{int:meeting_id}/standings", summary="List: standing (评分)", url_name="meeting_standings"
)
@requires("read")
def list_standings(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """
    The ranking of each group as the votes add up; scores are text, rounded to two places.

    Without `items` for who sees only some of the votes: a ranking by part of them misleads.
    """
    rows = Meeting.objects.select_related("place", "rulebook")
    meeting = visible.find_or_404(rows, pk=paging.as_id(meeting_id))
    found: dict[str, Any] = {
        "rulebook": ballots.rulebook_of(meeting).code,
        "is_voting_open": meeting.is_voting_open,
    }
    if ballots.sees_all():
        found["items"] = [_standing(one) for one in ballots.standings(meeting)]
    return answer(found)


def _standing(found: Standing) -> dict[str, Any]:
    return {
        "stop": found.stop_id,
        "group": found.group,
        "rank": found.rank,
        "is_tied": found.is_tied,
        "is_last": found.is_last,
        "score": found.shown_score,
        "voters_count": found.voters_count,
    }


@router.get(
    "/score-rules", url_name="api_score_rules", tags=["Vote"], summary="Ways to score, and users"
)
@requires("read")
def show_score_rules(request: HttpRequest) -> dict[str, Any]:
    """Read every rank and criterion with its points and source, and what places chose."""
    rows = ScoreRule.objects.select_related("rulebook__source")
    return show_rules((_score_rule(rule) for rule in rows), kind=Rulebook.Kind.SCORE)


def _score_rule(rule: ScoreRule) -> dict[str, Any]:
    return {
        "rulebook": rule.rulebook.code,
        "code": rule.code,
        "kind": rule.kind,
        "order": rule.order,
        "points": format(rule.points, "f"),
        "name": rule.name,
        "name_en": rule.name_en,
        "source": show_source(rule.rulebook.source),
    }
