"""What a role may not see stays unseen by side doors: uniqueness, hashes, questions, tours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tuijin.errors import NotAllowed
from tuijin.ledger import bulk, kept, records, scope
from tuijin.ledger.models import (
    AnnualPlan,
    OperatingRecord,
    Place,
    ProgressReport,
    Project,
    User,
)
from tuijin.meet import presets as meet_presets
from tuijin.meet.models import Decision, Meeting, Stop
from tuijin.meet.sheets import build_sheet
from tuijin.see import judging
from tuijin.see import presets as see_presets
from tuijin.verify.models import Binding, Claim
from tuijin.verify.runner import verify_claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> dict[str, Project]:
    with scope.active(scope.system_scope("audit")):
        Place.objects.create(code="150200", name="包头市", level="prefecture")
        for code in ("150222", "150223"):
            Place.objects.create(code=code, name=code, level="county", parent_id="150200")
        found = {}
        for code in ("150222", "150223"):
            found[code] = Project(key=f"p-{code}", name=f"项目{code}", place_id=code)
            records.save_new([found[code]])
        meeting = Meeting(
            key="m", title="会议", place_id="150200", starts_on=date(2025, 9, 20),
            ends_on=date(2025, 9, 21),
        )  # fmt: skip
        records.save_new([meeting])
        records.save_new([Stop(meeting=meeting, day=date(2025, 9, 20), project=found["150222"])])
    return found


def make_user(role: str, *, places: Any = (), projects: Any = ()) -> User:
    user = User.objects.create(username=role, display_name=role, role=role)
    user.places.set(places)
    links = User.projects.through.objects
    links.bulk_create(User.projects.through(user_id=user.pk, project_id=p.pk) for p in projects)
    return user


def browse(role: str, **where: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_user(role, **where))
    return client


def test_a_county_does_not_put_stops_on_the_tour_of_the_city(world) -> None:
    client = browse("place_editor", places=["150222"])
    body = {"meeting": "m", "day": "2025-09-21", "project": "p-150222"}
    answer = client.post("/api/v1/stops", body, content_type="application/json")
    assert answer.status_code == 403, answer.content
    with scope.active(scope.system_scope("audit")):
        stop = Stop.objects.get()
    url = f"/api/v1/stops/{stop.pk}"
    answer = client.patch(
        url, {"group": "甲"}, content_type="application/json",
        headers={"If-Match": client.get(url)["ETag"]},
    )  # fmt: skip
    assert answer.status_code == 403, answer.content
    row = {
        "meeting_id": [stop.meeting_id],
        "day": [date(2025, 9, 21)],
        "project_id": [stop.project_id],
    }
    editor = User.objects.get(username="place_editor")
    with scope.active(scope.build_scope(editor)), pytest.raises(NotAllowed):
        bulk.insert(Stop, row, batch="b")


def test_a_company_reporting_a_month_that_is_on_record_is_told_in_words(world) -> None:
    project = world["150222"]
    with scope.active(scope.system_scope("audit")):
        records.save_new([ProgressReport(project=project, period="2025-09")])
    client = browse("company", projects=[project])
    answer = client.post(f"/projects/{project.pk}/reports/", {"period": "2025-09"})
    assert answer.status_code == 409
    answer = client.post(
        "/api/v1/reports", {"project": "p-150222", "period": "2025-09"},
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 409


def _claim_on_sales(project: Project) -> Claim:
    claim = Claim(
        key="c", project=project, dimension="revenue", metric="sales_yuan_per_year",
        title="年销售额", claim_type="at_least", statistic="value", target=Decimal(10**9),
        unit="yuan_per_year", quote="年销售额十亿元",
    )  # fmt: skip
    records.save_new([claim])
    records.save_new([Binding(claim=claim, kind="evidence", using="sales_yuan_per_year")])
    records.save_new([
        OperatingRecord(project=project, month=date(2025, m, 1), sales_yuan=Decimal(10**6))
        for m in range(1, 13)
    ])  # fmt: skip
    verify_claims([claim.pk])
    return claim


def test_the_hash_of_confidential_inputs_is_confidential(world) -> None:
    """A reader who knows how inputs are written would find the figure by trying."""
    with scope.active(scope.system_scope("audit")):
        claim = _claim_on_sales(world["150222"])
        sha256 = claim.verdicts.get().inputs_sha256
    for role, sees in (("place_leader", True), ("place_viewer", False), ("city_department", False)):
        client = browse(role, places=["150222"])
        rows = client.get("/api/v1/verdicts").json()["items"]
        assert rows[0]["verdict"] == "FALLS SHORT"
        assert (rows[0]["inputs_sha256"] == sha256) == sees
        for path in (f"/claims/{claim.pk}/", f"/projects/{world['150222'].pk}/"):
            assert (sha256[:16] in client.get(path).content.decode()) <= sees, (role, path)


def test_a_question_does_not_say_that_hidden_records_are_missing(world) -> None:
    project = world["150222"]
    with scope.active(scope.system_scope("audit")):
        records.save_new([
            OperatingRecord(project=project, month=date(2025, 1, 1), sales_yuan=Decimal(1))
        ])  # fmt: skip
    texts = {}
    for role in ("place_leader", "place_viewer"):
        user = make_user(role, places=["150222"])
        with scope.active(scope.build_scope(user)):
            stop = Stop.objects.select_related("project__place", "meeting__place").get()
            sheet = build_sheet(stop, number=1, as_of=date(2025, 9, 20))
        texts[role] = " ".join(asked.text for asked in sheet.questions)
    assert "运行记录" not in texts["place_leader"]
    assert "运行记录" not in texts["place_viewer"]


def test_a_brief_does_not_say_that_hidden_decisions_are_none(world) -> None:
    with scope.active(scope.system_scope("audit")):
        meet_presets.load_presets()
        meeting = Meeting.objects.get()
        place, project = meeting.place, world["150222"]
        records.save_new([Decision(meeting=meeting, place=place, project=project, text="限期建成")])
    texts = {}
    for role in ("city_leader", "analyst"):
        client = browse(role, places=["150200"], projects=[world["150223"]])
        texts[role] = client.get(f"/meetings/{meeting.pk}/brief/").content.decode()
    assert "限期建成" in texts["city_leader"]
    assert "限期建成" not in texts["analyst"]
    assert "台账中没有本次会议的议定事项" not in texts["analyst"]


def test_a_company_sees_what_it_reported_but_no_assessment_and_no_plan_of_the_city(world) -> None:
    project = world["150222"]
    client = browse("company", projects=[project])
    answer = client.post(
        f"/projects/{project.pk}/reports/", {"period": "2025-08", "year_done_wan": "1234"}
    )
    assert answer.status_code == 302
    with scope.active(scope.system_scope("audit")):
        records.save_new([AnnualPlan(project=project, year=2025, planned_yuan=Decimal(98760000))])
        records.save_new([
            ProgressReport(project=project, period="2025-09", year_done_yuan=Decimal(54320000))
        ])  # fmt: skip
        kept.refresh([project.key])
        see_presets.load_presets()
        judging.judge_portfolio(as_of=date(2025, 12, 1))
        assert Project.objects.get(pk=project.pk).light == "red"
    html = client.get(f"/projects/{project.pk}/").content.decode()
    assert "1,234" in html
    for hidden in ("9,876", "98760000", "5,432", "54320000", "红灯"):
        assert hidden not in html, hidden
