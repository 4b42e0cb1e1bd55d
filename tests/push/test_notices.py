"""Each thing once a day, within the bound, and only to those it concerns."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.push.conftest import MONDAY, on
from tests.push.test_issues import moved, raised
from tests.push.test_officers import assign
from tuijin.push import daily, notices
from tuijin.push.models import Notice
from tuijin.push.notices import MOST_A_DAY, Line


def kinds(user, day=MONDAY):
    return sorted(Notice.objects.filter(user=user, on=day).values_list("kind", flat=True))


def test_whose_turn_it_is_is_told(api, city):
    with on(MONDAY):
        assign(api, holder="专员", user="officer")
        issue = moved(api, "office", raised(api), "assign", owner_unit="局", owner="bureau")
        assert kinds(city.users["bureau"]) == ["assigned"]
        assert kinds(city.users["officer"]) == ["assigned"]
        assert kinds(city.users["office"]) == []  # took the step
        issue = moved(api, "bureau", issue, "dispute", note="不属本局")
        assert kinds(city.users["office"]) == kinds(city.users["county"]) == ["step"]
        assert kinds(city.users["neighbour"]) == []
    items = api("bureau").get("/notices").json()["items"]
    assert [(n["kind"], n["issue"]) for n in items] == [("assigned", issue["key"])]


def test_no_more_than_the_bound_a_day(api, city, as_system):
    with on(MONDAY):
        ids = [raised(api, title=f"事项{n}")["id"] for n in range(30)]
    user = city.users["office"].pk
    for _ in range(2):
        notices.tell((Line(user, "late", pk) for pk in ids), on=MONDAY)
    rows = Notice.objects.filter(user=user, on=MONDAY)
    assert rows.count() == MOST_A_DAY
    assert rows.get(kind="more").count == 11 * 2  # what was not said is said again, and counted
    notices.tell([Line(user, "late", ids[0])], on=MONDAY + timedelta(days=1))
    assert Notice.objects.filter(user=user).count() == MOST_A_DAY + 1


def test_due_tomorrow_and_escalated(api, city, as_system):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    for number in range(8):
        daily.go_through(on=MONDAY + timedelta(days=number))
    days = Notice.objects.filter(user=city.users["officer"]).order_by("on")
    assert [(n.kind, n.on.day) for n in days] == [("assigned", 15), ("due", 17), ("escalated", 19)]


def test_neglect_is_told_on_mondays(api, city, as_system):
    with on(MONDAY):
        assign(api, holder="专员", user="officer")
    for number in range(60):
        daily.go_through(on=MONDAY + timedelta(days=number))
    rows = Notice.objects.filter(user=city.users["officer"], kind="neglected")
    assert {row.on.weekday() for row in rows} == {0}
    assert rows.count() == 4  # from the 31st day on


def test_what_is_not_visible_any_more_is_not_shown(api, city):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    assert len(api("officer").get("/notices").json()["items"]) == 1
    city.users["officer"].projects.through.objects.all().delete()
    assert api("officer").get("/notices").json()["items"] == []


def test_every_inbox_written_to_is_held(city, as_system):
    users = [city.users[name].pk for name in ("office", "leader", "county")]
    with CaptureQueriesContext(connection) as queries:
        notices.tell([Line(pk, "neglected") for pk in users], on=MONDAY)
    (held,) = [q["sql"] for q in queries if 'FROM "ledger_user"' in q["sql"]]
    assert "LIMIT" not in held
    assert all(str(pk) in held.partition("WHERE")[2] for pk in users)
    assert connection.vendor != "postgresql" or held.endswith("FOR UPDATE")
