"""Level by level, one slip each, numbered without a gap, with receipts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.push.conftest import MONDAY, on, read
from tests.push.test_issues import moved, raised
from tests.push.test_officers import assign
from tuijin.errors import Conflict
from tuijin.ledger import records, scope
from tuijin.ledger.models import Place, Project, Rulebook
from tuijin.push import daily, escalation, issues
from tuijin.push.models import Issue, Notice, Slip
from tuijin.see import rules


def run_days(first: date, count: int) -> None:
    for number in range(count):
        with on(first + timedelta(days=number)):
            daily.go_through(on=first + timedelta(days=number))


def test_every_level_has_one_slip_on_its_day(api, as_system):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局")
    run_days(MONDAY, 30)  # feedback is due on the 18th
    slips = Slip.objects.order_by("number")
    assert [(s.level, s.issued_on) for s in slips] == [
        (1, date(2025, 9, 19)), (2, date(2025, 9, 23)), (3, date(2025, 9, 25)),
        (4, date(2025, 10, 9)),
    ]  # fmt: skip
    assert [(s.year, s.number) for s in slips] == [(2025, n) for n in (1, 2, 3, 4)]
    assert ["逾期工作日", "Working days late", "10"] in slips[3].facts
    assert Issue.objects.get().level == 4


def test_a_day_is_gone_through_once(city, as_system):
    assert daily.go_through(on=MONDAY) is not None
    assert daily.go_through(on=MONDAY) is None


def test_days_that_were_missed_are_made_up_for_one_level_a_day(api, as_system):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局")
    run_days(date(2025, 9, 26), 4)
    assert [(s.level, s.issued_on.day) for s in Slip.objects.order_by("number")] == [
        (1, 26), (2, 27), (3, 28),
    ]  # fmt: skip


def told(day):
    """Who was told on a day that something was taken to a level."""
    rows = Notice.objects.filter(kind__in=("escalated", "at_once"), on=day)
    return set(rows.values_list("user__username", flat=True))


def test_each_level_has_its_addressee_and_its_audience(api, as_system):
    with on(MONDAY):
        assign(api, kind="leader", holder="王副县长", user="county")
        assign(api, kind="department", holder="自然资源局", user="bureau")
        assign(api, holder="专员", user="officer")
        moved(api, "office", raised(api, "officer"), "assign", owner_unit="自然资源局")
        other = raised(api, "other", project="port")  # whose project has no leader
        moved(api, "office", other, "assign", owner_unit="水务局")
    run_days(MONDAY, 30)
    slips = Slip.objects.order_by("issue_id", "level")
    assert [slip.addressed_to for slip in slips] == [
        "王副县长", "自然资源局主要领导", "固阳县联系（分管）领导", "固阳县主要领导",
        "项目分管领导", "水务局主要领导", "达茂旗联系（分管）领导", "达茂旗主要领导",
    ]  # fmt: skip
    office = {"office", "second"}
    days = [slip.issued_on for slip in slips[:4]]
    assert [told(day) for day in days] == [
        office | {"officer", "county"},
        office | {"officer", "county", "bureau"},
        office | {"officer", "county", "bureau", "neighbour"},
        office | {"officer", "county", "bureau", "neighbour", "leader"},
    ]
    with on(MONDAY + timedelta(days=30)):
        pages = {name: api(name).client.get("/today/").content.decode()
                 for name in ("leader", "county", "neighbour", "office")}  # fmt: skip
    reached = {name: page.partition("报到我这一级")[2].partition("</section>")[0]
               for name, page in pages.items()}  # fmt: skip
    counts = {name: part.count("用地指标未落实") for name, part in reached.items()}
    assert counts == {"leader": 2, "county": 1, "neighbour": 1, "office": 0}


def test_what_lies_in_no_county_is_led_by_the_city_s_leaders(api, as_system):
    with on(MONDAY):
        issue = raised(api, "office", project=None, place="150200")
        moved(api, "office", issue, "assign", owner_unit="市发改委", owner="bureau")
    run_days(MONDAY, 11)
    slip = Slip.objects.get(level=3)
    assert slip.addressed_to == "包头市联系（分管）领导"
    assert told(slip.issued_on) == {"office", "second", "bureau", "leader"}
    with on(slip.issued_on):
        assert "报到我这一级" in api("leader").client.get("/today/").content.decode()
        assert "报到我这一级" not in api("neighbour").client.get("/today/").content.decode()


def test_what_nobody_assigned_is_told_to_who_dispatches(api, as_system):
    with on(MONDAY):
        raised(api)
    run_days(MONDAY, 2)
    assert Slip.objects.get().addressed_to == "项目分管领导"
    assert told(date(2025, 9, 16)) == {"office", "second", "county"}


def test_a_red_plate_is_told_to_the_city_s_leaders_the_same_day(api, city, as_system):
    book = Rulebook.objects.get(code="light-haikou")
    rules.choose(Place.objects.get(code="150200"), book, as_of=MONDAY)
    Project.objects.filter(pk=city.anode.pk).update(light="red")
    Project.objects.filter(pk=city.copper.pk).update(light="yellow")
    run_days(MONDAY, 1)
    assert told(MONDAY) == {"leader"}
    assert not Slip.objects.exists()
    with on(MONDAY):
        found = api("leader").client.get("/today/").context["found"]
        assert [issue.project for issue in found.reached] == [city.anode]
    Project.objects.filter(pk=city.copper.pk).update(light="red")  # the open issue grows worse
    run_days(MONDAY + timedelta(days=1), 1)
    found = Notice.objects.filter(user=city.users["leader"], on=MONDAY + timedelta(days=1))
    copper = Issue.objects.get(project=city.copper)
    assert [(n.kind, n.issue) for n in found] == [("at_once", copper)]
    row = api("office").get(f"/issues/{copper.pk}").json()
    with on(MONDAY + timedelta(days=2)):
        moved(api, "office", row, "assign", owner_unit="固阳县发改委")
    slip = Slip.objects.get(issue=copper, rule__trigger="red")
    assert slip.addressed_to == "固阳县发改委"  # asked of the unit, told above
    assert told(MONDAY + timedelta(days=2)) >= {"leader"}


def test_a_paused_issue_is_not_escalated(api, as_system):
    with on(MONDAY):
        issue = moved(api, "office", raised(api), "assign", owner_unit="局")
        api("office").post(f"/issues/{issue['id']}/pause", {"reason": "等"}, etag=issue["etag"])
    run_days(MONDAY, 15)
    assert not Slip.objects.exists()


def test_a_receipt_is_given_once(api, city):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    run_days(MONDAY, 5)
    slip = api("officer").get("/slips").json()["items"][0]
    assert slip["received_on"] is None
    url = f"/slips/{slip['id']}/receive"
    assert api("viewer").post(url, etag=slip["etag"]).status_code == 403
    with on(date(2025, 9, 22)):
        signed = api("officer").post(url, etag=slip["etag"]).json()
        assert (signed["received_on"], signed["received_by"]) == ("2025-09-22", "officer")
        assert api("officer").post(url, etag=signed["etag"]).status_code == 409
    with scope.active(scope.build_scope(city.users["other"])):
        assert not Slip.objects.exists()


def test_who_signs_second_does_not_sign_over_the_first(api, city, as_system):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    run_days(MONDAY, 5)
    first, second = Slip.objects.get(), Slip.objects.get()  # both read before either signs
    with scope.active(scope.build_scope(city.users["officer"])):
        escalation.receive(first, on=date(2025, 9, 22))
    with scope.active(scope.build_scope(city.users["office"])), pytest.raises(Conflict):
        escalation.receive(second, on=date(2025, 9, 23))
    slip = Slip.objects.get()
    assert (slip.received_by, slip.received_on) == ("officer", date(2025, 9, 22))


def test_a_pause_is_of_the_issue_as_it_is_then(api, city, as_system):
    with on(MONDAY):
        row = raised(api)
    stale = read(row["id"])  # before it is assigned
    with on(MONDAY):
        moved(api, "office", row, "assign", owner_unit="局")
    with scope.active(scope.build_scope(city.users["office"])):
        issues.pause(stale, reason="等", on=date(2025, 9, 16))
        with pytest.raises(Conflict):
            issues.pause(stale, reason="等", on=date(2025, 9, 16))
        issues.resume(stale, on=date(2025, 9, 17))
        with pytest.raises(Conflict):
            issues.resume(stale, on=date(2025, 9, 18))
    assert read(stale.pk).next_due_on == date(2025, 9, 19)  # of the assigned one, a day later
    records.change(Issue, {stale.pk: {"state": "closed"}})
    with pytest.raises(Conflict):
        issues.pause(stale, reason="等", on=date(2025, 9, 18))
