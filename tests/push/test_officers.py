"""包联: one leader and one department a project, visits, load and neglect."""

from __future__ import annotations

from datetime import date, timedelta

from tests.push.conftest import MONDAY, on
from tuijin.ledger import scope
from tuijin.push import officers
from tuijin.push.models import Assignment, Visit


def assign(api, name="office", **body):
    return api(name).post("/assignments", {"project": "anode", "kind": "officer", **body})


VISIT = {
    "project": "anode",
    "visited_on": "2025-09-15",
    "where": "一号厂房",
    "record": "设备到货两台",
}


def test_one_leader_and_one_department(api, as_system):
    with on(MONDAY):
        assert assign(api, kind="leader", holder="王某", user="leader").status_code == 201
        assert assign(api, kind="department", holder="工信局").status_code == 201
        assert assign(api, kind="leader", holder="王某").status_code == 409
    with on(MONDAY + timedelta(days=7)):
        assert assign(api, kind="leader", holder="李某").status_code == 201
    ended, now = Assignment.objects.filter(kind="leader").order_by("pk")
    assert (ended.holder, ended.ends_on) == ("王某", date(2025, 9, 21))
    assert now.ends_on is None


def test_an_assignment_gives_no_sight(api):
    refused = assign(api, holder="他", user="other")
    assert (refused.status_code, refused.json()["code"]) == (422, "owner_blind")
    assert assign(api, "officer", holder="我", user="officer").status_code == 403
    assert assign(api, "neighbour", holder="我").status_code in (403, 404, 422)


def test_several_officers_and_relief(api):
    with on(MONDAY):
        one = assign(api, holder="专员", user="officer").json()
        assert assign(api, holder="另一专员").status_code == 201
        assert assign(api, holder="专员").status_code == 409
        url = f"/assignments/{one['id']}/relieve"
        assert api("office").post(url).status_code == 428
        assert api("office").post(url, etag=one["etag"]).json()["ends_on"] == "2025-09-15"


def test_a_visit_is_written_once(api, as_system):
    with on(MONDAY):
        first = api("officer").post("/visits", VISIT)
        again = api("officer").post("/visits", VISIT)  # the draft of a bad line, sent twice
        assert first.status_code == again.status_code == 201
        assert first.json()["id"] == again.json()["id"]
        assert Visit.objects.count() == 1
        future = api("officer").post("/visits", {**VISIT, "visited_on": "2025-09-16"})
        assert future.json()["code"] == "date"
        assert api("viewer").post("/visits", VISIT).status_code == 403
        assert api("other").post("/visits", VISIT).status_code == 422  # not in sight
        photo = api("officer").post("/visits", {**VISIT, "record": "附照片", "evidence": "proof"})
        assert photo.json()["evidence"] == "proof"


def test_load_and_neglect(api, as_system):
    with on(MONDAY):
        assign(api, holder="专员", user="officer")
        assign(api, holder="专员", user="officer", project="copper")
        assign(api, kind="leader", holder="市领导", user="leader")
        api("officer").post("/visits", VISIT)
    early = {(x.holder): x for x in officers.loads(as_of=MONDAY + timedelta(days=30))}
    assert [x.neglected for x in early.values()] == [[], []]
    late = {x.holder: x for x in officers.loads(as_of=MONDAY + timedelta(days=31))}
    assert [(p.key, days) for p, days in late["专员"].neglected] == [
        ("copper", None),
        ("anode", 31),
    ]
    assert [(p.key, days) for p, days in late["市领导"].neglected] == [("anode", None)]
    assert late["专员"].projects_count == 2
    assert late["专员"].last_visit_on == MONDAY


def test_loads_keep_to_the_reader_s_sight(api, city):
    with on(MONDAY):
        assign(api, holder="专员", user="officer")
        assign(api, holder="达茂专员", project="port")
    with scope.active(scope.build_scope(city.users["verifier"])):
        assert [load.holder for load in officers.loads(as_of=MONDAY)] == ["专员"]
