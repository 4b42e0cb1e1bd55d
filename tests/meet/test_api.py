"""Meetings, stops, and what is said, marked and decided there, through the API; and on file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.meet.conftest import add_user
from tuijin.importers import Table
from tuijin.ledger import intake, records
from tuijin.ledger.models import Project, Rulebook
from tuijin.meet import ballots
from tuijin.meet.models import Decision, Meeting, ScoreRule, Stop, Vote
from tuijin.push.models import Issue

pytestmark = pytest.mark.django_db(transaction=True)


def test_lists_by_scope(world, sign_in):
    leader = sign_in(add_user("leader", "city_leader"))
    assert len(leader.get("/api/v1/stops").json()["items"]) == 3
    (meeting,) = leader.get("/api/v1/meetings").json()["items"]
    assert meeting["title"] == "重大项目推进会"
    firm = sign_in(add_user("firm", "company", projects=[world.anode]))
    (stop,) = firm.get("/api/v1/stops").json()["items"]
    assert stop["project"] == "anode"
    assert sign_in(add_user("admin", "system_admin")).get("/api/v1/stops").status_code == 403


def test_a_stop_through_the_api_is_ordered_with_the_rest(world, sign_in):
    office = sign_in(add_user("office", "city_coordinator"))
    body = {"meeting": "m", "day": "2025-09-20", "project": "port"}
    answer = office.post("/api/v1/stops", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert Stop.objects.get(day="2025-09-20").position == 1
    assert Stop.objects.filter(position=None).count() == 0


def table(noun, rows, **columns):
    return Table(noun, {n: np.array(v, object) for n, v in columns.items()}, np.array(rows))


def test_imported_stops_are_put_in_order(world):
    import_twice(world)
    stops = Stop.objects.filter(meeting=Meeting.objects.get(key="k"))
    assert sorted(s.position or 0 for s in stops) == [1, 2]


def test_meetings_and_stops_from_a_file_twice(world):
    assert import_twice(world) == (3, 0)


def import_twice(world):
    start, last = world.meeting.starts_on, world.meeting.ends_on
    tables = [
        table("meeting", [2], key=["k"], title=["季度观摩"], place=["150200"], starts_on=[start],
              ends_on=[last]),
        table("stop", [2, 3], meeting=["k", "k"], day=[last, last], project=["port", "anode"],
              group=["甲组", "甲组"]),
    ]  # fmt: skip
    first, second = (intake.accept(tables, batch=name) for name in ("b1", "b2"))
    return first.counts["new"], second.counts["new"]


def send(client, path, body, **headers):
    return client.post(
        f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers
    )


def test_a_comment_through_the_api_stands_on_the_page(world, sign_in):
    leader = sign_in(add_user("leader", "city_leader"))
    stop = world.stops["anode"]
    answer = send(leader, "comments", {"stop": stop.pk, "text": "合同要落实"})
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["meeting"], said["project"], said["author"]) == ("m", "anode", "leader")
    assert "合同要落实" in leader.get(f"/stops/{stop.pk}/").content.decode()
    again = send(leader, "comments", {"stop": stop.pk, "text": "合同要落实"})
    assert again.json()["id"] == said["id"]  # as a second tap on the page
    unchanged = leader.get(answer["Location"], headers={"If-None-Match": said["etag"]})
    assert unchanged.status_code == 304
    for name, value, found in (("stop", stop.pk, 1), ("meeting", "m", 1), ("project", "port", 0)):
        assert len(leader.get(f"/api/v1/comments?{name}={value}").json()["items"]) == found
    for wrong, code in (({"text": " "}, "required"), ({"text": "x" * 2001}, "too_long")):
        refused = send(leader, "comments", {"stop": stop.pk, **wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert send(leader, "comments", {"stop": 10**11, "text": "x"}).status_code == 422


def test_comments_are_read_and_written_where_the_page_lets_one(world, sign_in):
    leader = sign_in(add_user("leader", "city_leader"))
    here, there = world.stops["anode"], world.stops["port"]
    for stop in (here, there):
        send(leader, "comments", {"stop": stop.pk, "text": "看了"})
    officer = sign_in(add_user("officer", "place_officer", projects=[world.port]))
    (seen,) = officer.get("/api/v1/comments").json()["items"]
    assert seen["stop"] == there.pk
    refused = send(officer, "comments", {"stop": here.pk, "text": "hi"})
    assert refused.json()["errors"][0]["code"] == "unknown_reference"
    firm = sign_in(add_user("firm", "company", projects=[world.anode]))
    assert firm.get("/api/v1/comments").json()["items"] == []
    assert send(firm, "comments", {"stop": here.pk, "text": "hi"}).status_code == 403


def test_a_decision_through_the_api_is_an_issue(world, sign_in):
    office = sign_in(add_user("office", "city_coordinator"))
    body = {"meeting": "m", "project": "anode", "text": "签订供货合同", "owner_unit": "工信局",
            "due_on": "2025-12-01"}  # fmt: skip
    made = send(office, "decisions", body, **{"Idempotency-Key": "k"})
    assert made.status_code == 201, made.content
    found = made.json()
    assert send(office, "decisions", body, **{"Idempotency-Key": "k"}).json() == found
    assert Decision.objects.count() == Issue.objects.count() == 1
    issue = Issue.objects.get()
    assert (found["issue"], found["place"], found["owner_unit"]) == (issue.key, "150222", "工信局")
    assert office.get("/api/v1/issues?project=anode").json()["items"][0]["due_on"] == "2025-12-01"
    records.change(Issue, {issue.pk: {"owner_unit": "商务局"}})
    now = office.get(made["Location"], headers={"If-None-Match": found["etag"]})
    assert (now.status_code, now.json()["owner_unit"]) == (200, "商务局")
    for wrong in ({"project": "elsewhere"}, {"due_on": "2025-09-01"}, {"owner_unit": ""}):
        assert send(office, "decisions", {**body, **wrong}).status_code == 422
    leader = sign_in(add_user("leader", "city_leader"))
    assert send(leader, "decisions", body).status_code == 403


def test_a_decision_is_about_what_the_meeting_visits(world, sign_in):
    records.save_new([Project(key="elsewhere", name="另一项目", place_id="150223")])
    office = sign_in(add_user("office", "city_coordinator"))
    body = {"meeting": "m", "project": "elsewhere", "text": "x", "owner_unit": "x",
            "due_on": "2025-12-01"}  # fmt: skip
    refused = send(office, "decisions", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "project")
    whole = send(office, "decisions", {**body, "project": None})
    assert (whole.status_code, whole.json()["place"]) == (201, "150200")


def test_ranks_through_the_api_are_those_of_the_page(world, sign_in):
    leader = sign_in(add_user("leader", "city_leader"))
    ranks = {str(stop.pk): n for n, stop in enumerate(world.stops.values(), start=1)}
    ballot = {"meeting": "m", "ranks": ranks}
    assert send(leader, "votes", ballot).status_code == 409  # not open yet
    ballots.set_voting(world.meeting, is_open=True)
    cast = send(leader, "votes", ballot)
    assert cast.status_code == 201, cast.content
    assert [row["points"] for row in cast.json()["items"]] == ["100", "97", "94"]
    again = {"meeting": "m", "ranks": {**ranks, **dict(zip(ranks, (2, 1, 3), strict=True))}}
    assert send(leader, "votes", again).status_code == 201
    assert Vote.objects.count() == 3  # a new ballot replaces the old
    page = leader.get(f"/meetings/{world.meeting.pk}/vote/").context["groups"][0]["stops"]
    assert {s.pk: s.own_rank for s in page} == {int(k): n for k, n in again["ranks"].items()}
    standings = leader.get(f"/api/v1/meetings/{world.meeting.pk}/standings").json()
    assert [row["score"] for row in standings["items"]] == ["100.00", "97.00", "94.00"]
    assert standings["items"][2]["is_last"]
    for wrong in ({**ranks, next(iter(ranks)): 3}, {next(iter(ranks)): 1}, {"x": 1}, [1]):
        refused = send(leader, "votes", {"meeting": "m", "ranks": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, "ballot")


def test_marks_through_the_api(world, sign_in):
    book = Rulebook.objects.get(code="score-gaoyou")
    ballots.choose_rulebook(world.meeting, book)
    ballots.set_voting(world.meeting, is_open=True)
    rules = list(book.scores.all())
    leader = sign_in(add_user("leader", "city_leader"))
    stop = world.stops["anode"]
    cast = send(leader, "votes", {"stop": stop.pk, "marks": {r.code: "1.5" for r in rules}})
    assert cast.status_code == 201, cast.content
    assert {row["rule"]: row["points"] for row in cast.json()["items"]} == {
        rule.code: "1.5" for rule in rules
    }
    for marks in ({}, {r.code: 10**6 for r in rules}, {r.code: "x" for r in rules}):
        assert send(leader, "votes", {"stop": stop.pk, "marks": marks}).status_code == 422


def test_votes_of_others_are_seen_only_added_up(world, sign_in):
    ballots.set_voting(world.meeting, is_open=True)
    leader = sign_in(add_user("leader", "city_leader"))
    ranks = {str(stop.pk): n for n, stop in enumerate(world.stops.values(), start=1)}
    cast = send(leader, "votes", {"meeting": "m", "ranks": ranks}).json()["items"]
    vote = f"/api/v1/votes/{cast[0]['id']}"
    assert leader.get(vote).json() == cast[0]
    office = sign_in(add_user("office", "city_coordinator"))
    assert office.get("/api/v1/votes").json()["items"] == []
    assert office.get(vote).status_code == 404
    officer = sign_in(add_user("officer", "place_officer", projects=[world.port]))
    part = officer.get(f"/api/v1/meetings/{world.meeting.pk}/standings").json()
    assert "items" not in part  # a ranking by part of the votes misleads
    refused = send(officer, "votes", {"meeting": "m", "ranks": {str(world.stops["port"].pk): 1}})
    assert refused.status_code == 403


def test_ways_to_score_with_their_sources(world, sign_in):
    leader = sign_in(add_user("leader", "city_leader"))
    found = leader.get("/api/v1/score-rules").json()
    assert len(found["items"]) == ScoreRule.objects.count()
    assert all(item["source"]["key"] for item in found["items"])
    first = next(i for i in found["items"] if (i["rulebook"], i["order"]) == ("score-jining", 1))
    assert (first["kind"], first["points"]) == ("rank", "100")
    assert found["choices"] == {}
