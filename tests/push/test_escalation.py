"""Level by level, one slip each, numbered without a gap, with receipts."""

from __future__ import annotations

from datetime import date, timedelta

from tests.push.conftest import MONDAY, on
from tests.push.test_issues import moved, raised
from tuijin.ledger import scope
from tuijin.push import daily
from tuijin.push.models import Issue, Slip


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


def test_days_that_were_missed_are_made_up_for(api, as_system):
    with on(MONDAY):
        moved(api, "office", raised(api), "assign", owner_unit="局")
    daily.go_through(on=date(2025, 9, 26))
    assert [s.level for s in Slip.objects.order_by("number")] == [1, 2, 3]


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
