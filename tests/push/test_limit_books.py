"""Which limits a place uses: chosen by the project office, counted anew, kept in the trail."""

from __future__ import annotations

from datetime import date

import pytest

from tests.push.conftest import MONDAY, on, read
from tests.push.test_issues import moved, raised
from tuijin.ledger.models import RulebookChoice, TrailEvent

# Assigned on Friday 2025-09-12: three working days end on Wednesday, three calendar days on Monday.
FRIDAY = date(2025, 9, 12)
DAYS = "clock-13710-days"


def choose(api, name: str, *, place: str = "150222", book: str = DAYS):
    client = api(name).client
    return client.post("/issues/limits/choose/", {"place": place, "rulebook": book})


@pytest.fixture
def assigned(api) -> int:
    with on(FRIDAY):
        issue = moved(api, "office", raised(api), "assign", owner_unit="局", owner="officer")
    return int(issue["id"])


def test_a_place_counts_anew_by_the_limits_it_is_given(api, assigned):
    assert read(assigned).next_due_on == date(2025, 9, 17)
    assert read(assigned).due_on == date(2025, 9, 23)
    with on(MONDAY):
        assert choose(api, "office").status_code == 302
    assert read(assigned).next_due_on == date(2025, 9, 15)
    assert read(assigned).due_on == date(2025, 9, 19)
    chosen = TrailEvent.objects.get(action="choose_rulebook")
    assert chosen.changes == {"rulebook": [None, DAYS]}
    assert chosen.place_id == "150222"
    assert TrailEvent.objects.filter(action="clock").count() == 1
    with on(MONDAY):
        choose(api, "office", book="clock-13710")
    assert read(assigned).next_due_on == date(2025, 9, 17)


def test_the_city_s_choice_reaches_a_county_that_has_none_of_its_own(api, assigned):
    with on(MONDAY):
        choose(api, "office", place="150200")
        assert read(assigned).next_due_on == date(2025, 9, 15)
        choose(api, "office", book="clock-13710")
        assert read(assigned).next_due_on == date(2025, 9, 17)
        choose(api, "office", place="150200")
    assert read(assigned).next_due_on == date(2025, 9, 17)


@pytest.mark.parametrize(("body", "status"), [
    ({"book": "light-sanya"}, 422), ({"book": "no"}, 422), ({"place": "999999"}, 404),
])  # fmt: skip
def test_what_is_no_rulebook_of_limits_or_no_place_is_refused(api, body, status):
    assert choose(api, "office", **body).status_code == status
    assert not RulebookChoice.objects.exists()


@pytest.mark.parametrize("name", ["leader", "county", "editor", "officer", "viewer"])
def test_only_the_project_office_chooses(api, name):
    assert choose(api, name).status_code == 403
    assert "choose/" not in api(name).client.get("/issues/limits/").content.decode()


def test_the_page_and_the_api_tell_who_uses_what_with_its_source(api):
    choose(api, "office")
    page = api("viewer").client.get("/issues/limits/").content.decode()
    assert "“13710”按自然日计" in page
    assert "tlzs.cn" in page
    told = api("viewer").get("/clock-rules").json()
    assert told["choices"] == {"150222": DAYS}
    rows = {(row["rulebook"], row["code"]): row for row in told["items"]}
    assert rows[DAYS, "feedback"]["unit"] == "day"
    assert rows["clock-13710", "feedback"]["source"]["key"] == "rule-13710"
    assert rows["clock-13710", "inspect"]["source"] is None
    assert ("light-sanya", "act-yellow") in rows
