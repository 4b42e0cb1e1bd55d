"""What the cockpit shows, by hand and by reader."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.see.conftest import TODAY, YI
from tuijin.ledger import records, scope
from tuijin.ledger.models import Node, Project
from tuijin.see import judging, overview


def total() -> overview.Overview:
    return overview.sum_up(overview.load_cells(overview.home_places()))


def test_city_by_hand(portfolio) -> None:
    judging.judge_portfolio(as_of=TODAY)
    found = total()
    assert (found.projects_count, found.ended_count) == (4, 1)
    assert found.total_investment_yuan == 10 * YI
    assert (found.year_planned_yuan, found.year_done_yuan) == (2 * YI, Decimal("0.45") * YI)
    assert found.by_light == {"red": 1, "yellow": 0, "green": 1, "": 2}
    assert found.by_stage["started"] == 1


def test_home_is_the_smallest_place_that_holds_all(portfolio) -> None:
    assert overview.home_places() == ["150200"]


def test_our_count_stands_beside_the_published_one(portfolio) -> None:
    (figure,) = overview.recorded_totals(["150200"])
    assert figure.value == 650
    assert total().projects_count == 4


def test_a_county_reader_sums_the_county(portfolio, as_role) -> None:
    with scope.active(as_role("place_leader", place="150223")):
        assert overview.home_places() == ["150223"]
        assert total().projects_count == 2


def test_what_a_role_may_not_read_is_absent(portfolio, as_role) -> None:
    with scope.active(as_role("city_department")):
        assert total().year_done_yuan is None
        assert total().by_light is not None
    with scope.active(as_role("company")):
        found = total()
    assert (found.projects_count, found.by_light, found.year_done_yuan) == (1, None, None)


def test_parts_add_up_to_the_whole(portfolio) -> None:
    parts = [part.projects_count for _, part in overview.by_place(["150200"])]
    assert sum(parts) == total().projects_count


def test_overdue_shows_the_oldest_first_and_only_one_s_own(portfolio, as_role) -> None:
    for key, due in (("slow", date(2025, 7, 1)), ("fair", date(2025, 6, 1))):
        records.save_new([Node(project=portfolio[key], node="start", due_on=due)])
        Project.objects.filter(key=key).update(next_due_on=due)
    assert [row["name"] for row in overview.overdue(as_of=TODAY)] == ["好项目", "慢项目"]
    assert overview.overdue_count(as_of=TODAY) == 2
    assert overview.due_soon(as_of=TODAY) == []
    with scope.active(as_role("place_leader", place="150222")):
        assert [row["name"] for row in overview.overdue(as_of=TODAY)] == ["慢项目"]
    with scope.active(as_role("company")):
        assert overview.overdue(as_of=TODAY) == []


def test_due_soon_finds_the_next_node_behind_an_overdue_one(portfolio) -> None:
    for node, due in (("start", date(2025, 7, 1)), ("register", date(2025, 7, 20))):
        records.save_new([Node(project=portfolio["slow"], node=node, due_on=due)])
    (row,) = overview.due_soon(as_of=TODAY)
    assert (row["name"], row["due_on"]) == ("慢项目", date(2025, 7, 20))
