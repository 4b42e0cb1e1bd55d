"""The map for whoever dispatches: coloured and filtered by lights and by issues."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.push.conftest import LAND, MONDAY, on
from tests.push.test_issues import raised
from tuijin.errors import ImportFailed
from tuijin.ledger import scope
from tuijin.ledger.models import Project
from tuijin.push import issue_map
from tuijin.push.issue_map import Wanted

LATER = MONDAY + timedelta(days=7)


@pytest.fixture
def mapped(city, api):
    """Late at the anode plant (red), nothing at the copper one (yellow), open at the port."""
    with scope.active(scope.system_scope("test")):
        for number, (key, light) in enumerate(
            (("anode", "red"), ("copper", "yellow"), ("port", "green"))
        ):
            Project.objects.filter(key=key).update(
                light=light, longitude=110 + number, latitude=41
            )  # fmt: skip
    with on(MONDAY):
        raised(api)
    with on(LATER):
        office = api("office")
        assert office.post("/issues", {**LAND, "project": "port"}).status_code == 201


def groups(city, name: str, **wanted: str) -> dict[str, str]:
    with scope.active(scope.build_scope(city.users[name])):
        rows = issue_map.read_map(Wanted(**wanted), as_of=LATER)["points"]["rows"]
    return {row[2].removesuffix("项目"): row[3] for row in rows}


def test_colours(mapped, city):
    by_light = groups(city, "office", colour="light")
    assert by_light == {"anode": "red", "copper": "yellow", "port": "green"}
    by_issues = groups(city, "office")
    assert by_issues == {"anode": "late", "copper": "none", "port": "open"}


@pytest.mark.parametrize(("wanted", "left"), [
    ({"light": "bad"}, {"anode", "copper"}), ({"light": "yellow"}, {"copper"}),
    ({"issues": "open"}, {"anode", "port"}), ({"issues": "late"}, {"anode"}),
    ({"light": "yellow", "issues": "open"}, set()), ({"place": "150223"}, {"port"}),
])  # fmt: skip
def test_filters(mapped, city, wanted, left):
    assert set(groups(city, "office", **wanted)) == left


def test_nobody_sees_issues_of_projects_that_are_not_theirs(mapped, city):
    assert groups(city, "officer", issues="open") == {"anode": "late"}
    assert groups(city, "other", issues="late") == {}


def test_the_page_tells_how_many_and_refuses_what_it_does_not_offer(mapped, api):
    with on(LATER):
        page = api("office").client.get("/issues/map/?issues=late").content.decode()
        assert "1 件未销号 · 逾期 1 件" in page
        assert api("office").client.get("/issues/map/?light=blue").status_code == 422
    with pytest.raises(ImportFailed):
        Wanted(colour="stage")
