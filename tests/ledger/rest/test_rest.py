"""One resource for every noun: pages, classes, ETags, corrections, strict bodies, keys."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from itertools import pairwise

import pytest

from tuijin.ledger import records, scope
from tuijin.ledger.models import (
    AnnualPlan,
    Evidence,
    Figure,
    KeptAnswer,
    Organisation,
    ProgressReport,
    Project,
    TrailEvent,
    User,
)

pytestmark = pytest.mark.django_db
NEW = {"name": "新项目", "place": "150222", "total_investment_yuan": "123456789.01"}


def codes(answer):
    return [(problem["field"], problem["code"]) for problem in answer.json()["errors"]]


def test_list_and_get(api, ledger):
    page = api("city_coordinator").get("projects").json()
    assert [row["key"] for row in page["items"]] == ["here", "there"]
    assert page["next"] == ""
    row = page["items"][0]
    assert (row["owner"], row["place"], row["etag"]) == ("o-here", "150222", f'"{row["id"]}-1"')
    one = api("city_leader").get(f"projects/{row['id']}")
    assert one.json() == row
    assert one["ETag"] == row["etag"]


def test_every_page_once(api, ledger):
    records.save_new([
        Project(key=f"p{n}", name=f"{n}", place_id="150222",
                total_investment_yuan=None if n % 3 else Decimal(n % 4))
        for n in range(23)
    ])  # fmt: skip
    caller = api("city_coordinator")
    for sort in ("id", "-id", "name", "-name", "total_investment_yuan", "-total_investment_yuan"):
        seen, token = [], ""
        for _ in range(9):
            page = caller.get("projects", sort=sort, size=4, after=token).json()
            seen += page["items"]
            token = page["next"]
            if not token:
                break
        ids = [row["id"] for row in seen]
        assert len(ids) == len(set(ids)) == 25
        name = sort.lstrip("-")
        values = [row[name] for row in seen if row[name] is not None]
        typed = [Decimal(v) for v in values] if name.startswith("total") else values
        assert typed == sorted(typed, reverse=sort.startswith("-"))
        assert [row[name] is None for row in seen] == sorted(row[name] is None for row in seen)


@pytest.mark.parametrize(
    "query",
    [
        {"size": "201"}, {"size": "0"}, {"size": "x"}, {"sort": "summary"}, {"offset": "5"},
        {"colour": "red"}, {"after": "x"}, {"after": "WzEsICJ4Il0"}, {"stage": "nonsense"},
        {"stage": ""}, {"total_investment_yuan_from": ""},
        {"total_investment_yuan_from": "1e5"}, {"sort": "light", "after": "WzEsMl0"},
    ],
)  # fmt: skip
def test_what_a_list_refuses(api, query):
    answer = api("city_coordinator").get("projects", **query)
    if query.get("sort") == "light":  # not an indexed column by itself
        assert answer.status_code in (200, 422)
        return
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_filters(api, ledger):
    caller = api("city_coordinator")
    assert [r["key"] for r in caller.get("projects", place="固阳县").json()["items"]] == ["here"]
    assert len(caller.get("projects", place="150200").json()["items"]) == 2
    assert not caller.get("projects", stage="building").json()["items"]
    assert len(caller.get("projects", q="there").json()["items"]) == 1
    assert len(caller.get("reports", period_from="2025-09").json()["items"]) == 2
    assert not caller.get("reports", period_to="2025-08").json()["items"]


def test_fields_above_the_class_are_absent(api, ledger):
    by_role = {}
    for role in ("city_leader", "place_editor", "place_viewer", "company"):
        items = api(role).get("projects").json()["items"]
        by_role[role] = {row["key"]: set(row) for row in items}
    assert "year_done_yuan" in by_role["city_leader"]["there"]
    assert "year_done_yuan" in by_role["place_editor"]["here"]
    assert not {"year_done_yuan", "light"} & by_role["place_editor"]["there"]
    assert "light" in by_role["place_viewer"]["here"]
    assert "year_done_yuan" not in by_role["place_viewer"]["here"]
    assert set(by_role["company"]) == {"here"}
    assert "light" not in by_role["company"]["here"]


def test_missing_and_invisible_read_the_same(api, ledger):
    caller = api("company")
    bodies = []
    for path in (f"projects/{ledger['there'].pk}", "projects/999999", f"projects/{10**30}"):
        answer = caller.get(path)
        assert answer.status_code == 404
        assert "ETag" not in answer
        bodies.append({**answer.json(), "request_id": ""})
    assert bodies[0] == bodies[1] == bodies[2]


def test_create_and_change(api):
    caller = api("place_editor")
    made = caller.post("projects", NEW)
    assert made.status_code == 201, made.content
    row = made.json()
    assert row["total_investment_yuan"] == "123456789.01"
    assert made["Location"].endswith(f"/projects/{row['id']}")
    path = f"projects/{row['id']}"
    assert caller.patch(path, {"name": "改名"}).status_code == 428
    changed = caller.patch(path, {"name": "改名", "owner": "o-here"}, If_Match=made["ETag"])
    assert (changed.json()["name"], changed.json()["owner"]) == ("改名", "o-here")
    stale = caller.patch(path, {"name": "又改"}, If_Match=made["ETag"])
    assert stale.status_code == 412
    assert stale.json() == {"etag": changed["ETag"]}
    assert stale["ETag"] == changed["ETag"]
    events = TrailEvent.objects.filter(object_type="project", object_id=str(row["id"]))
    assert list(events.values_list("action", flat=True)) == ["create", "change"]


def test_a_corrected_entry_stays(api, ledger):
    caller = api("place_editor")
    old = caller.get("reports").json()["items"][0]
    changed = caller.patch(
        f"reports/{old['id']}", {"year_done_yuan": "7.50"}, If_Match=old["etag"]
    ).json()
    assert changed["id"] != old["id"]
    assert (changed["supersedes"], changed["is_current"]) == (old["id"], True)
    assert caller.get(f"reports/{old['id']}").json()["year_done_yuan"] == old["year_done_yuan"]
    late = caller.patch(f"reports/{old['id']}", {"progress": "x"}, If_Match=old["etag"])
    assert (late.status_code, late.json()["etag"]) == (412, changed["etag"])
    assert len(caller.get("reports", history="true").json()["items"]) == 2
    assert caller.get(f"projects/{ledger['here'].pk}").json()["year_done_yuan"] == "7.50"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "json"),
        (b'{"name": "a", "name": "b"}', 400, "duplicate_key"),
        (b'{"name": NaN}', 400, "number"),
        (b"[" * 40 + b"]" * 40, 400, "depth"),
        (b'{"price_year": 1234567890123456}', 422, "integer_too_long"),
        (b'{"total_investment_yuan": 1e5}', 422, "exponent"),
        (b'{"name": "\\ud800"}', 422, "bad_character"),
        (b"[]", 422, "object"),
        (json.dumps({**NEW, "name": "a\u202eb"}).encode(), 422, "bad_character"),
        (json.dumps({**NEW, "colour": 1}).encode(), 422, "unknown_field"),
        (json.dumps({**NEW, "light": "green"}).encode(), 422, "unknown_field"),
        (json.dumps({**NEW, "year_done_yuan": "1"}).encode(), 422, "unknown_field"),
        (json.dumps({**NEW, "name": "字" * 201}).encode(), 422, "too_long"),
        (json.dumps({**NEW, "name": 5}).encode(), 422, "type"),
        (json.dumps({**NEW, "total_investment_yuan": "1e5"}).encode(), 422, None),
        (json.dumps({**NEW, "total_investment_yuan": True}).encode(), 422, "type"),
        (json.dumps({**NEW, "stage": "nonsense"}).encode(), 422, "choice"),
        (json.dumps({**NEW, "place": "月球"}).encode(), 422, "unknown_reference"),
        (json.dumps({"name": "x"}).encode(), 422, "required"),
        (json.dumps({**NEW, "summary": "x" * 1_100_000}).encode(), 413, "too_large"),
    ],
)
def test_bodies_refused(api, body, status, code):
    before = Project.objects.count()
    answer = api("place_editor").post("projects", body)
    assert answer.status_code == status, answer.content
    if code:
        assert answer.json()["code"] == code
    assert Project.objects.count() == before


def test_markup_is_text(api):
    caller = api("place_editor")
    name = "<script>{{7*7}}${7*7}%s'; drop table ledger_project;--"
    assert caller.post("projects", {**NEW, "name": name}).json()["name"] == name


def test_a_refusal_leaves_one_event_without_the_content(api):
    caller = api("place_editor")
    caller.post("projects", {**NEW, "colour": "secret-value"})
    events = list(TrailEvent.objects.filter(action__endswith="_refused"))
    assert len(events) == 1
    assert events[0].changes["code"] == [None, "unknown_field"]
    assert "secret" not in str(events[0].changes)


def test_fields_above_the_class_are_refused_in_bodies(api, ledger):
    evidence = {"project": "here", "kind": "photo", "title": "现场"}
    made = api("company").post("evidence", evidence)
    assert made.status_code == 201  # its own entries it reads and writes whole
    caller = api("city_coordinator")
    plan = {"project": "here", "year": 2025, "planned_yuan": "1"}
    assert caller.post("plans", plan).status_code == 201
    viewer = api("place_viewer")
    assert viewer.post("plans", plan).status_code == 403
    assert viewer.get("plans").json()["items"] == []


def test_company_reports_its_own_project_and_sees_no_other(api, ledger):
    ours = api("company")
    report = {"project": "here", "period": "2025-10", "year_done_yuan": "5", "progress": "封顶"}
    assert ours.post("reports", report).json()["progress"] == "封顶"
    assert codes(ours.post("reports", {**report, "project": "there"})) == [
        ("project", "unknown_reference")
    ]
    assert len(ours.get("reports").json()["items"]) == 1
    assert [o["key"] for o in ours.get("organisations").json()["items"]] == ["o-here"]
    assert ours.post("projects", NEW).status_code == 403


def test_foreign_places_are_read_but_not_written(api, ledger):
    caller = api("place_editor")
    foreign = caller.get(f"projects/{ledger['there'].pk}")
    assert foreign.status_code == 200
    answers = [
        caller.patch(f"projects/{ledger['there'].pk}", {"name": "x"}, If_Match=foreign["ETag"]),
        caller.post("projects", {**NEW, "place": "150223"}),
        caller.post("reports", {"project": "there", "period": "2025-12"}),
    ]
    assert [a.status_code for a in answers] == [403, 403, 403]
    row = caller.get(f"organisations/{Organisation.objects.get(key='o-here').pk}").json()
    shared = caller.patch(f"organisations/{row['id']}", {"name": "x"}, If_Match=row["etag"])
    assert shared.status_code == 403


def test_filter_by_a_hidden_field_finds_own_rows_only(api, ledger):
    Figure.objects.filter(key="f-here").update(note="here")
    caller = api("place_editor")
    assert len(caller.get("nodes").json()["items"]) == 0
    AnnualPlan.objects.create(project=ledger["there"], year=2025, planned_yuan=9)
    assert caller.get("plans", planned_yuan_from="1").json()["items"] == []


def test_a_taken_key_is_not_told_of(api, ledger):
    with scope.active(scope.system_scope("test")):
        records.save_new([Evidence(key="e1", project=ledger["there"], kind="photo", title="别处")])
    caller = api("place_editor")
    evidence = {"key": "e1", "project": "here", "kind": "photo", "title": "这里"}
    made = caller.post("evidence", evidence)
    assert made.status_code == 201
    assert made.json()["key"] != "e1"
    assert caller.post("projects", {**NEW, "key": "there"}).status_code == 409


def test_same_key_same_answer_one_effect(api):
    caller = api("place_editor")
    first = caller.post("projects", NEW, Idempotency_Key="k1")
    again = caller.post("projects", NEW, Idempotency_Key="k1")
    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), first["ETag"])
    assert Project.objects.filter(name="新项目").count() == 1
    other = caller.post("projects", {**NEW, "name": "别的"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    KeptAnswer.objects.update(status=None)
    running = caller.post("projects", NEW, Idempotency_Key="k1")
    assert (running.status_code, running.json()["code"]) == (409, "in_progress")
    bad = caller.post("projects", {"name": "x"}, Idempotency_Key="k2")
    assert bad.status_code == 422
    assert caller.post("projects", NEW, Idempotency_Key="k2").status_code == 201


def test_coordinates_come_in_either_system(api):
    body = {**NEW, "longitude": 110.0, "latitude": 41.0, "coordinate_system": "GCJ-02"}
    row = api("place_editor").post("projects", body).json()
    assert row["longitude"] == pytest.approx(109.9937, abs=2e-3)
    assert row["longitude"] != 110.0


def test_places_are_reference_data(api):
    caller = api("place_viewer")
    found = caller.get("places", parent="150200").json()["items"]
    assert [row["code"] for row in found] == ["150222", "150223"]
    assert caller.get("places").status_code == 422
    assert caller.get("places/150222").json()["name"] == "固阳县"
    assert caller.get("places/999999").status_code == 404


def test_every_error_is_a_problem(client, api):
    caller = api("place_editor")
    answers = {
        401: client.get("/api/v1/projects"),
        404: caller.get("nowhere"),
        405: caller.client.delete("/api/v1/projects"),
        415: caller.client.post("/api/v1/projects", "x", content_type="text/plain"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"]
        assert set(answer.json()) >= {"type", "title", "status", "code", "detail", "request_id"}


def test_a_session_needs_its_csrf_token(make_user):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("place_editor"))
    send = {"data": json.dumps(NEW), "content_type": "application/json"}
    assert client.post("/api/v1/projects", **send).json()["code"] == "csrf"
    client.get("/sign-in/")
    token = client.cookies["tuijin_csrf"].value
    assert client.post(
        "/api/v1/projects", **send, headers={"X-CSRFToken": token}
    ).status_code == 201  # fmt: skip


def test_more_than_600_a_minute(api, monkeypatch):
    from tuijin.site import rates

    monkeypatch.setattr(rates, "PER_USER", 3)
    caller = api("place_viewer")
    answers = [caller.get("places/150222") for _ in range(5)]
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_openapi_describes_everything(client):
    document = client.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
    body = document["paths"]["/api/v1/projects"]["post"]["requestBody"]["content"]
    schema = body["application/json"]["schema"]
    assert schema["required"] == ["name", "place"]
    assert "light" not in schema["properties"]


def test_a_list_asks_the_database_little(api, ledger, django_assert_max_num_queries):
    records.save_new([Project(key=f"q{n}", name="q", place_id="150222") for n in range(60)])
    caller = api("place_editor")
    caller.get("projects")
    with django_assert_max_num_queries(7):
        assert len(caller.get("projects").json()["items"]) == 50


def test_reports_are_of_the_class_of_their_columns(api, ledger):
    assert ProgressReport.objects.count() == 2
    row = api("city_leader").get("reports").json()["items"][0]
    assert {"year_done_yuan", "progress"} <= set(row)
    assert api("city_department").get("reports").json()["items"] == []


def test_auditors_can_check_the_chain_elsewhere(api, client):
    caller = api("audit_admin")
    page = caller.get("trail", size=3).json()
    rest = caller.get("trail", after=page["next"], size=200).json()
    events = page["items"] + rest["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all(b["prev_hash"] == a["hash"] for a, b in pairwise(events))
    assert "changes" not in events[0]
    assert caller.get("trail", colour="red").status_code == 422
    assert len(caller.get("trail", action="create", object_type="project").json()["items"]) == 2
    assert caller.get("projects").status_code == 403


def test_an_answer_is_not_given_again_to_who_may_see_less(api):
    caller = api("place_editor")
    assert caller.post("projects", NEW, Idempotency_Key="k1").status_code == 201
    User.objects.get(role="place_editor").places.set(["150223"])
    again = caller.post("projects", NEW, Idempotency_Key="k1")
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_mismatch")


@pytest.mark.parametrize("value", ["\ud800", ["x"], {}])
def test_a_forged_page_token_is_refused(api, value):
    token = base64.urlsafe_b64encode(json.dumps([value, 1]).encode()).decode()
    answer = api("place_editor").get("projects", sort="name", after=token)
    assert (answer.status_code, answer.json()["code"]) == (422, "page_token")


def test_a_method_that_is_not_there_is_answered_as_privately(api):
    answer = api("place_editor").client.delete("/api/v1/projects/1")
    assert answer.status_code == 405
    assert answer["Cache-Control"] == "private, no-store"
    assert {"Content-Security-Policy", "X-Request-Id", "Allow"} <= set(answer.headers)
