"""Meetings and stops through the API, and on file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.meet.conftest import add_user
from tuijin.importers import Table
from tuijin.ledger import intake
from tuijin.meet.models import Meeting, Stop

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
