"""The pages as each role sees them."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from docx import Document
from pypdf import PdfReader

from tests.meet.conftest import acting, add_user
from tuijin.ledger.models import TrailEvent
from tuijin.meet import ballots
from tuijin.meet.decisions import decide
from tuijin.meet.models import Comment, Decision, Meeting, Stop, Vote
from tuijin.push import presets as push_presets
from tuijin.push.models import Issue

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>{{7*7}}'; drop table"


@pytest.fixture
def people(world):
    return {
        "leader": add_user("leader", "city_leader"),
        "office": add_user("office", "city_coordinator"),
        "editor": add_user("editor", "place_editor", places=["150222"]),
        "county": add_user("county", "place_leader", places=["150222"]),
        "viewer": add_user("viewer", "place_viewer", places=["150222"]),
        "verifier": add_user("verifier", "place_verifier", places=["150222"]),
        "officer": add_user("officer", "place_officer", projects=[world.port]),
        "firm": add_user("firm", "company", projects=[world.anode]),
        "auditor": add_user("auditor", "audit_admin"),
    }


@pytest.mark.parametrize(("who", "statuses"), [
    ("leader", {"meeting": 200, "anode": 200, "port": 200, "pdf": 200, "vote": 200}),
    ("office", {"meeting": 200, "anode": 200, "port": 200, "pdf": 200, "vote": 200}),
    ("county", {"meeting": 200, "anode": 200, "port": 200, "pdf": 200, "vote": 200}),
    ("editor", {"meeting": 200, "anode": 200, "port": 200, "pdf": 200, "vote": 403}),
    ("viewer", {"meeting": 200, "anode": 200, "port": 200, "pdf": 403, "vote": 403}),
    ("verifier", {"meeting": 200, "anode": 200, "port": 404, "pdf": 403, "vote": 403}),
    ("officer", {"meeting": 200, "anode": 404, "port": 200, "pdf": 403, "vote": 200}),
    ("firm", {"meeting": 200, "anode": 200, "port": 404, "pdf": 403, "vote": 403}),
    ("auditor", {"meeting": 403, "anode": 403, "port": 403, "pdf": 403, "vote": 403}),
])  # fmt: skip
def test_each_role_sees_its_own(world, people, sign_in, who, statuses):
    client, pk = sign_in(people[who]), world.meeting.pk
    pages = {
        "meeting": f"/meetings/{pk}/", "anode": f"/stops/{world.stops['anode'].pk}/",
        "port": f"/stops/{world.stops['port'].pk}/", "pdf": f"/meetings/{pk}/pack.pdf",
        "vote": f"/meetings/{pk}/vote/",
    }  # fmt: skip
    assert {name: client.get(url).status_code for name, url in pages.items()} == statuses


@pytest.mark.parametrize("who", ["county", "viewer", "officer", "firm", "leader", "editor"])
def test_only_the_office_orders_decides_and_opens_votes(world, people, sign_in, who):
    client, pk = sign_in(people[who]), world.meeting.pk
    for path in ("order/", "voting/", "stops/", "decisions/"):
        assert client.post(f"/meetings/{pk}/{path}", {"act": "open"}).status_code == 403
    assert client.post(f"/stops/{world.stops['port'].pk}/change/", {"act": "remove"}
                       ).status_code in (403, 404)  # fmt: skip
    assert not Issue.objects.exists()


def test_county_of_another_place_reads_no_claims_of_it(world, people, sign_in):
    url = f"/stops/{world.stops['port'].pk}/"
    body = sign_in(people["viewer"]).get(url).content.decode()
    for absent in ("已实现智能通关", "承诺与检验", "没有可检验的承诺", "三问"):
        assert absent not in body
    assert "已实现智能通关" in sign_in(people["county"]).get(url).content.decode()


def test_a_comment_is_stored_and_shown_as_it_was_typed(world, people, sign_in):
    url = f"/stops/{world.stops['anode'].pk}/"
    client = sign_in(people["county"])
    for _ in range(2):
        answer = client.post(f"{url}comments/", {"text": HOSTILE})
        sent = f"{url}?sent=comment-{world.stops['anode'].pk}"  # the phone forgets its draft
        assert (answer.status_code, answer["Location"]) == (302, sent)
    body = client.get(url).content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in body
    assert [c.text for c in Comment.objects.all()] == [HOSTILE]
    assert client.post(f"{url}comments/", {"text": " "}).status_code == 422
    assert client.post(f"{url}comments/", {"text": "a\x00b"}).status_code == 422
    assert client.post(f"{url}comments/", {"text": "x" * 2001}).status_code == 422
    firm = sign_in(people["firm"])
    assert "alert(1)" not in firm.get(url).content.decode()
    assert firm.post(f"{url}comments/", {"text": "hi"}).status_code == 403
    assert sign_in(people["officer"]).post(f"{url}comments/", {"text": "hi"}).status_code == 404


def test_vote_on_the_phone_ranking_and_close(world, people, sign_in):
    office, leader = sign_in(people["office"]), sign_in(people["leader"])
    url = f"/meetings/{world.meeting.pk}/"
    assert "投票未开放" in leader.get(f"{url}vote/").content.decode()
    assert office.post(f"{url}voting/", {"act": "open"}).status_code == 302
    order = ("anode", "copper", "port")
    ballot = {f"rank-{world.stops[key].pk}": n for n, key in enumerate(order, start=1)}
    assert leader.post(f"{url}vote/", {**ballot, "group": ""}).status_code == 302
    assert leader.post(f"{url}vote/", {"group": "", f"rank-{world.stops['anode'].pk}": ""}
                       ).status_code == 422  # fmt: skip
    part = leader.get(f"{url}ranking/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    ranking = leader.get(f"{url}ranking/").content.decode()
    assert "<html" in ranking
    for part in (
        "Σ n(k)×(100-3(k-1)) ÷ Σ n(k)",
        "100.00",
        "97.00",
        "94.00",
        "表态发言",
        "同分并列",
    ):
        assert part in ranking
    assert office.post(f"{url}voting/", {"act": "close"}).status_code == 302
    assert leader.post(f"{url}vote/", {**ballot, "group": ""}).status_code == 409
    assert Vote.objects.count() == 3
    assert "100.00" not in sign_in(people["viewer"]).get(f"{url}ranking/").content.decode()


def test_decision_becomes_an_issue_and_is_closed(world, people, sign_in):
    office, url = sign_in(people["office"]), f"/meetings/{world.meeting.pk}/"
    body = {"project": world.anode.pk, "text": "落实合同吨位", "owner_unit": "固阳县",
            "due_on": "2025-10-21"}  # fmt: skip
    assert office.post(f"{url}decisions/", {**body, "text": ""}).status_code == 422
    assert office.post(f"{url}decisions/", {**body, "due_on": "2025-09-01"}).status_code == 422
    assert office.post(f"{url}decisions/", body).status_code == 302
    issue, decision = Issue.objects.get(), Decision.objects.get()
    assert (issue.title, issue.owner_unit, issue.place_id) == ("落实合同吨位", "固阳县", "150222")
    assert issue.origin == f"decision:{decision.pk}"
    assert "逾期" in office.get(url).content.decode()
    assert issue.state == "assigned"
    assert f"/issues/{issue.pk}/" in office.get(url).content.decode()  # closed on its own page
    closed = {"state": "closed", "closed_on": date(2025, 10, 20), "outcome": "签订合同"}
    Issue.objects.filter(pk=issue.pk).update(**closed)
    assert "签订合同" in office.get(url).content.decode()
    panel = office.get(f"/projects/{world.anode.pk}/").content.decode()
    assert "落实合同吨位" in panel


@pytest.mark.parametrize(
    ("today", "due_on", "opened_on", "next_due_on"),
    [
        (date(2025, 9, 21), date(2025, 10, 21), date(2025, 9, 21), date(2025, 9, 24)),
        (date(2026, 11, 20), date(2026, 12, 10), date(2026, 11, 20), date(2026, 11, 25)),
        (date(2026, 11, 20), date(2025, 10, 21), date(2025, 10, 21), date(2025, 10, 21)),
    ],
)
def test_a_decision_counts_from_the_day_it_is_entered(
    world, people, today, due_on, opened_on, next_due_on
):
    push_presets.load_presets()
    with acting(people["office"]):
        decided = decide(
            world.meeting, project=world.anode, text="落实合同吨位", owner_unit="固阳县",
            due_on=due_on, today=today,
        )  # fmt: skip
    issue = Issue.objects.get()
    assert decided.issue == issue
    assert (issue.opened_on, issue.assigned_on, issue.due_on) == (opened_on, opened_on, due_on)
    assert issue.next_due_on == next_due_on


def test_exports_carry_who_when_and_an_id_that_the_trail_has(world, people, sign_in):
    leader, url = sign_in(people["leader"]), f"/meetings/{world.meeting.pk}/"
    pdf = leader.get(f"{url}brief.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf["Content-Disposition"].startswith("attachment")
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages)
    event = TrailEvent.objects.get(action="export")
    assert event.object_id in text.replace("\n", "")
    noted = f"{event.seq - 1}:{event.prev_hash[:32]}"  # the trail as it was before the export
    assert noted in "".join(text.split())
    word = leader.get(f"{url}pack.docx?day=2025-09-21")
    assert "锂电池负极材料项目" in [p.text for p in Document(io.BytesIO(word.content)).paragraphs]
    assert leader.get(f"{url}pack.docx?day=x").status_code == 404
    assert leader.get("/meetings/999/pack.pdf").status_code == 404


def test_the_clerk_makes_a_meeting_from_nothing(world, people, sign_in):
    office = sign_in(people["office"])
    body = {"title": "二季度观摩", "place": "150200", "starts_on": "2026-06-01",
            "ends_on": "2026-06-02", "day_starts_at": "08:00", "day_ends_at": "19:00"}  # fmt: skip
    assert office.post("/meetings/new/", {**body, "ends_on": "2026-05-01"}).status_code == 422
    answer = office.post("/meetings/new/", body)
    assert answer.status_code == 302
    assert office.post("/meetings/new/", body).status_code == 409
    url = answer["Location"]
    stop = {"day": "2026-06-01", "project": "锂电池负极材料项目", "visit_minutes": "40"}
    assert office.post(f"{url}stops/", stop).status_code == 302
    assert office.post(f"{url}stops/", stop).status_code == 409
    assert office.post(f"{url}stops/", {**stop, "project": "没有"}).status_code == 422
    added = Stop.objects.get(meeting__title="二季度观摩")
    assert (added.position, added.minutes) == (1, 40)
    assert office.post(f"/stops/{added.pk}/change/", {"act": "remove"}).status_code == 302
    assert not Stop.objects.filter(meeting__title="二季度观摩").exists()
    assert office.post(f"{url}edit/", {**body, "title": "改名"}).status_code == 302
    assert Meeting.objects.filter(title="改名").exists()


def test_a_stop_with_comments_stays(world, people, sign_in):
    office, stop = sign_in(people["office"]), world.stops["anode"]
    office.post(f"/stops/{stop.pk}/comments/", {"text": "看过"})
    assert office.post(f"/stops/{stop.pk}/change/", {"act": "remove"}).status_code == 409


def test_every_page_opens_in_both_languages(world, people, sign_in):
    ballots.set_voting(world.meeting, is_open=True)
    office, pk = sign_in(people["office"]), world.meeting.pk
    paths = ["/meetings/", "/meetings/new/", *(
        f"/meetings/{pk}/{page}" for page in ("", "tour/", "vote/", "pack/", "brief/", "edit/")
    ), f"/stops/{world.stops['anode'].pk}/"]  # fmt: skip
    for language in ("zh-hans", "en"):
        for path in paths:
            answer = office.get(path, headers={"Accept-Language": language})
            assert answer.status_code == 200, path
            assert "style=" not in answer.content.decode()


def test_a_place_officer_sees_the_meeting_through_an_own_stop_only(world, people):
    with acting(people["officer"]):
        assert [s.project.key for s in Stop.objects.all()] == ["port"]
        assert Meeting.objects.count() == 1
    stranger = add_user("stranger", "place_officer")
    with acting(stranger):
        assert not Meeting.objects.exists()


def test_every_field_of_a_meeting_has_its_own_label(world, people, sign_in):
    page = sign_in(people["office"]).get(f"/meetings/{world.meeting.pk}/").content.decode()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for name in ("stop-project", "decision-project"):
        assert f'for="{name}"' in page
